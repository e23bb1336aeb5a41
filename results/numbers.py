"""How numbers are written."""

import math
from typing import Any


def without_zero(part: float, digits: int) -> str:
    """Returns 0.039 as `.039`."""
    return f"{part:.{digits}f}".removeprefix("0")


def in_three_digits(value: Any) -> str:
    """Returns a parameter's value, a fraction in three digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def loss_with_error(loss: float | None, error: float | None) -> str:
    """Returns a loss and its standard error as `0.0527 ±0.0067`, as far as they are known."""
    if loss is None or math.isnan(loss):
        return ""
    known = error is not None and not math.isnan(error)
    return f"{loss:.4f} ±{error:.4f}" if known else f"{loss:.4f}"
