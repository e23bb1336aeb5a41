"""How much preparing pictures is worth: networks trained on MNIST alone read Chinese digits.

Each network is trained once a seed on MNIST's 60,000 digits, then reads the same pictures plainly
resized, as the student did, and with their ink found, centred and scaled, as shuzi does. Also how
many pictures of 100 x 100 pixels one core prepares in a second, from memory.

    python -m benchmarks.preprocessing --data ../shared/data        about 5 minutes on 2 cores
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.shared.header import header
from benchmarks.shared.real_digits import CHINESE, RealDigits
from benchmarks.shared.spread import mean_spread
from datasets.digit_set import DigitSet
from datasets.preparing.preparation import centred
from datasets.sources.mnist import Mnist
from datasets.sources.synthetic import written_by
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.hardware.processor import prepare_processor
from model.judging.judge import judge
from model.networks.digit_network import DigitNetwork
from model.training.cross_validation import train_on_all

SIDE, CROPS, ROUNDS = 100, 500, 7
NETWORK = Configuration(
    channels_1=32,
    channels_2=64,
    dropout_1=0.1,
    dropout_2=0.2,
    dropout_3=0.1,
    dropout_4=0.0,
    learning_rate=0.004,
    weight_decay=0.02,
    schedule="one-cycle",
    epochs=6,
    rotation=20,
    shift=2,
    scaling=0.25,
    shear=25,
    elastic=0.8,
)
PREPARATIONS = {"plain resize": True, "shuzi": False}


def main() -> None:
    """Prints the header, the table and the speed."""
    arguments = _arguments()
    prepare_processor(arguments.threads)
    console = Console(width=100)
    versions = header("torch", "numpy", "scipy", "scikit-image", "pillow")
    console.print(f"{versions}; {arguments.threads} threads", highlight=False)
    if not arguments.no_speed:
        console.print(_speed(), highlight=False)
    real = RealDigits(arguments.data)
    console.print(_table(_prepared(real), real, range(arguments.seeds)))
    changes = (
        f"rotation {NETWORK.rotation:g}°, shear {NETWORK.shear:g}°, size ±{NETWORK.scaling:.0%}, "
        f"elastic {NETWORK.elastic:g} px"
    )
    console.print(
        f"network {NETWORK.channels_1}-{NETWORK.channels_2}, {NETWORK.epochs} epochs of MNIST's "
        f"60,000, {changes}, shift {NETWORK.shift:g} px; mean of {arguments.seeds} seeds "
        "(lowest-highest), % right",
        highlight=False,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="mnist, tongji, chen-mnist, forms")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-speed", action="store_true")
    return parser.parse_args()


def _prepared(real: RealDigits) -> dict[str, dict[str, DigitSet]]:
    return {
        source: {name: real.chinese(source, plain) for name, plain in PREPARATIONS.items()}
        for source in CHINESE
    }


def _table(digits: dict[str, dict[str, DigitSet]], real: RealDigits, seeds: Sequence[int]) -> Table:
    right: dict[tuple[str, str], list[float]] = {}
    for seed in seeds:
        for key, accuracy in _accuracies(digits, real.mnist, seed).items():
            right.setdefault(key, []).append(100 * accuracy)
    table = Table("read", box=SIMPLE_HEAD)
    for heading in ("n", *PREPARATIONS):
        table.add_column(heading, justify="right")
    for source, prepared in digits.items():
        cells = [mean_spread(right[source, name]) for name in PREPARATIONS]
        table.add_row(source, f"{len(prepared['shuzi']):,}", *cells)
    table.add_row("mnist test", "10,000", "", mean_spread(right["mnist", "test"]))
    return table


def _accuracies(
    digits: dict[str, dict[str, DigitSet]], mnist: Mnist, seed: int
) -> dict[tuple[str, str], float]:
    """Trains one network and returns the part that it reads right of each source, as prepared."""
    train = DeviceDigits.of(mnist.train, torch.device("cpu"))
    started = time.perf_counter()
    network = train_on_all(NETWORK, train, np.arange(len(mnist.train)), seed)
    print(f"seed {seed} trained in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    judged = {
        (source, name): each for source, ways in digits.items() for name, each in ways.items()
    }
    everything = judged | {("mnist", "test"): mnist.test}
    return {key: _accuracy(network, each) for key, each in everything.items()}


def _accuracy(network: DigitNetwork, digits: DigitSet) -> float:
    judged = judge(network, DeviceDigits.of(digits, torch.device("cpu")), torch.arange(len(digits)))
    return judged.correct / judged.count


def _speed() -> str:
    """Prepares drawn pictures of 100 x 100 pixels in one thread, again and again."""
    pictures = [picture for writer in range(60) for picture in written_by(writer)]
    crops = [_resized(picture) for picture in pictures[:CROPS]]
    rates = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for crop in crops:
            centred(crop)
        rates.append(len(crops) / (time.process_time() - started))
    median, low, high = statistics.median(rates), min(rates), max(rates)
    return (
        f"prepared in a second by one core: {median:,.0f} (lowest {low:,.0f}, highest {high:,.0f} "
        f"of {ROUNDS} rounds) drawn pictures of {SIDE} x {SIDE} px, n = {len(crops)}"
    )


def _resized(picture: np.ndarray) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.fromarray(picture).resize((SIDE, SIDE)))


if __name__ == "__main__":
    main()
