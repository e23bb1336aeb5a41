"""How often something is done that takes time from what is watched."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Throttle:
    """Has something done so seldom that it takes no more than a part of the time.

    Args:
        part: Of the time, above 0 to 1.
    """

    def __init__(self, part: float) -> None:
        self._part, self._next = part, 0.0  # on the monotonic clock

    @property
    def is_due(self) -> bool:
        """Whether it is time to do it again."""
        return time.monotonic() >= self._next

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measures a block that does it: the longer it takes, the later it is due again."""
        begun = time.monotonic()
        yield
        ended = time.monotonic()
        self._next = ended + (ended - begun) / self._part
