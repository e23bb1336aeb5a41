"""Five folds in lockstep against one after another: seconds and metrics.

python -m benchmarks.lockstep      about a minute on 1 core
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.header import header
from benchmarks.spread import median_spread
from datasets import fold_indices
from datasets.mnist import load_mnist
from model import Configuration, DeviceDigits, FoldEpoch, cross_validate
from model.processor import prepare_processor

CONFIGURATION = Configuration(channels_1=32, channels_2=64, epochs=2)
WAYS: dict[str, Sequence[Sequence[int]]] = {
    "lockstep": [range(5)],
    "one after another": [[number] for number in range(5)],
}


def main() -> None:
    """Prints the seconds of both ways in turns, their ratio, and how far the metrics differ."""
    arguments = _arguments()
    prepare_processor(1)
    print(header("torch"), arguments.device)
    pool = load_mnist("embedded").train
    digits = DeviceDigits.of(pool, torch.device(arguments.device))
    folds = fold_indices(pool, 5, seed=0)
    _last(digits, folds, [0])  # imports, tables
    losses: dict[str, list[float]] = {}
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for turn in range(arguments.rounds):
        for name, parts in sorted(WAYS.items(), reverse=bool(turn % 2)):
            started = time.perf_counter()
            last = [fold for part in parts for fold in _last(digits, folds, part)]
            seconds[name].append(time.perf_counter() - started)
            losses[name] = [fold.validation.loss for fold in last]
    for name, each in seconds.items():
        print(f"{name}: {median_spread(each)} s")
    one, other = seconds.values()
    ratios = [first / second for first, second in zip(one, other, strict=True)]
    print(f"ratio: {median_spread(ratios, digits=3)}")
    differences = [abs(first - second) for first, second in zip(*losses.values(), strict=True)]
    print(f"largest difference of a validation loss: {max(differences):.1e}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    return parser.parse_args()


def _last(
    digits: DeviceDigits, folds: Sequence[NDArray[np.int64]], numbers: Sequence[int]
) -> list[FoldEpoch]:
    *_, last = cross_validate(CONFIGURATION, digits, folds, 0, numbers)
    return last


if __name__ == "__main__":
    main()
