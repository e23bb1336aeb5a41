"""How numbers are written."""

from typing import Any


def without_zero(part: float, digits: int) -> str:
    """Returns 0.039 as `.039`."""
    return f"{part:.{digits}f}".removeprefix("0")


def in_three_digits(value: Any) -> str:
    """Returns a parameter's value, a fraction in three digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
