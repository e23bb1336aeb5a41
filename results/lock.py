"""Whether a sweep is being worked on."""

from filelock import FileLock, Timeout

from results.folder import SweepFolder


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
