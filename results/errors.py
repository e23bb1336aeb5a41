"""What is raised when a sweep's results are not there or not as they should be."""

from collections.abc import Callable
from typing import TypeVar

Place = TypeVar("Place")
Read = TypeVar("Read")


class ResultsError(ValueError):
    """A sweep's folder breaks a rule; the message names the rule and the value."""


def unless_damaged(read: Callable[[Place], Read], place: Place) -> Read | None:
    """Reads a file; nothing where it is damaged, which `results.damage` tells."""
    try:
        return read(place)
    except ResultsError:
        return None
