"""Options and arguments that several commands take."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from shuzi.fields import option
from tune.planning.request import SweepRequest

RUNS: Path = SweepRequest.model_fields["out"].default
Name = Annotated[str, typer.Argument(help="The name of the sweep.")]
Model = Annotated[
    str, typer.Argument(help="The file of a trained network, or the name of a sweep.")
]
Out = Annotated[Path, option("out")]
Address = Annotated[str | None, option("address")]
Storage = Annotated[str | None, option("storage")]
Networks = Annotated[int | None, option("networks")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only warnings, errors and the result.")]
Progress = Annotated[
    Literal["json"] | None,
    typer.Option(help="json: write each event to stdout as a line of JSON, for programs."),
]
