"""What this process has held."""

import resource


def most_memory() -> float:
    """Returns the most that this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
