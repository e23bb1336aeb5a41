"""A complete trial of the baseline, part by part, twice; and an epoch of the student's own loop."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from unittest.mock import patch

import numpy as np
import torch

from benchmarks.gpu.job import Job, Line, attempted, run_phase
from benchmarks.gpu.measuring import Watch, peak
from benchmarks.gpu.pool import folds_of, pool_of
from benchmarks.peers import student_loop
from benchmarks.peers.part import Part
from datasets.digit_set import DigitSet
from datasets.seeds import Purpose, seed_for
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.training.replay import Replayed
from model.training.replicas import Replicas

SEED = 0


@dataclass(frozen=True)
class Timed:
    """A complete trial.

    Attributes:
        seconds: Of each part, each time.
        losses: Training and validation loss of each fold after each epoch, nats.
        accuracy: Of the last epoch, over all folds, 0 to 1.
    """

    seconds: dict[str, list[float]]
    losses: list[tuple[float, float]]
    accuracy: float


def lines(job: Job) -> Iterator[Line]:
    """Yields both runs, whether they are the same, and how long the plain loop takes."""
    job.prepare()
    pool, kind = pool_of(job.digits)
    digits = DeviceDigits.of(pool, job.device)
    runs: list[Timed] = []
    for number in (1, 2):
        yield attempted(f"run {number}", lambda: {"digits": kind, **_run(job, digits, runs)})
    yield attempted("repeats", lambda: _repeats(*runs))
    yield attempted("plain loop", lambda: _plain(job, pool, runs[-1]))


def _run(job: Job, digits: DeviceDigits, runs: list[Timed]) -> Line:
    peak(job.device)
    timed = _timed(job.complete, digits)
    runs.append(timed)
    captured = sum(timed.seconds.get("capture", []))
    begun, *later = timed.seconds["begin"]
    return {
        "set_up_s": round(timed.seconds["set-up"][0], 3),
        "warm_up_s": round(begun - captured, 3),
        "capture_s": round(captured, 3),
        "captures": len(timed.seconds.get("capture", [])),
        "epochs_s": [
            round(a + b, 3) for a, b in zip([0.0, *later], timed.seconds["finish"], strict=True)
        ],
        "judging_s": [round(each, 3) for each in timed.seconds["judge"]],
        "complete_s": round(timed.seconds["complete"][0], 3),
        "accuracy": round(timed.accuracy, 4),
        "peak_reserved_mb": peak(job.device),
    }


def _timed(configuration: Configuration, digits: DeviceDigits) -> Timed:
    """Cross-validates as `cross_validate` does, with the time of each part."""
    watch = Watch(digits.device)
    capture = watch.timed("capture", Replayed.capture)
    with patch.object(Replayed, "capture", capture), watch.part("complete"):
        with watch.part("set-up"):
            replicas = _replicas(configuration, digits)
        losses, accuracy = _trained(replicas, digits, watch)
    return Timed(watch.seconds, losses, accuracy)


def _replicas(configuration: Configuration, digits: DeviceDigits) -> list[Replicas]:
    everything = np.arange(len(digits.labels))
    replicas = []
    for number, fold in enumerate(folds_of(len(everything))):
        training = np.setdiff1d(everything, fold)
        seed = seed_for(Purpose.FOLD_TRAINING, SEED, number)
        replicas.append(Replicas(configuration, digits, training, seed, number))
    return replicas


def _trained(
    replicas: list[Replicas], digits: DeviceDigits, watch: Watch
) -> tuple[list[tuple[float, float]], float]:
    """Returns all losses, and how many of the images are read right in the end."""
    folds = folds_of(len(digits.labels))
    chosen = [torch.as_tensor(fold, device=digits.device) for fold in folds]
    losses = []
    for _ in range(replicas[0].configuration.epochs):
        with watch.part("begin"):
            for each in replicas:
                each.begin_epoch()
        with watch.part("finish"):
            for each in replicas:
                each.finish_epoch()
        with watch.part("judge"):
            read = [each.judge(fold) for each, fold in zip(replicas, chosen, strict=True)]
        losses += [
            (each.training_loss(), one.loss) for each, one in zip(replicas, read, strict=True)
        ]
    for each in replicas:
        each.release()
    return losses, sum(one.correct for one in read) / len(digits.labels)


def _repeats(one: Timed, other: Timed) -> Line:
    """Compares two runs bit for bit."""
    differing = sum(a != b for a, b in zip(one.losses, other.losses, strict=True))
    line: Line = {"bit_equal": not differing, "losses": len(one.losses)}
    return {**line, "failed": f"{differing} losses differ"} if differing else line


def _plain(job: Job, pool: DigitSet, ours: Timed) -> Line:
    """Runs the student's loop for one fold-epoch; what it normalises before is left out."""
    folds, watch = folds_of(len(pool)), Watch(job.device)
    once = replace(job.complete, epochs=1)
    part = Part(pool, folds, [0], once, SEED, torch.get_num_threads(), job.device.type)
    with watch.part("normalise"):
        part.normalised(0)
    with watch.part("run"):
        student_loop.run(part)
    seconds = watch.seconds["run"][0] - watch.seconds["normalise"][0]
    parts = zip(*(ours.seconds[name] for name in ("begin", "finish", "judge")), strict=True)
    epoch = statistics.median([sum(each) for each in parts])
    ratio = seconds * len(folds) / epoch
    return {
        "plain_fold_s": round(seconds, 3),
        "five_folds_s": round(epoch, 3),
        "ratio": round(ratio, 2),
    }


if __name__ == "__main__":
    run_phase(lines)
