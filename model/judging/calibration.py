"""How sure a network says it is, and how sure it should be."""

import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from numpy.typing import NDArray
from torch import Tensor

BINS = 15
COLDEST, HOTTEST = 0.2, 5.0  # what a temperature may be


def calibration_error(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Returns the expected calibration error (Naeini et al., AAAI 2015), 0 to 1.

    It is the mean distance between how sure a network is and how often it is right, over 15 bins
    of confidence, each weighted by its digits.

    Args:
        probabilities: (n, 10), of each label; n at least 1.
        labels: (n,), what the digits are.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    surplus = np.bincount(place, confidence - right, BINS)  # of each bin: its size times its error
    return float(np.abs(surplus).sum() / len(labels))


def fitted_temperature(logits: Tensor, labels: Tensor, sources: Tensor) -> float:
    """Returns what logits are to be divided by, so that their softmax is calibrated.

    It is the temperature with the lowest loss, averaged over the sources, from 0.2 to 5 (Guo et
    al., ICML 2017). No answer changes by it.

    Args:
        logits: (n, 10), of digits that the network was not trained on.
        labels: (n,) int64.
        sources: (n,) int64, the place of each digit's source.
    """
    from scipy.optimize import minimize_scalar

    weights = 1 / torch.bincount(sources).double()[sources]

    def loss(logarithm: float) -> float:
        losses = F.cross_entropy(logits.double() / math.exp(logarithm), labels, reduction="none")
        return float((weights * losses).sum())

    found = minimize_scalar(loss, bounds=(math.log(COLDEST), math.log(HOTTEST)), method="bounded")
    return math.exp(found.x)


def calibrated(probabilities: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Returns the probabilities that the same logits have at a temperature.

    Args:
        probabilities: (n, 10), at a temperature of 1.
        temperature: What the logits are divided by.
    """
    logits = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)) / temperature
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True), dtype=np.float32)
