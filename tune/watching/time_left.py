"""How long a sweep may take to its end: its search, its finalists, its retraining, its exports."""

import math
import time
from collections.abc import Callable

from results.durations import duration

PRIOR = 1.0  # of a part's work, by which the pace before it counts: workers take long to start
ENDING = 5.0  # seconds that exports and report take, about


class TimeLeft:
    """Estimates the time by the work that is left, at the pace of what was done.

    A sweep is at one part after the other. The pace of the part before counts as if this one had
    been done at it once before.

    Args:
        later: Work of the parts after the first one, in the unit of `tune.watching.work`.
        clock: Returns seconds since some moment.
    """

    def __init__(self, later: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._later, self._clock = later, clock
        self._left = self._done = self._spent = 0.0  # work, and the seconds that it took
        self._last = clock()

    def begin(self, left: float, later: float) -> None:
        """Begins another part.

        Args:
            left: Its work.
            later: The work of the parts after it.
        """
        self._left, self._later, prior = left, later, PRIOR * left
        self._spent = prior * self._pace if self._pace else 0.0
        self._done = prior if self._pace else 0.0
        self._last = self._clock()

    def add(self, work: float, seconds: float | None = None) -> None:
        """Takes down that work was done.

        Args:
            work: How much.
            seconds: That it took; if left out, those since anything was taken down.
        """
        now = self._clock()
        self._spent += now - self._last if seconds is None else seconds
        self._done += work
        self._left -= work
        self._last = now

    @property
    def _pace(self) -> float | None:
        """Seconds of a unit of work; nothing before anything was done."""
        return self._spent / self._done if self._done else None

    def spare(self, work: float) -> None:
        """Takes down that work need not be done."""
        self._left -= work

    @property
    def here(self) -> float:
        """The work that is left of this part."""
        return self._left

    @property
    def later(self) -> float | None:
        """Seconds that the parts after this one may take, if that can be told."""
        pace = self._pace
        return None if pace is None else self._later * pace + ENDING

    @property
    def seconds(self) -> float | None:
        """Seconds to the end of the sweep, if they can be told."""
        pace, later = self._pace, self.later
        if pace is None or later is None:
            return None
        here = max(0.0, self._left) * pace - (self._clock() - self._last)
        return max(0.0, here) + later


def about(seconds: float | None) -> str:
    """Returns `about 40 s left`; nothing where that cannot be told."""
    if seconds is None or seconds < 1:
        return ""
    if seconds >= 3600:
        return f"about {duration(seconds)} left"
    coarse = f"{5 * math.ceil(seconds / 5)} s" if seconds < 90 else f"{round(seconds / 60)} min"
    return f"about {coarse} left"
