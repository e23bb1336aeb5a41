"""Networks of one shape trained as one piece of work, instead of side by side."""

from model.training.batched.networks import STACKED
from model.training.batched.stack import Stack, stacks

__all__ = ["STACKED", "Stack", "stacks"]
