"""The files in which the winner can be taken away."""

from collections.abc import Sequence

from rich.table import Table

from datasets.terminal.empty_table import empty_table
from results.store.exports import Export


def exports_table(exports: Sequence[Export]) -> Table:
    """Returns what was exported, and how it compares with the trained model."""
    headings = ("kB", "ms", "difference", "right", "95 %", "ECE")
    read = ", ".join(dict.fromkeys(export["accuracy"]["digits"] for export in exports))
    table = empty_table(f"Exports, verified on {read} digits", "file", right=headings)
    for export in exports:
        table.add_row(*_export_cells(export))
    table.caption = (
        "ms: for one image. Difference: the largest of a probability from the trained model's. "
        "ECE: expected calibration error."
    )
    table.caption_justify = "left"
    return table


def _export_cells(export: Export) -> list[str]:
    read = export["accuracy"]
    low, high = read["ci95"]
    return [
        export["file"],
        f"{export['bytes'] / 1000:,.0f}",
        f"{export['milliseconds']:.2f}",
        f"{export['largest_difference']:.0e}",
        f"{read['correct']}/{read['count']}",
        f"{100 * low:.1f}-{100 * high:.1f}",
        f"{export['ece']:.3f}",
    ]
