"""The student's protocol and shuzi's, side by side, on the student's own photographs.

    python -m benchmarks.student --data ../shared/data         hours on 2 cores; see --mnist, --arms

Networks of each arm are trained on all but a held-out third, over splits and seeds, and judged on
held-out photographs, on Chinese digits of other sources, and on MNIST's test digits. Each three
splits divide all digits among themselves, so that each digit is judged equally often; the
first split is that of a sweep with seed 0. An arm with a star is the networks of all seeds, their
probabilities averaged. What is done is kept in a file of lines, with the answers in a folder beside
it, so a broken run goes on where it was.
"""

import argparse
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.protocol.answers import Row, averaged
from benchmarks.protocol.arms import (
    ARMS,
    WINNER,
    Arm,
    configuration,
    starred,
    winning_configuration,
)
from benchmarks.protocol.networks import TEST, Task, judged_places
from benchmarks.protocol.readings import ArmReadings, difference
from benchmarks.shared.header import cores, header
from benchmarks.shared.kept_rows import keep_rows, read_rows
from benchmarks.shared.processes import in_processes
from benchmarks.shared.spread import mean_spread
from model.networks.kinds import count_weights

SOURCES = ("tongji", "chen-mnist", "forms", TEST)
PAIRS = (*map(tuple, ("ab", "bc", "cf", "de", "ce", "fe", "eh")), ("d", "d*"), ("e", "e*"))


def main() -> None:
    """Trains what is not done yet, and prints both tables."""
    arguments = _arguments()
    console = Console(width=160, highlight=False)
    console.print(header("torch", "numpy", "scipy"))
    done: list[Row] = read_rows(arguments.rows)
    workers = 1 if torch.cuda.is_available() else cores()
    for row in in_processes([task.run for task in _missing(arguments, done)], "training", workers):
        keep_rows(arguments.rows, [row])
        done.append(row)
    rows = {arm: _rows_of(arm, done, arguments) for arm in _chosen(arguments)}
    if arguments.seeds > 1:
        rows |= {starred(arm): _together(rows[arm], arguments) for arm in rows if arm.winner}
    readings = {arm.key: _readings(arm, each, arguments.data) for arm, each in rows.items()}
    console.print(_accuracies(rows, readings, arguments))
    console.print(_differences(readings))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="mnist, tongji, chen-mnist, forms")
    parser.add_argument("--arms", default="abcdefgh", help="which of them, by their letters")
    parser.add_argument("--splits", type=int, default=6, help="a multiple of 3")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--mnist", type=int, default=60_000, help="a stratified part of MNIST")
    parser.add_argument("--winner", type=Path, default=WINNER, help="its parameters, JSON")
    parser.add_argument("--set", nargs="*", default=[], help="others for it: epochs=16 ...")
    parser.add_argument(
        "--rows", type=Path, default=Path("report.jsonl"), help="keeps what is done"
    )
    arguments = parser.parse_args()
    arguments.winner = winning_configuration(arguments.winner, arguments.set)
    return arguments


def _chosen(arguments: argparse.Namespace) -> list[Arm]:
    return [arm for arm in ARMS if arm.key in arguments.arms]


def _tasks(arm: Arm, arguments: argparse.Namespace) -> list[Task]:
    """Returns the networks of an arm, the first seed's first."""
    return [
        Task(
            arm.key,
            split,
            seed,
            arguments.mnist,
            arguments.data,
            arguments.winner,
            _answers(arguments),
        )
        for seed, split in product(range(arguments.seeds), range(arguments.splits))
        if arm.has_splits or not split
    ]


def _missing(arguments: argparse.Namespace, done: Sequence[Row]) -> list[Task]:
    """Returns what is yet to be trained: of each split and seed all arms, one after another."""
    tasks = [task for arm in _chosen(arguments) for task in _tasks(arm, arguments)]
    tasks.sort(key=lambda task: (task.seed, task.split))
    return [task for task in tasks if not any(map(task.is_done_by, done))]


def _rows_of(arm: Arm, done: Sequence[Row], arguments: argparse.Namespace) -> list[Row]:
    tasks = _tasks(arm, arguments)
    return [row for row in done if any(task.is_done_by(row) for task in tasks)]


def _together(rows: Sequence[Row], arguments: argparse.Namespace) -> list[Row]:
    """Averages the networks of all seeds, split by split."""
    splits = sorted({row["split"] for row in rows})
    each = [[row for row in rows if row["split"] == split] for split in splits]
    return [averaged(networks, _answers(arguments)) for networks in each]


def _answers(arguments: argparse.Namespace) -> Path:
    return Path(arguments.rows).with_suffix("")


def _readings(arm: Arm, rows: Sequence[Row], data: Path) -> dict[str, ArmReadings]:
    return {
        source: ArmReadings.of(rows, [_judged(arm, row, source, data) for row in rows], source)
        for source in SOURCES
    }


def _judged(arm: Arm, row: Row, source: str, data: Path) -> NDArray[np.int64]:
    if source in arm.chinese:
        return judged_places(data, arm, source, row["split"])
    return np.arange(row["read"][source])


def _accuracies(
    rows: dict[Arm, list[Row]],
    readings: dict[str, dict[str, ArmReadings]],
    arguments: argparse.Namespace,
) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    table.add_column("networks", justify="right", no_wrap=True)
    for source in SOURCES:
        count = max(each[source].count for each in readings.values())
        table.add_column(f"{source}\nn = {count:,}", justify="right", no_wrap=True)
    table.add_column("weights", justify="right", no_wrap=True)
    for arm, each in rows.items():
        cells = [_cell(readings[arm.key][source]) for source in SOURCES]
        weights = count_weights(configuration(arm, arguments.winner))
        table.add_row(f"{arm.key:2} {arm.name}", str(len(each)), *cells, f"{weights:,}")
    table.caption = (
        f"% right: mean over {arguments.splits} held-out thirds x {arguments.seeds} seeds "
        f"(lowest-highest); below it the 95 % interval, each digit counted once; "
        f"{arguments.mnist:,} digits of MNIST"
    )
    return table


def _cell(readings: ArmReadings) -> str:
    low, high = (100 * bound for bound in readings.interval)
    spread = mean_spread([100 * part for part in readings.each])
    return f"{spread}\n{low:.2f}-{high:.2f}"


def _differences(readings: dict[str, dict[str, ArmReadings]]) -> Table:
    table = Table("", box=SIMPLE_HEAD)
    for source in SOURCES:
        table.add_column(source, justify="right", no_wrap=True)
    for before, after in PAIRS:
        if before in readings and after in readings:
            cells = [_gain(readings[before][name], readings[after][name]) for name in SOURCES]
            table.add_row(f"{after} less {before}", *cells)
    table.caption = "points gained, digit by digit; p of a permutation test over the digits"
    return table


def _gain(before: ArmReadings, after: ArmReadings) -> str:
    gain, p = difference(before, after)
    return f"{100 * gain:+.2f}, p = {p:.2g}"


if __name__ == "__main__":
    main()
