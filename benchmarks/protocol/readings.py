"""How often each digit was read right, over all networks of an arm."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import permutation_test

from benchmarks.protocol.answers import Row
from results.store.evaluation import wilson_interval


@dataclass(frozen=True)
class ArmReadings:
    """How the networks of one arm read one source.

    Attributes:
        each: The part that each network read right, 0 to 1.
        digits: (n,) float64, the part of the networks that read a digit right; NaN where none was
            judged on it.
    """

    each: list[float]
    digits: NDArray[np.float64]

    @classmethod
    def of(
        cls, rows: Sequence[Row], judged: Sequence[NDArray[np.int64]], source: str
    ) -> "ArmReadings":
        """Counts them.

        Args:
            rows: What each network came to.
            judged: The places of the digits that it was judged on.
            source: Which source.
        """
        size = 1 + max(int(places.max()) for places in judged)
        read, right = np.zeros(size), np.zeros(size)
        for row, places in zip(rows, judged, strict=True):
            read[places] += 1
            right[places] += 1
            right[row["wrong"][source]] -= 1
        with np.errstate(invalid="ignore"):
            digits = right / read
        return cls([1 - len(row["wrong"][source]) / row["read"][source] for row in rows], digits)

    @property
    def accuracy(self) -> float:
        """The mean over the networks."""
        return float(np.mean(self.each))

    @property
    def count(self) -> int:
        """How many different digits were read."""
        return int(np.isfinite(self.digits).sum())

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval: digits are counted once, however often they were read."""
        right = float(np.nansum(self.digits))
        return wilson_interval(math.floor(right + 1e-9), self.count)


def difference(first: ArmReadings, second: ArmReadings) -> tuple[float, float]:
    """Compares two arms digit by digit.

    Returns:
        By how much more of the digits the second reads right, -1 to 1, and the p-value of a
        permutation test over the digits, two-sided.
    """
    gains = second.digits - first.digits
    gains = gains[np.isfinite(gains)]
    if not gains.any():
        return 0.0, 1.0
    tested = permutation_test(
        (gains,),
        lambda signed, axis: signed.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=9999,
        rng=0,
    )
    return float(gains.mean()), float(tested.pvalue)
