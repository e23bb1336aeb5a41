"""Five folds in lockstep against one after another: seconds and metrics.

python -m benchmarks.lockstep      about a minute on 1 core
"""

import argparse
import statistics
import time
from collections.abc import Sequence

import torch

from benchmarks.header import header
from datasets import fold_indices, load_mnist
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
    digits = DeviceDigits.of(load_mnist("embedded").train, torch.device(arguments.device))
    losses: dict[str, list[float]] = {}
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for turn in range(arguments.rounds):
        for name, parts in sorted(WAYS.items(), reverse=bool(turn % 2)):
            started = time.perf_counter()
            last = [fold for part in parts for fold in _last(digits, part)]
            seconds[name].append(time.perf_counter() - started)
            losses[name] = [fold.validation.loss for fold in last]
    for name, each in seconds.items():
        print(f"{name}: {statistics.median(each):.2f} s ({min(each):.2f}-{max(each):.2f})")
    one, other = seconds.values()
    ratios = [first / second for first, second in zip(one, other, strict=True)]
    print(f"ratio: {statistics.median(ratios):.3f} ({min(ratios):.3f}-{max(ratios):.3f})")
    differences = [abs(first - second) for first, second in zip(*losses.values(), strict=True)]
    print(f"largest difference of a validation loss: {max(differences):.1e}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    return parser.parse_args()


def _last(digits: DeviceDigits, numbers: Sequence[int]) -> list[FoldEpoch]:
    folds = fold_indices(load_mnist("embedded").train, 5, seed=0)
    *_, last = cross_validate(CONFIGURATION, digits, folds, 0, numbers)
    return last


if __name__ == "__main__":
    main()
