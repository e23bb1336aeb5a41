"""The reference of commands, made from what `--help` says."""

from collections.abc import Iterator
from typing import Any

import typer

from shuzi.commands import app


def command_reference() -> str:
    """Returns the commands, their arguments and options in Markdown."""
    return "\n".join(_command(typer.main.get_command(app), "shuzi"))


def _command(command: Any, name: str) -> Iterator[str]:
    """Yields the lines of a command, and of those below it."""
    below = getattr(command, "commands", {})
    if not below:
        yield from (f"### `{name}`", "", command.help or "", "")
        yield from _parameters(command.params)
    for word, each in below.items():
        yield from _command(each, f"{name} {word}")


def _parameters(parameters: list[Any]) -> Iterator[str]:
    shown = [each for each in parameters if getattr(each, "help", None) and each.name != "help"]
    if shown:
        yield from ("| | |", "|---|---|")
    for each in shown:
        names = each.opts if each.param_type_name == "option" else [each.name.upper()]
        said = " ".join(each.help.split()).replace("|", "\\|")
        yield f"| {', '.join(f'`{name}`' for name in names)} | {said} |"
    yield ""
