"""Searches replayed over a table of real learning curves."""
