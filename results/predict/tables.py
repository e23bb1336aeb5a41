"""What was read in picture files, as a table and lines for the terminal."""

from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from datasets.terminal.empty_table import empty_table
from results.predict.picture_files import ReadDigit, ReadFiles, ReadPage
from results.predict.predicting import SURE


def predictions_table(read: ReadFiles) -> Table:
    """Returns a line for each digit, in reading order."""
    table = empty_table("Read", "picture", right=("no.", "label", "confidence", "runner-up"))
    table.add_column("")
    for page in read["pages"]:
        name = _place(page)
        if not page["digits"]:
            table.add_row(name, "", "", "", "", "no digit found")
        for number, digit in enumerate(page["digits"], 1):
            table.add_row(name if number == 1 else "", *_cells(number, digit))
    return table


def _place(page: ReadPage) -> str:
    name = "/".join(Path(page["file"]).parts[-2:])
    return name if page["page"] == 1 else f"{name}, page {page['page']}"


def _cells(number: int, digit: ReadDigit) -> tuple[str, ...]:
    return (
        str(number),
        str(digit["label"]),
        _percent(digit["confidence"]),
        f"{digit['runner_up']}: {_percent(digit['runner_up_confidence']):>6}",
        "" if digit["sure"] else "unsure",
    )


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"


def prediction_notes(read: ReadFiles) -> Iterator[str]:
    """Returns lines on how much was read, where it was drawn, and what could not be read."""
    if read["pages"]:
        yield _counts(read["pages"])
    yield from (f"drawn: {page['drawn']}" for page in read["pages"] if page["drawn"])
    if read["refused"]:
        yield f"{len(read['refused'])} not read:"
        yield from (f"  {each['reason']}" for each in read["refused"])


def _counts(pages: list[ReadPage]) -> str:
    digits = [digit for page in pages for digit in page["digits"]]
    if not digits:
        return "no digit found."
    unsure = sum(not digit["sure"] for digit in digits)
    without = sum(not page["digits"] for page in pages)
    told = f"digits read: {len(digits):,}, unsure (below {SURE:.0%}): {unsure:,}"
    return told + (f"; no digit found in {without:,} of {len(pages):,} pictures" if without else "")
