"""What a trial costs against images, epochs, channels, folds and concurrent trials, with a picture.

    python -m benchmarks.scaling --out scaling.png      about 2 minutes on 2 cores

Each panel varies one thing around a 32-64 network on 2,000 digits, 2 epochs, 2 folds, in processes
of one thread (or on a GPU). Points are the medians of the rounds, bars their range.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes

from benchmarks.peers.part import Part
from benchmarks.peers.shuzi_loop import run
from benchmarks.shared.header import cores, header
from benchmarks.shared.spread import median_spread
from datasets.sources.mnist import load_mnist
from datasets.splits import fold_indices, stratified_count
from model.configuration import Configuration

BASE = Configuration(channels_1=32, channels_2=64, epochs=2)
IMAGES, FOLDS = 2000, 2


@dataclass(frozen=True)
class Panel:
    """One thing that is varied."""

    label: str
    values: Sequence[int]
    part: Callable[[int, str], Part]
    concurrent: Callable[[int], int] = lambda _: 1


def main() -> None:
    """Measures every panel, prints the figures and draws them."""
    arguments = _arguments()
    print(header("torch", "numpy"), f"device {arguments.device}, {arguments.rounds} rounds")
    figure, axes = plt.subplots(1, 5, figsize=(16, 3.6), layout="constrained")
    processes = max(cores(), 2)
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(run, [_part(device=arguments.device)] * processes))  # imports
        for axis, panel in zip(axes, _panels(), strict=True):
            _draw(axis, panel, _measured(pool, panel, arguments.device, arguments.rounds))
    figure.suptitle(f"A trial's seconds: {header('torch')}, {arguments.device}", fontsize=10)
    figure.savefig(arguments.out, dpi=150)
    print(arguments.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("scaling.png"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    return parser.parse_args()


def _part(images: int = IMAGES, folds: int = FOLDS, device: str = "cpu", **changes: int) -> Part:
    pool = stratified_count(load_mnist("embedded").train, images, seed=0)
    chosen = fold_indices(pool, 5, seed=0)
    return Part(pool, chosen, range(folds), replace(BASE, **changes), 0, 1, device)  # type: ignore[arg-type]


def _panels() -> list[Panel]:
    return [
        Panel("images", [1000, 2000, 3000, 3900], lambda n, d: _part(images=n, device=d)),
        Panel("epochs", [1, 2, 4, 6], lambda n, d: _part(epochs=n, device=d)),
        Panel(
            "channels of the second convolution\n(the first has half)",
            [32, 64, 128, 256],
            lambda n, d: _part(images=1000, channels_1=n // 2, channels_2=n, device=d),
        ),
        Panel("folds", [1, 2, 3, 4, 5], lambda n, d: _part(folds=n, device=d)),
        Panel(
            "concurrent trials",
            range(1, max(cores(), 2) + 1),
            lambda _, d: _part(device=d),
            concurrent=lambda n: n,
        ),
    ]


def _measured(
    pool: ProcessPoolExecutor, panel: Panel, device: str, rounds: int
) -> dict[int, list[float]]:
    """Returns the seconds of each round for each value; the values take turns."""
    seconds: dict[int, list[float]] = {value: [] for value in panel.values}
    for _ in range(rounds):
        for value in panel.values:
            parts = [panel.part(value, device)] * panel.concurrent(value)
            started = time.perf_counter()
            list(pool.map(run, parts))
            seconds[value].append(time.perf_counter() - started)
    for value, each in seconds.items():
        print(f"{panel.label.splitlines()[0]} {value}: {median_spread(each)} s")
    return seconds


def _draw(axis: Axes, panel: Panel, seconds: dict[int, list[float]]) -> None:
    medians = [statistics.median(each) for each in seconds.values()]
    below = [median - min(each) for median, each in zip(medians, seconds.values(), strict=True)]
    above = [max(each) - median for median, each in zip(medians, seconds.values(), strict=True)]
    axis.errorbar(list(seconds), medians, yerr=[below, above], marker="o", capsize=3)
    axis.set_xlabel(panel.label)
    axis.set_ylabel("seconds")
    axis.set_xticks(list(seconds), [f"{value:,}" for value in seconds])
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
