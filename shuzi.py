"""shuzi searches for the best small network to read digits written by Chinese people."""

import datetime
import importlib.metadata
import importlib.util
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

if TYPE_CHECKING:
    from results.store.folder import SweepFolder
    from tune.errors import SweepEnded
    from tune.watching.events import Tell

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
data_app = typer.Typer(help="Fetch, import and look at digits.")
app.add_typer(data_app, name="data")


def _print_version(asked: bool) -> None:
    if asked:
        print(importlib.metadata.version("shuzi"))
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Takes what is asked of no command."""


INTERRUPTED = 130
console = Console()

Layout = Literal["auto", "boxes", "rows"]
Pruner = Literal["ladder", "none"]
Also = Literal["parameters"]
# The panels of `shuzi sweep --help`.
DIGITS, SEARCH, WINNER, MACHINES = "Digits", "Search", "Winner", "Machines"

Name = Annotated[str, typer.Argument(help="The sweep's name.")]
Out = Annotated[Path, typer.Option("--out", help="The folder of sweeps.")]
Address = Annotated[
    str | None,
    typer.Option(help="A running Ray cluster to join, host:port.", rich_help_panel=MACHINES),
]
Storage = Annotated[
    str | None,
    typer.Option(
        help="Where a copy is kept: a path on NFS, s3://..., gs://...", rich_help_panel=MACHINES
    ),
]
Networks = Annotated[
    int | None,
    typer.Option(
        help="Networks to average for the winner, 1 to 16; if left out, as in the space or before.",
        rich_help_panel=WINNER,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print warnings and errors alone.")]
Progress = Annotated[
    Literal["json"] | None,
    typer.Option(
        help="json: write each event to stdout as a line of JSON, for programs, and no tables."
    ),
]


@app.command()
def sweep(
    name: Annotated[
        str | None, typer.Option(help="The sweep's name; the time if left out.")
    ] = None,
    mnist: Annotated[
        str,
        typer.Option(
            help="embedded, full, or a folder of the four IDX files.", rich_help_panel=DIGITS
        ),
    ] = "embedded",
    mnist_count: Annotated[
        int | None,
        typer.Option(
            help="So many of MNIST's digits, each label in its share.", rich_help_panel=DIGITS
        ),
    ] = None,
    chinese: Annotated[
        list[str] | None,
        typer.Option(
            help="embedded, chen, report, a folder of label folders, a .csv or .tar.gz, or a "
            "source of your own as module:NAME; may be repeated; embedded if left out.",
            rich_help_panel=DIGITS,
        ),
    ] = None,
    as_is: Annotated[
        bool,
        typer.Option(
            "--as-is", help="Squeeze pictures to 28 x 28 as they are.", rich_help_panel=DIGITS
        ),
    ] = False,
    space: Annotated[
        str, typer.Option(help="quick, paper, wide, or a TOML file.", rich_help_panel=SEARCH)
    ] = "quick",
    trials: Annotated[
        int, typer.Option(help="How many configurations to try.", rich_help_panel=SEARCH)
    ] = 8,
    epochs: Annotated[
        int | None,
        typer.Option(help="Epochs of each training, not the space's.", rich_help_panel=SEARCH),
    ] = None,
    pruner: Annotated[
        Pruner,
        typer.Option(
            help="ladder stops trials that are likely not the best; none stops none.",
            rich_help_panel=SEARCH,
        ),
    ] = "ladder",
    risk: Annotated[
        float,
        typer.Option(
            help="How often the best of the trials may be lost, 0.001 to 0.5; lower takes longer.",
            rich_help_panel=SEARCH,
        ),
    ] = 0.02,
    max_parameters: Annotated[
        int | None,
        typer.Option(help="Try no network of more weights.", rich_help_panel=SEARCH),
    ] = None,
    also: Annotated[
        Also | None,
        typer.Option(help="parameters: seek small networks, too.", rich_help_panel=SEARCH),
    ] = None,
    warm_start: Annotated[
        list[str] | None,
        typer.Option(
            help="The name of an earlier sweep to learn from; give it several times for several.",
            rich_help_panel=SEARCH,
        ),
    ] = None,
    time_budget: Annotated[
        str | None,
        typer.Option(help="End the search after 90s, 30m, 2h ...", rich_help_panel=SEARCH),
    ] = None,
    stop_when_converged: Annotated[
        bool,
        typer.Option(
            "--stop-when-converged",
            help="End the search when 20 trials in turn have brought no gain to be seen.",
            rich_help_panel=SEARCH,
        ),
    ] = False,
    seed: Annotated[
        int, typer.Option(help="Decides all that is random.", rich_help_panel=SEARCH)
    ] = 0,
    finalists: Annotated[
        int,
        typer.Option(
            help="The most trials to cross-validate again: the best, but for clearly worse ones.",
            rich_help_panel=WINNER,
        ),
    ] = 3,
    networks: Networks = None,
    concurrent: Annotated[
        int | None,
        typer.Option(
            help="The most trials at a time; if left out, as many as there is room for.",
            rich_help_panel=MACHINES,
        ),
    ] = None,
    gpus_per_trial: Annotated[
        float | None,
        typer.Option(
            help="GPUs of each, may be a fraction; if left out, as its memory allows.",
            rich_help_panel=MACHINES,
        ),
    ] = None,
    cpus_per_trial: Annotated[
        int | None,
        typer.Option(
            help="Cores, and threads, of each; if left out, an equal share.",
            rich_help_panel=MACHINES,
        ),
    ] = None,
    retries: Annotated[
        int,
        typer.Option(
            help="How often a trial whose worker or GPU was lost is begun again.",
            rich_help_panel=MACHINES,
        ),
    ] = 2,
    address: Address = None,
    storage: Storage = None,
    nice: Annotated[
        int,
        typer.Option(
            help="Niceness of workers, 0 to 19: at 0 they keep their part of the cores beside "
            "other work, at 19 they leave these to it.",
            rich_help_panel=MACHINES,
        ),
    ] = 0,
    quiet: Quiet = False,
    progress: Progress = None,
    out: Out = Path("runs"),
) -> None:
    """Search, retrain the winner and judge it on held-out Chinese digits."""
    from tune.planning.request import SweepRequest, seconds
    from tune.sweep import run_sweep

    request = SweepRequest(
        name=name or f"{datetime.datetime.now():%Y%m%d-%H%M%S}",
        out=out.absolute(),
        space=space,
        mnist=mnist,
        mnist_count=mnist_count,
        chinese=tuple(chinese or ["embedded"]),
        as_is=as_is,
        trials=trials,
        pruner=pruner,
        risk=risk,
        finalists=finalists,
        retries=retries,
        max_parameters=max_parameters,
        networks=networks,
        also=also,
        warm_start=tuple(warm_start or ()),
        stop_when_converged=stop_when_converged,
        time_budget=seconds(time_budget),
        epochs=epochs,
        gpus_per_trial=gpus_per_trial,
        cpus_per_trial=cpus_per_trial,
        concurrent=concurrent,
        address=address,
        storage=storage,
        nice=nice,
        seed=seed,
    )
    with _events(progress) as tell:
        folder = run_sweep(request, _told_to(quiet), tell)
    _show_unless(progress, folder)


@app.command()
def resume(
    name: Name,
    address: Address = None,
    storage: Storage = None,
    quiet: Quiet = False,
    progress: Progress = None,
    out: Out = Path("runs"),
) -> None:
    """Go on with a sweep that was broken off; do only what is missing.

    Where there is no such folder, it is fetched from the storage.
    """
    from tune.sweep import fetch_sweep, resume_sweep

    told = _told_to(quiet)
    folder = fetch_sweep(out, name, storage, told) if storage else _existing(out, name)
    with _events(progress) as tell:
        resume_sweep(folder, told, storage, address, tell)
    _show_unless(progress, folder)


@app.command()
def retrain(
    name: Name,
    networks: Networks = None,
    quiet: Quiet = False,
    progress: Progress = None,
    out: Out = Path("runs"),
) -> None:
    """Retrain the winner and what it is compared to, and judge them; with --networks it alone."""
    from tune.sweep import retrain_sweep

    folder = _existing(out, name)
    with _events(progress) as tell:
        retrain_sweep(folder, _told_to(quiet), networks, tell)
    _show_unless(progress, folder)


@app.command("list")
def list_sweeps(as_json: AsJson = False, out: Out = Path("runs")) -> None:
    """List the sweeps there are, and how far each has come."""
    from results.store.folder import sweeps_in
    from results.terminal.summary import briefs
    from results.terminal.tables import sweeps_table

    sweeps = briefs(sweeps_in(out))
    if as_json:
        _print_json(sweeps)
    elif sweeps:
        console.print(sweeps_table(sweeps))
    else:
        console.print(f"no sweeps in {out.absolute()}", soft_wrap=True, highlight=False)


@app.command()
def show(
    name: Name,
    as_json: AsJson = False,
    out: Out = Path("runs"),
) -> None:
    """Show the leaderboard, the winner and how it reads the held-out digits."""
    folder = _existing(out, name)
    if as_json:
        from results.terminal.summary import summary

        _print_json(summary(folder))
    else:
        _show(folder)


@app.command()
def report(
    name: Name,
    lang: Annotated[str, typer.Option(help="The language of the report: en or zh.")] = "en",
    out: Out = Path("runs"),
) -> None:
    """Write what a sweep has found: report.html with its figures, and the winner's card.md."""
    from results.card.page import write_card
    from results.report.page import write_report

    folder = _existing(out, name)
    write_report(folder, lang)
    console.print(folder.report_html, soft_wrap=True, highlight=False)
    if write_card(folder):
        console.print(folder.card, soft_wrap=True, highlight=False)


@app.command()
def predict(
    model: Annotated[str, typer.Argument(help="A trained network's file, or a sweep's name.")],
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE ...", help="Crops, photographs, sheets, PDF.")
    ],
    as_json: AsJson = False,
    draw: Annotated[
        Path | None, typer.Option(help="The folder for copies with the answers drawn on them.")
    ] = None,
    out: Out = Path("runs"),
) -> None:
    """Read all digits in pictures: one digit each, or many on a sheet."""
    from results.predict.picture_files import read_files
    from results.predict.readers import reader_of
    from results.predict.tables import prediction_notes, predictions_table

    read = read_files(reader_of(model, out), model, images, draw)
    if as_json:
        print(json.dumps(read, indent=2, ensure_ascii=False))
    else:
        if read["pages"]:
            console.print(predictions_table(read))
        for line in prediction_notes(read):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
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
    out: Out = Path("runs"),
) -> None:
    """Write the winner in a form that needs neither shuzi nor, as ONNX, torch or Python."""
    from results.store.exports import exports_of_winner, forms_named
    from results.terminal.tables import exports_table
    from tune.judging.exporting import export_sweep

    folder = _existing(out, name)
    with _events(progress) as tell:
        forms = forms_named(form, ensemble)
        export_sweep(folder, forms, _told_to(quiet), ensemble, force, tell)
    if not progress:
        console.print(exports_table(exports_of_winner(folder)))


@app.command()
def tensorboard(
    name: Annotated[str | None, typer.Argument(help="The sweep's name; all if left out.")] = None,
    port: Annotated[int, typer.Option(help="The port, of this machine alone.")] = 6006,
    out: Out = Path("runs"),
) -> None:
    """Serve the curves, hyperparameters and ends of trials to this machine's browser."""
    from results.store.folder import sweeps_in
    from results.tensorboard.serving import serve

    if name is None and not sweeps_in(out):
        raise typer.BadParameter(f"there are no sweeps in {out.absolute()}.")
    serve(_existing(out, name).trials if name else out, port)


@app.command("serve")
def serve_model(
    model: Annotated[str, typer.Argument(help="A trained network's file, or a sweep's name.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")
    ] = 8000,
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than this machine's own are open.")
    ] = "127.0.0.1",
    rate: Annotated[
        int, typer.Option(min=1, help="The most pictures a minute of one client.")
    ] = 6000,
    out: Out = Path("runs"),
) -> None:
    """Serve a page on which to write or show digits and see what is read, and an API."""
    from results.serving.limits import Limits
    from results.serving.server import serve

    serve(model, out, host, port, Limits(a_minute=rate), _told_to(quiet=False))


@data_app.command("fetch")
def fetch_data(
    name: Annotated[
        str | None, typer.Argument(help="mnist, chen or report; all if left out.")
    ] = None,
    mirror: Annotated[
        list[str] | None, typer.Option(help="An address that holds the files, tried first.")
    ] = None,
) -> None:
    """Download public digits, verified, into the cache folder."""
    from datasets.downloads.fetching import fetch, public_digits

    for digits in public_digits(name):
        console.print(fetch(digits, mirror or ()), soft_wrap=True, highlight=False)


@data_app.command("import")
def import_data(
    source: Annotated[Path, typer.Argument(help="A photograph, scan or PDF, or a folder of them.")],
    out: Annotated[Path, typer.Argument(help="The folder that gets one picture per digit.")],
    label: Annotated[int | None, typer.Option(help="The digit that all of them show.")] = None,
    rows: Annotated[
        str | None, typer.Option(help="The digit of each row of a page, as 0123456789.")
    ] = None,
    writer: Annotated[str, typer.Option(help="The name of who wrote all of them.")] = "",
    layout: Annotated[Layout, typer.Option(help="What to look for on a page.")] = "auto",
) -> None:
    """Cut photographed sheets, printed boxes or free rows, into one picture per digit."""
    from datasets.inspecting.tables import import_notes, import_table
    from datasets.sheets.importing import Import, import_sheets
    from datasets.sheets.labels import Labelling

    imported = import_sheets(source, Import(out, Labelling(label, rows), writer, layout))
    if imported.pages:
        console.print(import_table(imported))
    for line in import_notes(imported, out):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    if imported.refused:
        raise typer.Exit(1 if imported.pages or imported.before else 2)


@data_app.command("show")
def show_data(
    sources: Annotated[
        list[str],
        typer.Argument(help="embedded, chen, report, a folder, a .csv or .tar.gz, module:NAME."),
    ],
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Squeeze pictures to 28 x 28 as they are.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Name every doubtful or doubled picture.")
    ] = False,
    sheet: Annotated[Path, typer.Option(help="Where to draw the digits, before and after.")] = Path(
        "contact-sheet.png"
    ),
) -> None:
    """Count digits, name the doubtful and the doubled, and draw them before and after."""
    from datasets.inspecting.contact_sheet import draw_contact_sheet
    from datasets.inspecting.inspection import inspect
    from datasets.inspecting.tables import inspection_notes, inspection_table, writers_table
    from datasets.sources.chinese import chinese_sources

    looked = inspect(chinese_sources(sources), as_is)
    for table in (inspection_table(looked), writers_table(looked)):
        if table:
            console.print(table)
    notes = inspection_notes(looked, sys.maxsize) if everything else inspection_notes(looked)
    for line in notes:
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    draw_contact_sheet(sheet, looked)
    console.print(f"contact sheet: {sheet}", soft_wrap=True, highlight=False)


def _told_to(quiet: bool) -> Console:
    """Returns where a sweep tells what it does."""
    return Console(stderr=True, quiet=quiet)


def _events(progress: str | None) -> "AbstractContextManager[Tell]":
    """Returns what gives the receiver of events."""
    from tune.watching.events import ignore
    from tune.watching.json_lines import events_on_stdout

    return events_on_stdout() if progress else nullcontext(ignore)


def _show_unless(progress: str | None, folder: "SweepFolder") -> None:
    """Shows a sweep, unless stdout is for events."""
    if not progress:
        _show(folder)


def _existing(out: Path, name: str) -> "SweepFolder":
    from results.store.folder import SweepFolder

    return SweepFolder.existing(out, name)


def _print_json(content: object) -> None:
    print(json.dumps(content, indent=2, ensure_ascii=False))


def _show(folder: "SweepFolder") -> None:
    from results.terminal.tables import sweep_tables

    for table in sweep_tables(folder):
        console.print()
        console.print(table, soft_wrap=isinstance(table, str))


def main() -> None:
    """Runs the command line: exit 0, 1 if all failed, 2 for a bad request, 130 if interrupted."""
    try:
        _refuse_a_clash()
        status = app(args=sys.argv[1:] or ["--help"], standalone_mode=False)
        if status == INTERRUPTED:
            _told("interrupted.", INTERRUPTED)
    except _refusals() as error:
        told = getattr(error, "format_message", error.__str__)
        status = _told(told(), 2)
    except _ending() as error:
        status = _told(str(error), error.status)
    except OSError as error:
        status = _told_of_disk(error)
    sys.exit(status)


def _told(reason: str, status: int) -> int:
    """Says in one line on stderr why there is no result, and returns the exit status."""
    print(f"shuzi: {' '.join(reason.split())}", file=sys.stderr)
    return status


def _told_of_disk(error: OSError) -> int:
    """Says that the disk fails, if it is that."""
    from tune.session.disk import disk_failure

    failure = disk_failure(error)
    if failure is None:
        raise error
    return _told(f"{failure}.", 1)


def _refusals() -> tuple[type[Exception], ...]:
    """Returns what a user's mistake raises; only imported where something was raised."""
    from datasets.errors import DataError
    from results.errors import ResultsError
    from search_spaces.errors import SpaceError
    from tune.errors import SweepError

    return typer.TyperException, DataError, ResultsError, SpaceError, SweepError


def _ending() -> "type[SweepEnded]":
    from tune.errors import SweepEnded

    return SweepEnded


def _refuse_a_clash() -> None:
    """Refuses to run where another package took the name of one of shuzi's folders."""
    here = Path(__file__).resolve().parent
    for name in ("datasets", "model", "search_spaces", "tune", "results"):
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None or Path(found.origin).parent.parent != here:
            raise typer.TyperException(
                f"another package named {name} ({found and found.origin}) hides shuzi's own: "
                "give shuzi a virtual environment of its own."
            )


if __name__ == "__main__":
    main()
