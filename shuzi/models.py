"""Commands of trained networks: read pictures, take the winner away, serve it."""

from pathlib import Path
from typing import Annotated

import typer

from shuzi import open_sweep
from shuzi.options import RUNS, AsJson, Model, Name, Out, Progress, Quiet
from shuzi.printing import console, events, print_json, print_line, progress_console

app = typer.Typer()


@app.command()
def predict(
    model: Model,
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE ...", help="Crops, photographs, sheets, PDF.")
    ],
    as_json: AsJson = False,
    draw: Annotated[
        Path | None, typer.Option(help="The folder for copies with the answers drawn on them.")
    ] = None,
    out: Out = RUNS,
) -> None:
    """Read all digits in pictures: one digit each, or many on a sheet."""
    from results.predict.picture_files import read_files
    from results.predict.readers import reader_of
    from results.predict.tables import prediction_notes, predictions_table

    read = read_files(reader_of(model, out), model, images, draw)
    if as_json:
        print_json(read)
    else:
        if read["pages"]:
            console.print(predictions_table(read))
        for line in prediction_notes(read):
            print_line(line)
    if read["refused"]:
        raise typer.Exit(1 if read["pages"] else 2)


@app.command()
def export(
    name: Name,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format", help="onnx, onnx-int8, pt2, safetensors; all but int8 if left out."
        ),
    ] = None,
    ensemble: Annotated[
        bool, typer.Option("--ensemble", help="The networks of all folds as one.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite; keep int8 whatever accuracy it costs.")
    ] = False,
    quiet: Quiet = False,
    progress: Progress = None,
    out: Out = RUNS,
) -> None:
    """Write the winner in a form that needs neither shuzi nor, as ONNX, torch or Python."""
    from results.store.exports import exports_of_winner, forms_named
    from results.terminal.exports_table import exports_table
    from tune.judging.exporting import export_sweep

    folder = open_sweep(name, out)
    with events(progress) as tell:
        forms = forms_named(form, ensemble)
        export_sweep(folder, forms, progress_console(quiet), ensemble, force, tell)
    if not progress:
        console.print(exports_table(exports_of_winner(folder)))


@app.command()
def serve(
    model: Model,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")
    ] = 8000,
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than this machine's own are open.")
    ] = "127.0.0.1",
    rate: Annotated[
        int, typer.Option(min=1, help="The most pictures a minute of one client.")
    ] = 6000,
    out: Out = RUNS,
) -> None:
    """Serve a page on which to write or show digits and see what is read, and an API."""
    from results.serving.limits import Limits
    from results.serving.server import serve as serve_model

    serve_model(model, out, host, port, Limits(a_minute=rate), progress_console())
