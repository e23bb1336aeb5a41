"""The command: `shuzi`, or `python -m shuzi`."""

import sys

from shuzi.endings import INTERRUPTED, status_after, told
from shuzi.rooms import require_own_rooms


def main() -> None:
    """Runs the command line: exit 0, 1 if all failed, 2 for a bad request, 130 if interrupted."""
    try:
        sys.exit(_run(sys.argv[1:] or ["--help"]))
    except Exception as error:
        status = status_after(error)
        if status is None:
            raise
        sys.exit(status)


def _run(arguments: list[str]) -> int | None:
    """Runs a command and returns its exit status; none is 0."""
    require_own_rooms()
    from shuzi.commands import app  # which needs these rooms

    status: int | None = app(arguments, prog_name="shuzi", standalone_mode=False)
    return told("interrupted.", status) if status == INTERRUPTED else status


if __name__ == "__main__":
    main()
