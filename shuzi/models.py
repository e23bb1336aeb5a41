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
        list[Path],
        typer.Argument(
            metavar="IMAGE ...", help="Photographs, scans or PDF files: of one digit or of many."
        ),
    ],
    as_json: AsJson = False,
    draw: Annotated[
        Path | None,
        typer.Option(help="Write copies with the answers drawn on them into this folder."),
    ] = None,
    out: Out = RUNS,
) -> None:
    """Read the digits in pictures, of one digit or of many."""
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
            "--format",
            help="onnx, onnx-int8, pt2 or safetensors (default: all but onnx-int8). "
            "You may repeat it.",
        ),
    ] = None,
    ensemble: Annotated[
        bool,
        typer.Option(
            "--ensemble", help="Export the average of one network per fold, not the winner alone."
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Existing files are replaced only with --force. It also keeps an onnx-int8 file "
            "that loses accuracy.",
        ),
    ] = False,
    quiet: Quiet = False,
    progress: Progress = None,
    out: Out = RUNS,
) -> None:
    """Write the winner to files that you can use without shuzi, ONNX also without Python."""
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
        int, typer.Option(min=0, max=65535, help="The port; 0 takes any that is free.")
    ] = 8000,
    host: Annotated[
        str,
        typer.Option(
            help="The address to listen at. With 0.0.0.0 other machines can reach the page."
        ),
    ] = "127.0.0.1",
    rate: Annotated[
        int, typer.Option(min=1, help="The most pictures that one client may send in a minute.")
    ] = 6000,
    out: Out = RUNS,
) -> None:
    """Serve a page (and an API) that reads the digits you write, upload or photograph."""
    from results.serving.limits import Limits
    from results.serving.server import serve as serve_model

    serve_model(model, out, host, port, Limits(a_minute=rate), progress_console())
