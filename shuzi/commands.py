"""All commands in one: those of sweeps, of networks and of data."""

import importlib.metadata
from typing import Annotated

import typer

from shuzi import data, models, sweeps

ABOUT = "shuzi searches for the best small network to read digits written by Chinese people."

app = typer.Typer(pretty_exceptions_enable=False, help=ABOUT)
app.add_typer(sweeps.app)
app.add_typer(models.app)
app.add_typer(data.app, name="data")


def _print_version(asked: bool) -> None:
    if asked:
        print(importlib.metadata.version("shuzi"))
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
            rich_help_panel="Global options",
        ),
    ] = False,
) -> None:
    """Takes the global options."""
