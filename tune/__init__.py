"""Many trials: Ray Tune runs what Optuna proposes; the winner is retrained and judged."""

from tune.errors import Interrupted, SweepError
from tune.request import SweepRequest

__all__ = ["Interrupted", "SweepError", "SweepRequest"]
