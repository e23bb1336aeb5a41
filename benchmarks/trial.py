"""One trial side by side: the student's loop, skorch and shuzi.

    python -m benchmarks.trial                         a part of it, under 3 minutes on 2 cores
    python -m benchmarks.trial --full --mnist full     the complete trial

Rounds take turns, one seed each: report, skorch, shuzi, report, ... Each side uses the cores as it
best can: one process with all threads, or two with half of them each that resources the folds;
whichever trains more images a second in the first round.
"""

import argparse
import statistics
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.peers.part import Part
from benchmarks.peers.workers import Side
from benchmarks.shared.header import cores, header
from benchmarks.shared.packages import require
from benchmarks.shared.spread import mean_spread
from datasets.digit_set import joined
from datasets.sources.chinese import load_chinese
from datasets.sources.mnist import load_mnist
from datasets.splits import fold_indices, stratified_count
from model.configuration import Configuration

SIDES = {
    "tongji": "benchmarks.peers.student_loop",
    "skorch": "benchmarks.peers.skorch_loop",
    "shuzi": "benchmarks.peers.shuzi_loop",
}
NETWORKS = {
    "tongji": (Configuration(epochs=2), 1000),  # and how many MNIST images are a part
    "small": (Configuration(channels_1=32, channels_2=64, epochs=4), 3000),
}


@dataclass
class Measured:
    """What a side came to.

    Attributes:
        tried: Images a second for each number of processes, from a first try.
        rates: Images a second of each round, in the better number of processes.
        accuracies: Of each round, percent.
        peak: Largest memory of a process, bytes.
    """

    tried: dict[int, float]
    rates: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    peak: int = 0

    @property
    def processes(self) -> int:
        """In how many processes the side was faster."""
        return max(self.tried, key=lambda count: self.tried[count])


def main() -> None:
    """Prints the header and a table for each network."""
    require("skorch")
    arguments = _arguments()
    console = Console(width=100, highlight=False)
    console.print(header("torch", "skorch", "numpy"))
    if arguments.device == "cuda":
        console.print(torch.cuda.get_device_name())
    for name in arguments.network or NETWORKS:
        part = _part(name, arguments)
        console.print(_caption(name, part, arguments.seeds))
        console.print(_table(_measured(part, arguments.seeds)))
    console.print("peak: memory of one process; in: processes that resources the folds")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", action="append", choices=NETWORKS, help="default: both")
    parser.add_argument("--mnist", default="embedded", help="embedded, full or a folder")
    parser.add_argument("--chinese", default="embedded", help="embedded, chen, tongji or a folder")
    parser.add_argument("--images", type=int, default=None, help="of MNIST; default: a part")
    parser.add_argument("--epochs", type=int, default=None, help="default: 2 and 4")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--full", action="store_true", help="all images, 5 folds, 10 epochs")
    return parser.parse_args()


def _part(name: str, arguments: argparse.Namespace) -> Part:
    configuration, few = NETWORKS[name]
    mnist = load_mnist(arguments.mnist).train
    images = arguments.images or (len(mnist) if arguments.full else few)
    pool = joined([stratified_count(mnist, images, seed=0), load_chinese([arguments.chinese])])
    epochs = arguments.epochs or (10 if arguments.full else configuration.epochs)
    return Part(
        pool=pool,
        folds=fold_indices(pool, 5, seed=0),
        numbers=range(5 if arguments.full else 2),
        configuration=replace(configuration, epochs=epochs),
        seed=0,
        threads=cores(),
        device=arguments.device,
    )


def _measured(part: Part, seeds: int) -> dict[str, Measured]:
    with ExitStack() as stack:
        sides = {name: stack.enter_context(Side(module)) for name, module in SIDES.items()}
        measured = {name: _tried(side, part) for name, side in sides.items()}
        for seed in range(seeds):
            for name, side in sides.items():
                _round(measured[name], side, replace(part, seed=seed))
                print(f"seed {seed}: {name} {measured[name].rates[-1]:,.0f}/s", file=sys.stderr)
    return measured


def _tried(side: Side, part: Part) -> Measured:
    """Finds out in how many processes a side is faster, by two folds of part of the digits."""
    few = part.pool.select(np.random.default_rng(0).permutation(len(part.pool))[:1000])
    once = replace(part.configuration, epochs=1)
    short = replace(
        part, pool=few, folds=fold_indices(few, 5, 0), numbers=range(2), configuration=once
    )
    side.run(short, 2)  # starts and warms both processes
    counts = (1, 2) if part.threads > 1 and part.device == "cpu" else (1,)
    return Measured({count: short.images_trained / side.run(short, count)[0] for count in counts})


def _round(measured: Measured, side: Side, part: Part) -> None:
    seconds, read, measured.peak = side.run(part, measured.processes)
    measured.rates.append(part.images_trained / seconds)
    measured.accuracies.append(100 * read.correct / read.count)


def _caption(name: str, part: Part, seeds: int) -> str:
    c = part.configuration
    return (
        f"\n{name} network ({c.channels_1}-{c.channels_2}): {len(part.pool):,} digits, "
        f"{len(part.numbers)} of {len(part.folds)} folds, {c.epochs} epochs, batch {c.batch_size}, "
        f"{part.threads} threads in all, {seeds} seeds: mean (lowest-highest)"
    )


def _table(measured: dict[str, Measured]) -> Table:
    table = Table("loop", box=SIMPLE_HEAD)
    for heading in ("images/s", "ratio", "% right", "peak", "in", "tried in 1; 2"):
        table.add_column(heading, justify="right", no_wrap=True)
    base = statistics.fmean(next(iter(measured.values())).rates)
    for name, side in measured.items():
        table.add_row(
            name,
            mean_spread(side.rates, 0),
            f"{statistics.fmean(side.rates) / base:.2f}",
            mean_spread(side.accuracies, 2),
            f"{side.peak / 1e9:.2f} GB",
            str(side.processes),
            "; ".join(f"{rate:,.0f}" for rate in side.tried.values()),
        )
    return table


if __name__ == "__main__":
    main()
