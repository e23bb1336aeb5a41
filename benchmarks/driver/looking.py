"""How long it takes to look at a large sweep, and to go on with it."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.driver.simulated import SimulatedWorkers
from model.configuration import Configuration
from results.store.folder import SweepFolder
from results.store.search.epochs import EpochLog
from results.store.search.study import open_study
from search_spaces import read_space
from tune.planning.data import load_data
from tune.planning.plan import Plan
from tune.planning.plan_manifest import manifest_of
from tune.planning.request import SweepRequest
from tune.planning.trial_resources import TrialResources
from tune.watching.recorder import Recorder

SPACE, WORKERS, PORT = "paper", 64, 6127
SHUZI = [sys.executable, "-m", "shuzi"]


def print_looks(trials: int, charted: int) -> None:
    """Prints how long each command takes.

    Args:
        trials: Of the sweep that is shown, listed, reported and gone on with.
        charted: Of the sweep that TensorBoard shows.
    """
    with tempfile.TemporaryDirectory() as out:
        folder = _begun(Path(out), trials)
        _workers(folder, trials).run_until(0.9 * trials)
        print(f"\n{SPACE}: a sweep of {trials:,} trials")
        began = time.perf_counter()
        workers = _workers(folder, trials)
        taken = time.perf_counter() - began
        print(f"  taken up in {taken:.1f} s where nine tenths had begun, without Ray")
        workers.run()
        _write_ends(folder)
        for command in ("show", "list", "report"):
            _print_time(command, folder)
        print(f"  report.html: {folder.report_html.stat().st_size / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as out:
        folder = _begun(Path(out), charted)
        _workers(folder, charted).run()
        _write_ends(folder)
        _print_tensorboard(folder, charted)


def _begun(out: Path, trials: int) -> SweepFolder:
    """Makes the folder of a sweep that has just begun."""
    folder = SweepFolder(out / "large")
    request, space = _request(folder, trials), read_space(SPACE, Configuration.check)
    data = load_data(request, space.folds)
    plan = Plan(request, space, data, TrialResources(1, 0, WORKERS), folder)
    folder.make(manifest_of(plan).to_dict())
    return folder


def _request(folder: SweepFolder, trials: int) -> SweepRequest:
    return SweepRequest(
        name=folder.name, out=folder.path.parent, space=SPACE, mnist_count=100, trials=trials
    )


def _workers(folder: SweepFolder, trials: int) -> SimulatedWorkers:
    study, log = open_study(folder), EpochLog(folder)
    return SimulatedWorkers(trials, WORKERS, SPACE, study=study, log=log)


def _write_ends(folder: SweepFolder) -> None:
    """Writes what a sweep writes of its trials: tables and event files."""
    data = load_data(_request(folder, 1), read_space(SPACE, Configuration.check).folds)
    Recorder(folder, open_study(folder), data.pool, 0).finish()


def _print_time(command: str, folder: SweepFolder) -> None:
    name = [] if command == "list" else [folder.name]
    command_line = [*SHUZI, command, *name, "--out", str(folder.path.parent)]
    began = time.perf_counter()
    ended = subprocess.run(command_line, capture_output=True, text=True, check=False)
    print(f"  `shuzi {command}`: {time.perf_counter() - began:.1f} s", end="")
    print(f", exit {ended.returncode}: {ended.stderr[-200:]}" if ended.returncode else "")


def _print_tensorboard(folder: SweepFolder, trials: int) -> None:
    """Prints how long TensorBoard takes until it can draw the loss of every trial."""
    options = ["--out", str(folder.path.parent), "--port", str(PORT)]
    began = time.perf_counter()
    with subprocess.Popen(
        [*SHUZI, "tensorboard", folder.name, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        while (drawn := _drawn()) < trials and time.perf_counter() < began + 120:
            time.sleep(0.2)
        took = time.perf_counter() - began
        print(f"  TensorBoard has the loss of {drawn} of {trials} trials after {took:.1f} s")
        server.terminate()


def _drawn() -> int:
    """Returns of how many runs TensorBoard has a loss."""
    try:
        address = f"http://127.0.0.1:{PORT}/data/plugin/scalars/tags"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return sum("loss" in tags for tags in json.load(answer).values())
    except OSError:
        return 0
