"""The sweeps there are, a line each."""

from collections.abc import Sequence

from rich.table import Table

from datasets.terminal.empty_table import empty_table
from results.terminal.summary import Brief


def sweeps_table(sweeps: Sequence[Brief]) -> Table:
    """Returns a line for each sweep: how far it came, and how its winner reads."""
    table = empty_table("Sweeps", "name", "started", "state", right=("trials", "loss", "held-out"))
    name, *others = table.columns
    name.overflow = "fold"  # a long name alone takes another line
    for column in others:
        column.no_wrap = True
    for told in sweeps:
        best, right = told["best"], told["winner"]
        table.add_row(
            told["name"],
            (told["started"] or "")[:16].replace("T", " "),
            told["state"],
            f"{_ended(told['trials'])}/{told['requested'] or '?'}",
            f"{best['validation_loss']:.4f}" if best else "",
            f"{100 * right['accuracy']:.1f} % of {right['count']}" if right else "",
        )
    return table


def _ended(trials: dict[str, int]) -> int:
    return sum(count for state, count in trials.items() if state != "running")
