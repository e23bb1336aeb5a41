"""Sweeps that are killed at a random moment of their lives, and resumed until they end.

    python -m benchmarks.kill                   30 sweeps, about half an hour

Each is a real sweep of 12 short trials, one at a time. Its driver, a worker, its raylet or its GCS
is killed by SIGKILL, in turn; every third sweep is killed twice. Printed for each: how its trials
ended, whether the table of trials and the winner are those of a sweep that was not killed, whether
files of trials that had ended were touched again, and how much longer it took.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.shared.header import header
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json
from results.store.search.trials import read_trials

SPACE = """
about = "short trials"
folds = 5
[fixed]
epochs = 3
channels_2 = 8
[parameters]
channels_1 = { kind = "int", low = 4, high = 8 }
learning_rate = { kind = "float", low = 1e-3, high = 1e-2, log = true }
"""
OPTIONS = "--trials 12 --epochs 3 --mnist-count 300 --finalists 2 --concurrent 1 --cpus-per-trial 1"
TARGETS = {"driver": "", "worker": "ray::", "raylet": "raylet/raylet", "GCS": "gcs_server"}


@dataclass(frozen=True)
class Ended:
    """How a sweep that was killed came to its end.

    Attributes:
        kills: What was killed, and after how many seconds.
        seconds: Of all its lives together.
        states: How many trials ended in each way.
        same: Whether the trials and the evaluation are those of the unbroken sweep.
        touched: Trials that had ended before a kill whose epochs were written to again.
    """

    kills: list[str]
    seconds: float
    states: dict[str, int]
    same: bool
    touched: int


def main() -> None:
    """Runs an unbroken sweep, then the others, and prints a row for each."""
    arguments = _arguments()
    out = Path(tempfile.mkdtemp(prefix="shuzi-kill-"))
    (out / "short.toml").write_text(SPACE)
    dice, console = random.Random(arguments.seed), Console(width=100, highlight=False)
    started = time.monotonic()
    _lived(out, _sweep("complete"), None, 0.0)
    unbroken = time.monotonic() - started
    console.print(header("ray", "optuna", "torch"))
    console.print(f"unbroken: {unbroken:.0f} s, {_states(out, 'complete')}")
    table = Table("killed", box=SIMPLE_HEAD)
    for heading in ("took", "trials", "same end", "touched again"):
        table.add_column(heading, justify="right")
    for number in range(arguments.sweeps):
        target = list(TARGETS)[number % len(TARGETS)]
        ended = _killed(out, f"cut-{number}", target, 2 if number % 3 == 2 else 1, unbroken, dice)
        states = ", ".join(f"{count} {state}" for state, count in ended.states.items())
        same, took = "yes" if ended.same else "NO", f"{ended.seconds:.0f} s"
        row = (", ".join(ended.kills), took, states, same, str(ended.touched))
        print(f"{number + 1}:", *row, sep="  ", file=sys.stderr)
        table.add_row(*row)
    console.print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _sweep(name: str) -> list[str]:
    return ["sweep", "--name", name, "--space", "short.toml", *OPTIONS.split()]


def _killed(
    out: Path, name: str, target: str, kills: int, unbroken: float, dice: random.Random
) -> Ended:
    """Starts a sweep, kills it as often as asked, and resumes it until it ends by itself."""
    started, told, touched = time.monotonic(), [], 0
    folder = SweepFolder(out / "runs" / name)
    for _ in range(kills):
        after = dice.uniform(0.1, 0.95) * unbroken
        before = _ended_files(folder)
        _lived(out, _next_life(folder), target, after)
        touched += _changed(before)
        told.append(f"{target} {after:.0f} s")
    while not folder.evaluation_json.is_file():
        before = _ended_files(folder)
        _lived(out, _next_life(folder), None, 0.0)
        touched += _changed(before)
    seconds = time.monotonic() - started
    return Ended(told, seconds, _states(out, name), _is_same(out, name), touched)


def _next_life(folder: SweepFolder) -> list[str]:
    begun = folder.sweep_json.is_file()
    return ["resume", folder.name] if begun else _sweep(folder.name)


def _lived(out: Path, command: list[str], target: str | None, after: float) -> None:
    """Runs shuzi until it ends; kills a part of it after some seconds, if one is named."""
    code = [sys.executable, "-m", "shuzi", *command]
    with (out / "said.txt").open("a") as said:
        process = subprocess.Popen(code, cwd=out, stdout=said, stderr=said)
        if target:
            _kill(psutil.Process(process.pid), TARGETS[target], after)
        process.wait()


def _kill(driver: psutil.Process, words: str, after: float) -> None:
    """Waits, and kills the driver or, of its children, one whose command holds some words."""
    time.sleep(after)
    if not driver.is_running():
        return
    there = driver.children(recursive=True) if words else [driver]
    for each in [each for each in there if words in _command(each)][-1:]:
        each.kill()


def _command(process: psutil.Process) -> str:
    """Returns a process's command line, empty if it has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def _ended_files(folder: SweepFolder) -> dict[Path, bytes]:
    """Returns the epochs of the trials that have ended."""
    trials = read_trials(folder.trials_csv)
    ended = trials[trials["state"].isin(["complete", "pruned", "failed"])]["trial"]
    paths = [folder.epochs_csv(int(number)) for number in ended]
    return {path: path.read_bytes() for path in paths}


def _changed(before: dict[Path, bytes]) -> int:
    return sum(path.read_bytes() != content for path, content in before.items())


def _states(out: Path, name: str) -> dict[str, int]:
    states = read_trials(SweepFolder(out / "runs" / name).trials_csv)["state"]
    return {str(state): int(count) for state, count in states.value_counts().items()}


def _is_same(out: Path, name: str) -> bool:
    """Compares trials, their losses and the evaluation with the unbroken sweep's."""
    folders = [SweepFolder(out / "runs" / each) for each in ("complete", name)]
    columns = ["trial", "state", "channels_1", "learning_rate", "validation_loss"]
    complete, cut = (read_trials(folder.trials_csv)[columns] for folder in folders)
    evaluations = [read_json(folder.evaluation_json)["rows"] for folder in folders]
    return complete.equals(cut) and evaluations[0] == evaluations[1]


if __name__ == "__main__":
    main()
