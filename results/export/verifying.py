"""Compares an exported file with the trained model, and refuses it where it reads otherwise."""

import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from model.judging.calibration import calibration_error
from results.errors import ResultsError
from results.export.onnx_graph import OPSET
from results.export.subject import Subject
from results.predict.readers import Reader, open_reader
from results.store.exports import Accuracy, Export, Form
from results.store.formats.hashing import sha256

LARGEST_DIFFERENCE = 1e-4  # of a probability, that rounding may make
ROUNDING = 1e-6  # a lead in probability below which either answer is the same
MOST_LOST = 0.003  # accuracy that int8 may lose
TIMED = 20  # readings of an image


def verified(subject: Subject, form: Form, path: Path, force: bool) -> Export:
    """Returns the record of a file, if it reads as the trained model does.

    Args:
        subject: What it shall be.
        form: How it is written.
        path: Where it is.
        force: Whether int8 may lose more accuracy than it should.

    Raises:
        ResultsError: If it reads otherwise.
    """
    reader, digits = open_reader(path), subject.test.digits
    found, expected = reader.read(digits.images), subject.expected
    complete_numbers = form == "onnx-int8"
    record: Export = {
        "file": subject.folder.export(form, subject.is_ensemble).name,
        "form": form,
        "networks": subject.networks,
        "bytes": path.stat().st_size,
        "sha256": sha256(path),
        "winner": sha256(subject.folder.weights),
        "opset": OPSET if "onnx" in form else None,
        "input": "uint8 (n, 28, 28)",
        "output": "float32 (n, 10)",
        "largest_difference": float(np.abs(found - expected).max()),
        "same_answers": _same_answers(found, expected),
        "accuracy": subject.accuracy(found),
        "ece": calibration_error(found, digits.labels),
        "winner_accuracy": subject.accuracy(subject.by_winner),
        "calibrated_on": subject.pool.name if complete_numbers else None,
        "milliseconds": _milliseconds(reader, digits.images[:1]),
    }
    if not complete_numbers:
        _require_same(record)
    elif not force:
        _require_accuracy(record, subject.accuracy(expected))
    return record


def _same_answers(found: NDArray[np.float32], expected: NDArray[np.float32]) -> int:
    answer = found.argmax(axis=1)
    lead = expected.max(axis=1) - np.take_along_axis(expected, answer[:, None], axis=1)[:, 0]
    return int((lead < ROUNDING).sum())


def _milliseconds(reader: Reader, image: NDArray[np.uint8]) -> float:
    """Returns what an image takes on one core, the least of several."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more have to wait for each other where other work is done
    times = [time.perf_counter() for _ in range(TIMED) if reader.read(image) is not None]
    torch.set_num_threads(threads)
    return float(1000 * np.diff(times).min())


def _require_same(record: Export) -> None:
    """Refuses a file whose answers are not those of the trained model."""
    difference, count = record["largest_difference"], record["accuracy"]["count"]
    if not difference <= LARGEST_DIFFERENCE or record["same_answers"] < count:
        raise ResultsError(
            f"{record['file']} is not kept: its probabilities differ by up to {difference:.2g} "
            f"from the trained model's, and may by {LARGEST_DIFFERENCE:g}; "
            f"{record['same_answers']} of {count} answers are the same."
        )


def _require_accuracy(record: Export, before: Accuracy) -> None:
    """Refuses integers that cost too much accuracy."""
    after = record["accuracy"]
    if before["accuracy"] - after["accuracy"] > MOST_LOST:
        raise ResultsError(
            f"{record['file']} is not kept: it reads {after['correct']} of {after['count']} "
            f"{after['digits']} digits right, in float32 {before['correct']}; it may lose "
            f"{100 * MOST_LOST:g} points. --force keeps it all the same."
        )
