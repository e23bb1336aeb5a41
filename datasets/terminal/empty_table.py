"""The one look of all tables in the terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table


def empty_table(title: str, *left: str, right: Sequence[str] = ()) -> Table:
    """Returns a table without rows: columns of words on the left, of numbers on the right."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in left:
        table.add_column(heading)
    for heading in right:
        table.add_column(heading, justify="right")
    return table
