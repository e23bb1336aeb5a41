"""What the commands print, and where: results on stdout, what a sweep does on stderr."""

import json
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from results.store.folder import SweepFolder
    from tune.watching.events import Tell

console = Console()


def print_line(line: object) -> None:
    """Prints a line as it is, however long."""
    console.print(line, soft_wrap=True, highlight=False, markup=False)


def print_json(content: object) -> None:
    """Prints JSON, for programs."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def progress_console(quiet: bool = False) -> Console:
    """Returns where a sweep tells what it does."""
    return Console(stderr=True, quiet=quiet)


def events(progress: str | None) -> "AbstractContextManager[Tell]":
    """Returns what gives the receiver of events."""
    from tune.watching.events import ignore
    from tune.watching.json_lines import events_on_stdout

    return events_on_stdout() if progress else nullcontext(ignore)


def print_sweep(folder: "SweepFolder") -> None:
    """Prints the leaderboard, the winner and how it reads the held-out digits."""
    from results.terminal.tables import sweep_tables

    for table in sweep_tables(folder):
        console.print()
        console.print(table, soft_wrap=isinstance(table, str))
