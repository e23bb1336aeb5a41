"""The sweeps there are, a line each."""

from collections.abc import Sequence

from results.terminal.fitted_table import Column, FittedTable
from results.terminal.summary import Brief


def sweeps_table(sweeps: Sequence[Brief]) -> FittedTable:
    """Returns a line for each sweep: how far it came, and how its winner reads."""
    columns = [
        Column("name", [each["name"] for each in sweeps], is_number=False),
        Column("state", [each["state"] for each in sweeps], is_number=False),
        Column("trials", [_ended(each) for each in sweeps]),
        Column("best loss", [_best(each) for each in sweeps], may_go=True),
        Column("winner reads", [_right(each) for each in sweeps], may_go=True),
        Column("started", [_started(each) for each in sweeps], is_number=False, may_go=True),
    ]
    return FittedTable("Sweeps", columns, elsewhere="`shuzi list --json`")


def _started(sweep: Brief) -> str:
    return (sweep["started"] or "")[:16].replace("T", " ")


def _ended(sweep: Brief) -> str:
    ended = sum(count for state, count in sweep["trials"].items() if state != "running")
    return f"{ended}/{sweep['requested'] or '?'}"


def _best(sweep: Brief) -> str:
    return f"{sweep['best']['validation_loss']:.4f}" if sweep["best"] else ""


def _right(sweep: Brief) -> str:
    right = sweep["winner"]
    return f"{100 * right['accuracy']:.1f} % of {right['count']}" if right else ""
