"""How long a search may take, by a clock that is passed in."""

import math
import time
from collections.abc import Callable

BEGINNING = 0.75  # of a budget, after which no trial is begun: those that have begun need the rest


class TimeBudget:
    """Counts the time from when it is made.

    Args:
        seconds: That the search may take; without end if left out.
        clock: Returns seconds since some moment; it never goes back.
    """

    def __init__(
        self, seconds: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._clock = seconds or math.inf, clock
        self._began = clock()

    @property
    def is_over(self) -> bool:
        """Whether all of it has passed."""
        return self._passed() >= self._seconds

    @property
    def begins_no_more(self) -> bool:
        """Whether so much has passed that no other trial is begun."""
        return self._passed() >= BEGINNING * self._seconds

    def _passed(self) -> float:
        return self._clock() - self._began
