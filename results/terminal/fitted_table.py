"""A table that fits the terminal: with fewer columns where it is narrow, or a block a row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from datasets.terminal.empty_table import empty_table
from datasets.terminal.wrapping import filled, wrapped

GAP = 2  # columns between two cells


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        heading: Above it.
        cells: One for each row.
        is_number: Whether it stands on the right.
        may_go: Whether it is left out where there is no room for it.
    """

    heading: str
    cells: Sequence[str]
    is_number: bool = True
    may_go: bool = False

    @property
    def width(self) -> int:
        """The terminal's columns that it takes."""
        return GAP + max(map(cell_len, [self.heading, *self.cells]))


class FittedTable:
    """Shows rows as a table as wide as there is room, or a block for each; no cell is ever cut.

    Args:
        title: Above it.
        columns: The first one names the row. Those that may go are shown from the left, as many as
            there is room for.
        notes: Below it, a line each.
        elsewhere: Where columns are that had to be left out.
    """

    def __init__(
        self,
        title: str,
        columns: Sequence[Column],
        notes: Sequence[str] = (),
        elsewhere: str = "",
    ) -> None:
        self._title, self._columns = title, columns
        self._notes, self._elsewhere = notes, elsewhere

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """Draws it for a terminal of some width."""
        room = options.max_width
        shown = chosen(self._columns, room)
        yield Text(wrapped(self._title, room), style="table.title")
        notes = list(self._notes)
        if not self._columns[0].cells:
            yield ""
        elif _width(shown) <= room:
            yield _table(shown)
            if left := [each.heading for each in self._columns if each not in shown]:
                notes.append(
                    f"Left out for want of room: {', '.join(left)}; see {self._elsewhere}."
                )
        else:
            yield _blocks(self._columns, room)
        yield from (Text(wrapped(note, room)) for note in notes)


def chosen(columns: Sequence[Column], room: int) -> list[Column]:
    """Returns the columns that fit: all that must stay, and as many of the others as may."""
    kept = [each for each in columns if not each.may_go]
    for column in columns:
        if column.may_go and _width([*kept, column]) <= room:
            kept.append(column)
    return [each for each in columns if each in kept]


def _width(columns: Sequence[Column]) -> int:
    return 1 + sum(each.width for each in columns)


def _table(columns: Sequence[Column]) -> Table:
    table = empty_table("")
    table.title = None
    table.padding = (0, 1, 0, 0)
    for column in columns:
        table.add_column(
            column.heading, justify="right" if column.is_number else "left", no_wrap=True
        )
    for cells in zip(*(each.cells for each in columns), strict=True):
        table.add_row(*cells)
    return table


def _blocks(columns: Sequence[Column], room: int) -> Text:
    """Returns a few lines for each row: its name, and what there is of it."""
    name, *others = columns
    lines = [""]
    for row, told in enumerate(name.cells):
        lines.append(f"{name.heading} {told}" if name.is_number else told)
        parts = [f"{each.heading} {each.cells[row]}" for each in others if each.cells[row]]
        lines += [wrapped(line, room, "  ") for line in filled(parts, room - 2)]
    return Text("\n".join([*lines, ""]))
