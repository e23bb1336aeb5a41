"""What a trained network reads in a picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.pictures import Grey
from datasets.sheets.locating import LocatedDigit, found_digits
from results.predict.readers import Reader

SURE = 0.9  # of a confidence; below, a person should look
GUESS = 0.35  # half of a picture's confidences below it: what was found are no digits


@dataclass(frozen=True)
class Prediction:
    """What one digit of a picture is taken for.

    Attributes:
        label: 0 to 9.
        confidence: Its probability, 0.1 to 1.
        runner_up: The second likeliest label.
        runner_up_confidence: Its probability, 0 to 0.5.
        corners: (4, 2), (across, down) in pixels of the picture, the upper left first, clockwise.
        image: (28, 28) uint8, what the network saw: ink bright on black.
        probabilities: (10,) float32, of each label.
    """

    label: int
    confidence: float
    runner_up: int
    runner_up_confidence: float
    corners: NDArray[np.float64]
    image: Grey
    probabilities: NDArray[np.float32]

    @property
    def sure(self) -> bool:
        """Whether its confidence is at least 0.9."""
        return self.confidence >= SURE


def predictions(reader: Reader, grey: Grey, single: bool = False) -> list[Prediction]:
    """Finds the digits of a picture and reads them.

    Args:
        reader: A trained network.
        grey: (height, width) uint8, upright: a crop of one digit, several digits or a full sheet.
        single: Whether all its ink is known to be one digit, whatever it looks like.

    Returns:
        In reading order; nothing, where there is no digit: also where the network can but guess at
        most of them, unless they are in printed boxes.
    """
    digits = found_digits(grey, single)
    if not digits:
        return []
    read = reader.read(np.stack([digit.image for digit in digits]))
    guessed = np.median(read.max(axis=1)) < GUESS
    if guessed and not (single or digits[0].boxed):
        return []
    return [_prediction(*each) for each in zip(digits, read, strict=True)]


def _prediction(digit: LocatedDigit, probabilities: NDArray[np.float32]) -> Prediction:
    second, first = (int(label) for label in np.argsort(probabilities, kind="stable")[-2:])
    sure, less = float(probabilities[first]), float(probabilities[second])
    return Prediction(first, sure, second, less, digit.corners, digit.image, probabilities)
