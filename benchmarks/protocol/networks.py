"""One network of the comparison: what it is trained on, and what it reads wrong."""

import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.protocol.answers import Answers, Row, write_answers
from benchmarks.protocol.arms import ARMS, Arm, configuration
from benchmarks.shared.real_digits import CHINESE, RealDigits
from datasets.digit_set import DigitSet, HeldOut, TrainingDigits, joined
from datasets.splits import HELD_OUT_PARTS, held_out_parts, stratified_count, without_duplicates
from model.configuration import Configuration
from model.hardware.device import DeviceDigits, best_device
from model.judging.judge import logits_of
from model.networks.digit_network import DigitNetwork
from model.training.cross_validation import train_on_all

TEST = "mnist test"


@dataclass(frozen=True)
class Task:
    """A network to be trained and judged.

    Attributes:
        key: Of its arm.
        split: Which digits are held out. Each three splits divide all of them among themselves.
        seed: Decides its training.
        mnist: How many digits of MNIST it is trained on.
        folder: The digits.
        winner: The winner's configuration.
        answers: Where it keeps what the network takes each digit for.
    """

    key: str
    split: int
    seed: int
    mnist: int
    folder: Path
    winner: Configuration
    answers: Path

    @property
    def arm(self) -> Arm:
        """Its arm."""
        return next(arm for arm in ARMS if arm.key == self.key)

    @property
    def configuration(self) -> Configuration:
        """What it trains."""
        return configuration(self.arm, self.winner)

    def is_done_by(self, row: Row) -> bool:
        """Tells whether a row is of this very network."""
        described = (row["arm"], row["split"], row["seed"], row["mnist"], row["configuration"])
        own = (self.key, self.split, self.seed, self.mnist, self.configuration.to_dict())
        return described == own

    def run(self) -> Row:
        """Trains the network, on a GPU where there is one, and judges it."""
        pool, held_out = self._digits()
        started = time.perf_counter()
        digits = DeviceDigits.of(pool, best_device())
        everything = np.arange(len(pool))
        network = train_on_all(self.configuration, digits, everything, self.seed)
        seconds = time.perf_counter() - started
        answers = [_answers(name, network, *each) for name, each in held_out.items()]
        row: Row = {
            "arm": self.key,
            "split": self.split,
            "seed": self.seed,
            "mnist": self.mnist,
            "configuration": self.configuration.to_dict(),
            "read": {each.source: len(each.places) for each in answers},
            "wrong": {each.source: each.wrong for each in answers},
            "seconds": round(seconds, 1),
        }
        write_answers(self.answers, row, answers)
        return row

    def _digits(self) -> tuple[TrainingDigits, dict[str, tuple[HeldOut, NDArray[np.int64]]]]:
        """Returns the pool, and what it is judged on with the digits' places in their sources."""
        mnist = _real(self.folder).mnist
        judged = {TEST: (mnist.test, np.arange(len(mnist.test)))}
        parts = [stratified_count(mnist.train, self.mnist, seed=0)]
        for source in CHINESE:
            digits = _chinese(self.folder, source, self.arm.plain)
            everything = places = np.arange(len(digits))
            if source in self.arm.chinese:
                places = judged_places(self.folder, self.arm, source, self.split)
                rest = digits.select(np.setdiff1d(everything, places))
                parts.append(TrainingDigits.made_of(rest))
            judged[source] = (HeldOut.made_of(digits.select(places)), places)
        pool, _ = without_duplicates(joined(parts), joined([each for each, _ in judged.values()]))
        return pool, judged


@cache
def _real(folder: Path) -> RealDigits:
    return RealDigits(folder)


@cache
def _chinese(folder: Path, source: str, plain: bool) -> DigitSet:
    return _real(folder).chinese(source, plain)


@cache
def judged_places(folder: Path, arm: Arm, source: str, split: int) -> NDArray[np.int64]:
    """Returns the places of the digits that a split holds out of a source that is trained on."""
    digits = _chinese(folder, source, arm.plain)
    if not arm.by_writer:
        digits = replace(digits, writers=np.full(len(digits), ""))
    seed, part = divmod(split, HELD_OUT_PARTS)
    return np.flatnonzero(held_out_parts(digits, seed) == part)


def _answers(
    source: str, network: DigitNetwork, digits: HeldOut, places: NDArray[np.int64]
) -> Answers:
    device = DeviceDigits.of(digits, network.mean.device)
    logits = logits_of(network, device, torch.arange(len(digits), device=device.device))
    probabilities = logits.softmax(dim=1).cpu().numpy()
    return Answers(source, places, digits.labels.astype(np.int64), probabilities)
