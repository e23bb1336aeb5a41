"""Commands of sweeps: make one, go on with it, look at what it has found."""

from typing import Annotated, Any

import typer

from shuzi import open_sweep
from shuzi.fields import request_of, with_options_of_a_request
from shuzi.options import RUNS, Address, AsJson, Name, Networks, Out, Progress, Quiet, Storage
from shuzi.printing import (
    console,
    events,
    print_ending,
    print_json,
    print_line,
    print_sweep,
    progress_console,
)

app = typer.Typer()


@app.command()
@with_options_of_a_request
def sweep(*, quiet: Quiet = False, progress: Progress = None, **asked: Any) -> None:
    """Search for the best network, retrain it, and judge it by held-out digits."""
    from tune.sweep import run_sweep

    request = request_of(asked)
    with events(progress) as tell:
        folder = run_sweep(request, progress_console(quiet), tell)
    if not progress:
        print_ending(folder)


@app.command()
def resume(
    name: Name,
    address: Address = None,
    storage: Storage = None,
    quiet: Quiet = False,
    progress: Progress = None,
    out: Out = RUNS,
) -> None:
    """Go on with a sweep that was broken off.

    Only what is missing is done. With --storage, a sweep that is not here is
    fetched from there.
    """
    from tune.sweep import fetch_sweep, resume_sweep

    shown = progress_console(quiet)
    folder = fetch_sweep(out, name, storage, shown) if storage else open_sweep(name, out)
    with events(progress) as tell:
        resume_sweep(folder, shown, storage, address, tell)
    if not progress:
        print_ending(folder)


@app.command()
def retrain(
    name: Name,
    networks: Networks = None,
    quiet: Quiet = False,
    progress: Progress = None,
    out: Out = RUNS,
) -> None:
    """Retrain and judge the winner, the baseline and a fully connected network.

    With --networks only the winner is retrained.
    """
    from tune.sweep import retrain_sweep

    folder = open_sweep(name, out)
    with events(progress) as tell:
        retrain_sweep(folder, progress_console(quiet), networks, tell)
    if not progress:
        print_ending(folder)


@app.command("list")
def list_sweeps(as_json: AsJson = False, out: Out = RUNS) -> None:
    """List your sweeps, and how far each has come."""
    from results.store.folder import sweeps_in
    from results.terminal.summary import briefs
    from results.terminal.sweeps_table import sweeps_table

    sweeps = briefs(sweeps_in(out))
    if as_json:
        print_json(sweeps)
    elif sweeps:
        console.print(sweeps_table(sweeps))
    else:
        print_line(f"no sweeps in {out.absolute()}")


@app.command()
def show(name: Name, as_json: AsJson = False, out: Out = RUNS) -> None:
    """Show all results of a sweep: trials, finalists, winner, exports, files."""
    folder = open_sweep(name, out)
    if as_json:
        from results.terminal.summary import summary

        print_json(summary(folder))
    else:
        print_sweep(folder)


@app.command()
def report(
    name: Name,
    lang: Annotated[str, typer.Option(help="The language of the report: en or zh.")] = "en",
    out: Out = RUNS,
) -> None:
    """Write the report (report.html) and the model card (card.md) of a sweep again."""
    from results.card.page import write_card
    from results.report.page import write_report

    folder = open_sweep(name, out)
    write_report(folder, lang)
    print_line(folder.report_html)
    if write_card(folder, lang):
        print_line(folder.card)


@app.command()
def tensorboard(
    name: Annotated[str | None, typer.Argument(help="The sweep's name; all if left out.")] = None,
    port: Annotated[int, typer.Option(help="The port, of this machine alone.")] = 6006,
    out: Out = RUNS,
) -> None:
    """Serve the curves, hyperparameters and ends of trials to this machine's browser."""
    from results.store.folder import sweeps_in
    from results.tensorboard.serving import serve

    if name is None and not sweeps_in(out):
        raise typer.BadParameter(f"there are no sweeps in {out.absolute()}.")
    serve(open_sweep(name, out).trials if name else out, port)
