"""Text on lines of some width: broken between words alone, never inside `0.2 %` or a number."""

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.text import Text

UNBROKEN = "\N{NO-BREAK SPACE}"


def wrapped(text: str, room: int, name: str = "") -> str:
    """Returns a text on lines of so many columns.

    Args:
        text: What it is about.
        room: The columns there are.
        name: Before it, on the first line; the others stand as far to the right.
    """
    return textwrap.fill(
        text.replace(" %", f"{UNBROKEN}%"),
        max(room, len(name) + 1),
        initial_indent=name,
        subsequent_indent=" " * len(name),
        break_long_words=False,
        break_on_hyphens=False,
    ).replace(UNBROKEN, " ")


def unbroken(text: str) -> str:
    """Returns a text that stays in one piece where it is wrapped."""
    return text.replace(" ", UNBROKEN)


def filled(parts: Sequence[str], room: int, gap: str = "   ") -> list[str]:
    """Puts parts on lines, as many on each as there is room for."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(lines[-1]) + len(gap) + cell_len(part) <= room:
            lines[-1] += gap + part
        else:
            lines.append(part)
    return lines


class Wrapped:
    """Lines that are wrapped for the terminal that they are shown on."""

    def __init__(self, *lines: str) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Draws them for a terminal of some width."""
        yield from (Text(wrapped(line, options.max_width)) for line in self._lines)
