"""What TensorBoard shows in pictures: how the best trials and the judged networks read."""

from collections.abc import Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from datasets.digit_set import DigitSet
from model.judging.judgement import HardDigit
from results.drawing.confusion import draw_confusion
from results.drawing.hardest import SHOWN, draw_hardest
from results.store.evaluation import EvaluationRow
from results.store.fold_readings import FoldReading
from results.store.readings import Readings

TaggedPictures = dict[str, Image.Image]  # by their tags


def trial_pictures(
    number: int, folds: int, readings: Sequence[FoldReading], pool: DigitSet
) -> TaggedPictures:
    """Draws how a trial reads the validation digits of its folds; nothing where that is not known.

    Args:
        number: The trial's.
        folds: How many it has.
        readings: Of its folds; one whose file was damaged is missing.
        pool: That the digits are of.
    """
    known = [each for each in readings if _fits(each, pool)]
    if not known:
        return {}
    hard = [digit for each in known for digit in each.hardest]
    hardest = sorted(hard, key=attrgetter("probability"))
    part = f"{folds}" if len(known) == folds else f"{len(known)} of {folds}"
    title = f"trial {number}: validation digits of {part} folds"
    return {
        "pictures/validation_confusion": draw_confusion(_sum(known), title),
        "pictures/validation_hardest": draw_hardest(pool, hardest, title),
    }


def _fits(reading: FoldReading, pool: DigitSet) -> bool:
    """Tells whether a reading can be of this pool: a damaged one may not."""
    return all(hard.index < len(pool) for hard in reading.hardest)


def _sum(readings: Sequence[FoldReading]) -> NDArray[np.int64]:
    confusion: NDArray[np.int64] = np.sum([each.confusion for each in readings], axis=0)
    return confusion


def judged_pictures(row: EvaluationRow, readings: Readings, held_out: DigitSet) -> TaggedPictures:
    """Draws how a network of the evaluation reads the held-out digits.

    Args:
        row: The network's.
        readings: The network's.
        held_out: The digits.
    """
    title = f"{row['config']}, trained on {row['trained_on']}: held-out digits"
    return {
        "pictures/held-out_confusion": draw_confusion(np.array(row["confusion"]), title),
        "pictures/held-out_hardest": draw_hardest(held_out, _hardest(readings), title),
    }


def _hardest(readings: Readings) -> list[HardDigit]:
    read, confidence, given = readings.read, readings.confidence, readings.given
    return [
        HardDigit(place, int(read[place]), float(confidence[place]), float(given[place]))
        for place in readings.hardest[:SHOWN].tolist()
    ]
