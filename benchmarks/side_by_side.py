"""What the search costs a GPU whose workers train the folds of a trial side by side.

    python -m benchmarks.side_by_side

Replays sweeps over the tables of learning curves, once with a fold at a time, as on a CPU, once
with all open folds side by side after rung 0. How much longer an epoch of several folds takes than
an epoch of one depends on the card and the network; so the time on the card is told for several
such factors, in fold-epochs. Without pruning all trials have all folds side by side.
"""

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.learning_curves import TABLE, LearningCurves
from benchmarks.replay.executor import replay
from benchmarks.replay.shuzi_strategy import Shuzi
from benchmarks.shared.header import cores, header
from benchmarks.shared.processes import in_processes
from model.configuration import Configuration
from search_spaces import read_space

FACTORS = (1.0, 1.5, 2.0, 3.0, 5.0)
WORKERS = 3  # trials that resources a card


@dataclass(frozen=True)
class Ended:
    """What one replay came to.

    Attributes:
        single: Epochs of one fold alone.
        together: Epochs of several folds side by side.
        loss: Of the best complete configuration, nats.
        lost: Whether the best of those proposed was not complete at the end.
    """

    single: int
    together: int
    loss: float
    lost: bool


def main() -> None:
    """Prints a table for each table of curves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--trials", type=int, default=60)
    tables = sorted(TABLE.parent.glob("*.npz"))
    parser.add_argument("--table", type=Path, nargs="+", default=tables, help="of learning curves")
    arguments = parser.parse_args()
    console = Console(width=120, highlight=False)
    console.print(header("optuna", "numpy"))
    for path in arguments.table:
        console.print(_table(path, arguments.seeds, arguments.trials))


def _table(path: Path, seeds: int, trials: int) -> Table:
    title = f"{path.stem}: {trials} trials, {WORKERS} at a time, {seeds} seeds"
    table = Table("time on the card, an epoch of five taking", box=SIMPLE_HEAD, title=title)
    for heading in (*(f"{factor:g}" for factor in FACTORS), "loss", "best lost"):
        table.add_column(heading, justify="right")
    for name, side_by_side in (("a fold at a time", False), ("side by side", True)):
        jobs = [partial(_one, path, trials, side_by_side, seed) for seed in range(seeds)]
        ended = list(in_processes(jobs, name, cores()))
        table.add_row(name, *_times(ended), f"{_mean(ended, 'loss'):.4f}", _lost(ended))
    curves = LearningCurves.read(path)
    complete = min(trials, len(curves.losses)) * curves.losses.shape[2]
    table.add_row("without pruning", *(f"{factor * complete:,.0f}" for factor in FACTORS), "", "")
    return table


def _one(path: Path, trials: int, side_by_side: bool, seed: int) -> Ended:
    """Runs in a process of its own."""
    curves = LearningCurves.read(path)
    space = read_space(curves.about["space"], Configuration.check)
    count = min(trials, len(curves.losses))
    told = replay(Shuzi(curves, space, count, seed, side_by_side=side_by_side), curves, WORKERS)
    best = min(told.proposed, key=lambda row: curves.finals[row])
    loss = min(float(curves.finals[row]) for row in told.complete)
    single = told.steps[1]
    return Ended(single, told.steps.total() - single, loss, best not in told.complete)


def _times(ended: list[Ended]) -> list[str]:
    single, together = _mean(ended, "single"), _mean(ended, "together")
    return [f"{single + factor * together:,.0f}" for factor in FACTORS]


def _mean(ended: list[Ended], name: str) -> float:
    return float(np.mean([getattr(each, name) for each in ended]))


def _lost(ended: list[Ended]) -> str:
    return f"{sum(each.lost for each in ended)} of {len(ended)}"


if __name__ == "__main__":
    main()
