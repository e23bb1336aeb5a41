"""How numbers are written in tables."""


def without_zero(part: float, digits: int) -> str:
    """Returns 0.039 as `.039`."""
    return f"{part:.{digits}f}".removeprefix("0")
