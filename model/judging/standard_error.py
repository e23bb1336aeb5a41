"""How far a cross-validated loss may be off."""

import math
import statistics
from collections.abc import Sequence


def standard_error(losses: Sequence[float]) -> float | None:
    """Returns the standard error of the mean loss over k folds, nats.

    Folds share training images, so it is the root of (1 / k + 1 / (k - 1)) times the sample
    variance over the folds (Nadeau and Bengio, Inference for the Generalization Error, 2003).

    Args:
        losses: (k,) one of each fold, nats.

    Returns:
        None where fewer than two losses are given, or one is not finite.
    """
    k = len(losses)
    if k < 2 or not all(map(math.isfinite, losses)):
        return None
    return math.sqrt(statistics.variance(losses) * (1 / k + 1 / (k - 1)))
