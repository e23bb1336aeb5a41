"""What was looked at, and what was imported, as tables and lines for the terminal."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from datasets.digit_set import LABELS
from datasets.inspecting.duplicates import Pair
from datasets.inspecting.inspection import Inspection
from datasets.sheets.importing import Imported, overlay_of, printable
from datasets.terminal.empty_table import empty_table

BEFORE = (
    "imported before, and left as it is (to do one again, delete its pictures and its lines in "
    "digits.csv)"
)
PAGES = 40  # lines of the table of an import
LISTED = 12  # lines of each kind
ENOUGH = 8  # images of a label: a third held out, and one for each of 5 folds


def inspection_table(looked: Inspection) -> Table:
    """Returns how many digits of each label each source has, and of how many writers."""
    table = empty_table("Digits", "label", right=looked.sources)
    counts = [looked.counts(source) for source in looked.sources]
    for digit in LABELS:
        table.add_row(str(digit), *(f"{count[digit]:,}" for count in counts))
    table.add_section()
    table.add_row("all", *(f"{count.sum():,}" for count in counts))
    table.add_row("writers", *(_writers(looked, source) for source in looked.sources))
    table.add_row("doubtful", *(_doubtful(looked, source) for source in looked.sources))
    return table


def _writers(looked: Inspection, source: str) -> str:
    known = {look.picture.writer for look in looked.of(source)} - {""}
    return f"{len(known):,}" if known else "unknown"


def _doubtful(looked: Inspection, source: str) -> str:
    return f"{sum(look.source == source for look in looked.doubtful):,}"


def writers_table(looked: Inspection) -> Table | None:
    """Returns how many digits each known writer wrote, where a table of them can be read."""
    counts: dict[tuple[str, str], int] = {}
    for look in looked.usable:
        key = (look.source, look.picture.writer or "unknown")
        counts[key] = counts.get(key, 0) + 1
    known = any(look.picture.writer for look in looked.usable)
    if not known or len(counts) > 2 * LISTED:
        return None
    table = empty_table("Writers", "source", "writer", right=("digits",))
    for (source, writer), count in counts.items():
        table.add_row(source, writer, f"{count:,}")
    return table


def inspection_notes(looked: Inspection, most: int = LISTED) -> list[str]:
    """Returns lines on what a person should look at: lacking labels, doubtful pictures, duplicates.

    Args:
        looked: The pictures.
        most: Pictures, and pairs of them, named of each kind.
    """
    return [*_lacking(looked), *_doubts(looked, most), *_duplicates(looked, most)]


def _lacking(looked: Inspection) -> list[str]:
    lines = []
    for source in looked.sources:
        counts = looked.counts(source)
        few = [f"{digit} ({counts[digit]})" for digit in LABELS if counts[digit] < ENOUGH]
        if few:
            listed = ", ".join(few)
            lines.append(f"{source} has fewer than {ENOUGH}, the least for a sweep, of {listed}")
    return lines


def _doubts(looked: Inspection, most: int) -> list[str]:
    lines = [_doubt(look.picture.name, look.reasons) for look in looked.doubtful]
    return _listed("doubtful pictures, worth a look", lines, most)


def _doubt(name: str, reasons: Sequence[str]) -> str:
    told = "; ".join(reasons)
    return told if told.startswith(name) else f"{name}: {told}"


def _duplicates(looked: Inspection, most: int) -> list[str]:
    exact = [_pair(looked, pair) for pair in looked.pairs if pair.distance == 0]
    near = [_pair(looked, pair) for pair in looked.pairs if pair.distance > 0]
    return [
        *_listed("exact duplicates, once prepared", exact, most),
        *_listed("near duplicates (distance 0: the same, 1: nothing in common)", near, most),
    ]


def _pair(looked: Inspection, pair: Pair) -> str:
    first, second = looked.usable[pair.first], looked.usable[pair.second]
    told = f"{second.picture.name} is {first.picture.name}"
    if first.picture.label != second.picture.label:
        told += f", labelled {second.picture.label} and {first.picture.label}"
    across = f" ({first.source} and {second.source})" if first.source != second.source else ""
    return told + across + (f", distance {pair.distance:.2f}" if pair.distance else "")


def _listed(title: str, lines: Sequence[str], most: int = LISTED) -> list[str]:
    if not lines:
        return []
    more = len(lines) - most
    rest = [f"  ... and {more:,} more"] if more > 0 else []
    return [f"{len(lines):,} {title}:", *(f"  {line}" for line in lines[:most]), *rest]


def import_table(imported: Imported) -> Table:
    """Returns what came of each page."""
    table = empty_table(
        "Imported", "photograph", "labels", right=("page", "rows", "digits", "empty")
    )
    for page in imported.pages[:PAGES]:
        labels = sorted({page.labels[row] for row, _ in page.digits})
        counts = (page.number, len(page.labels), len(page.digits), page.empty)
        table.add_row(
            printable("/".join(page.photograph.parts[-2:])),
            "".join(str(label) for label in labels),
            *(str(count) for count in counts),
        )
    if len(imported.pages) > PAGES:
        table.add_row(f"... and {len(imported.pages) - PAGES:,} more pages")
    table.add_section()
    digits = sum(len(page.digits) for page in imported.pages)
    empty = sum(page.empty for page in imported.pages)
    table.add_row("all", "", "", "", f"{digits:,}", str(empty))
    return table


def import_notes(imported: Imported, out: Path) -> list[str]:
    """Returns lines on what to look at, and on what was not imported."""
    refused = [printable(line) for line in imported.refused]
    lines = _listed("not imported", refused, most=len(refused))
    passed_over = [printable(name) for name in imported.passed_over]
    lines += _listed("passed over: no kind of picture that is read", passed_over)
    lines += _listed(BEFORE, [printable(str(path)) for path in imported.before])
    if imported.pages:
        lines.append(f"look at what was cut: {overlay_of(out, imported.pages[0].name).parent}")
    return lines
