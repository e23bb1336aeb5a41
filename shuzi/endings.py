"""How the command ends: its exit status, and on stderr one line that says why."""

import sys

import typer

from shuzi.rooms import HiddenRoomError

FAILED, REFUSED, INTERRUPTED = 1, 2, 130


def status_after(error: Exception) -> int | None:
    """Says in one line why there is no result.

    Args:
        error: What ended the command.

    Returns:
        The exit status; nothing, and no line, where the error is a fault of shuzi's own.
    """
    if isinstance(error, HiddenRoomError):  # first: no error of shuzi's can be imported then
        return told(str(error), REFUSED)
    if isinstance(error, typer.TyperException):
        return told(error.format_message(), REFUSED)
    if isinstance(error, _refusals()):
        return told(str(error), REFUSED)
    return _status_of_a_sweep_after(error)


def told(reason: str, status: int) -> int:
    """Says a reason in one line on stderr, and returns the exit status."""
    print(f"shuzi: {' '.join(reason.split())}", file=sys.stderr)
    return status


def _refusals() -> tuple[type[Exception], ...]:
    """Returns what a user's mistake raises; only imported where something was raised."""
    from datasets.errors import DataError, ExtensionError
    from results.errors import ResultsError
    from search_spaces.errors import SpaceError
    from tune.errors import SweepError

    return DataError, ExtensionError, ResultsError, SpaceError, SweepError


def _status_of_a_sweep_after(error: Exception) -> int | None:
    from tune.errors import SweepEnded
    from tune.session.disk import disk_failure

    if isinstance(error, SweepEnded):
        return told(str(error), error.status)
    if isinstance(error, OSError) and (failure := disk_failure(error)):
        return told(f"{failure}.", FAILED)
    return None
