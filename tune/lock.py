"""One process at a time works on a sweep."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from results import SweepFolder
from tune.errors import SweepError


@contextmanager
def held(folder: SweepFolder) -> Iterator[None]:
    """Holds a sweep while a block runs; the system lets go of it if the process dies.

    It is tried for a second, for whoever looks whether it is held has it for a moment.

    Raises:
        SweepError: If another process holds it.
    """
    try:
        with FileLock(folder.lock, timeout=1):
            yield
    except Timeout as error:
        raise SweepError(f"another process is at work on {folder.path}.") from error
