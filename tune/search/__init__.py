"""The search: which trial a free worker goes on with, what becomes of it, and what is tried next.

Nothing here knows Ray but `ray_tune.py`, the adapter that has Ray Tune run what the engine decides.
"""
