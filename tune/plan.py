"""All that a sweep runs on, once nothing can be refused any more."""

from dataclasses import dataclass

from results import SweepFolder
from search_spaces import SearchSpace
from tune.data import SweepData
from tune.request import SweepRequest
from tune.resources import Share


@dataclass(frozen=True)
class Plan:
    """All that a sweep runs on.

    Attributes:
        request: What the user asked for.
        space: What may vary, and what is fixed.
        data: The digits, divided.
        share: What each trial gets of the machine.
        folder: Where everything is written.
    """

    request: SweepRequest
    space: SearchSpace
    data: SweepData
    share: Share
    folder: SweepFolder
