"""The lines of a check as a table."""

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from benchmarks.gpu.job import Line

LONG = {"top", "tail", "stderr"}  # only in the file
OUTCOMES = {"failed": "red", "lacks": "yellow"}
APART = {"phase", "what", *LONG, *OUTCOMES}


def table_of(lines: Sequence[Line]) -> Table:
    """Returns the table, a row for each line; what failed or could not be done says why."""
    table = Table(box=SIMPLE_HEAD)
    for heading in ("phase", "what", "outcome", "figures"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(line["phase"], escape(line["what"]), _outcome(line), _figures(line))
    return table


def _outcome(line: Line) -> str:
    for name, colour in OUTCOMES.items():
        if name in line:
            return f"[{colour}]{name}[/]: {escape(line[name])}"
    return "ok"


def _figures(line: Line) -> str:
    shown = {name: value for name, value in line.items() if name not in APART}
    return escape(", ".join(f"{name} {_cell(value)}" for name, value in shown.items()))


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {_cell(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list):
        return " ".join(map(_cell, value))
    return "none" if value is None else str(value)
