"""A disk that is full, or cannot be written to: no fault of shuzi's, and nothing is lost by it."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from results.store.folder import SweepFolder
from tune.errors import SweepFailed
from tune.session.signals import how_to_resume

FAILURES = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.EFBIG,
    errno.ESTALE,
)


def disk_failure(error: BaseException | None) -> str | None:
    """Returns what the disk's failure was, if that is why something was raised."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in FAILURES:
            place = f" ({error.filename})" if error.filename else ""
            return f"{os.strerror(error.errno)}{place}"
        error = error.__cause__ or error.__context__
    return None


@contextmanager
def disk_failures_told(folder: SweepFolder) -> Iterator[None]:
    """Runs a block that writes a sweep's folder.

    Raises:
        SweepFailed: If the disk fails; the message says how to go on.
    """
    try:
        yield
    except Exception as error:
        if failure := disk_failure(error):
            reason = f"{folder.path} cannot be written: {failure}."
            raise SweepFailed(f"{reason} Once it can, {how_to_resume(folder)}") from error
        raise
