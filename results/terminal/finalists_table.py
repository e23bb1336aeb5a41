"""The best trials, cross-validated twice."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from datasets.terminal.empty_table import empty_table
from results.numbers import without_zero


def finalists_table(finalists: Sequence[dict[str, Any]]) -> Table:
    """Returns the finalists' losses, from the search and from other folds, the winner first."""
    headings = ("trial", "in the search", "again", "both")
    table = empty_table("Finalists, on other folds again", right=headings)
    for row in finalists:
        table.add_row(
            str(row["trial"]),
            f"{row['validation_loss']:.4f}",
            _again(row),
            "given up" if row["both"] is None else f"{row['both']:.4f}",
        )
    return table


def _again(finalist: dict[str, Any]) -> str:
    """Returns the loss on other folds, and how it varies, as far as there are any."""
    loss, spread = finalist["second_loss"], finalist["second_se"]
    if loss is None:
        return ""
    return f"{loss:.4f}" if spread is None else f"{loss:.4f} ±{without_zero(spread, 3)}"
