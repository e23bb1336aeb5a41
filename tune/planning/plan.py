"""All that a sweep runs on, once nothing can be refused any more."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ray

from datasets.digit_set import TrainingDigits
from results.store.folder import SweepFolder
from search_spaces import SearchSpace
from tune.planning.data import SweepData
from tune.planning.request import SweepRequest
from tune.planning.trial_resources import TrialResources
from tune.planning.warm_start import EarlierSweeps


@dataclass(frozen=True)
class Plan:
    """All that a sweep runs on.

    Attributes:
        request: What the user asked for.
        space: What may vary, and what is fixed.
        data: The digits, divided.
        resources: What each trial gets of the machine.
        folder: Where everything is written.
        earlier: What earlier sweeps have learnt, if the search starts from any.

    Raises:
        TypeError: If workers would receive a pool that may not be trained on.
    """

    request: SweepRequest
    space: SearchSpace
    data: SweepData
    resources: TrialResources
    folder: SweepFolder
    earlier: EarlierSweeps | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.data.pool, TrainingDigits):
            kind = type(self.data.pool).__name__
            raise TypeError(f"the pool must be TrainingDigits, but is {kind}.")

    @property
    def fixed(self) -> dict[str, Any]:
        """Values that every trial has, epochs as they are asked for."""
        return self.space.fixed_with(self.request.epochs)

    @cached_property
    def stored_pool(self) -> ray.ObjectRef:
        """The pool in Ray's object store, put there once: so each node receives it once."""
        return ray.put(self.data.pool)
