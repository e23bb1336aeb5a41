"""How repeated measurements are written."""

import statistics
from collections.abc import Sequence


def mean_spread(values: Sequence[float], digits: int = 2) -> str:
    """Writes the mean, and the lowest and the highest."""
    return _spread(statistics.fmean(values), values, digits)


def median_spread(values: Sequence[float], digits: int = 2) -> str:
    """Writes the median, and the lowest and the highest."""
    return _spread(statistics.median(values), values, digits)


def _spread(middle: float, values: Sequence[float], digits: int) -> str:
    return f"{middle:,.{digits}f} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"
