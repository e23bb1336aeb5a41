"""The files in which the winner can be taken away."""

from collections.abc import Sequence

from results.store.exports import Export
from results.terminal.fitted_table import Column, FittedTable

NOTE = (
    "ms: for one image. Difference: the largest of a probability from the trained network's. "
    "ECE: expected calibration error."
)


def exports_table(exports: Sequence[Export]) -> FittedTable:
    """Returns what was exported, and how it compares with the trained network."""
    read = [each["accuracy"] for each in exports]
    digits = ", ".join(dict.fromkeys(each["digits"] for each in read))
    intervals = [each["ci95"] for each in read]
    columns = [
        Column("file", [each["file"] for each in exports], is_number=False),
        Column("kB", [f"{each['bytes'] / 1000:,.0f}" for each in exports]),
        Column("ms", [f"{each['milliseconds']:.2f}" for each in exports]),
        Column("difference", [f"{each['largest_difference']:.0e}" for each in exports]),
        Column("right", [f"{each['correct']}/{each['count']}" for each in read]),
        Column("95 %", [f"{100 * low:.1f}-{100 * high:.1f}" for low, high in intervals]),
        Column("ECE", [f"{each['ece']:.3f}" for each in exports]),
    ]
    return FittedTable(f"Exports, verified on {digits} digits", columns, [NOTE])
