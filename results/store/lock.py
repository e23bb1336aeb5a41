"""One process at a time works on a sweep."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from results.errors import ResultsError
from results.store.folder import SweepFolder


@contextmanager
def held(folder: SweepFolder) -> Iterator[None]:
    """Holds a sweep while a block runs; the system lets go of it if the process dies.

    It is tried for a second, for whoever looks whether it is held has it for a moment.

    Raises:
        ResultsError: If another process holds it.
    """
    try:
        with FileLock(folder.lock, timeout=1):
            yield
    except Timeout as error:
        raise ResultsError(
            f"another process is at work on {folder.path}: wait for it, or end it."
        ) from error


def is_held(folder: SweepFolder) -> bool:
    """Tells whether a process holds a sweep's lock; not where the folder cannot be written to."""
    if not folder.lock.exists():
        return False
    try:
        with FileLock(folder.lock, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False
