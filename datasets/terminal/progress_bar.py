"""A progress bar over things that take a while."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar("Item")


def with_progress(items: Sequence[Item], title: str) -> Iterable[Item]:
    """Yields the items, with a bar on stderr that shows how many were taken, in a terminal."""
    console = Console(stderr=True)
    hidden = not console.is_terminal
    return track(items, title, console=console, transient=True, disable=hidden)
