"""What Ray Tune need not save."""

from typing import Any


class NotSaved:
    """Leaves an object's content out of Tune's own snapshot of a sweep.

    A sweep goes on from its journal, never from that snapshot, and live things (an open study, a
    terminal) cannot be saved.
    """

    def __getstate__(self) -> dict[str, Any]:
        return {}
