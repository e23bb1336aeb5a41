"""What a sweep runs on, in words for people."""

from datasets.digit_set import DigitSet
from tune.planning.data import SweepData
from tune.planning.trial_resources import TrialResources


def digits_in_words(data: SweepData) -> dict[str, str]:
    """Returns how many digits of which source are in the pool, and held out."""
    removed = f"; {data.duplicates_removed} duplicates of them removed from the pool"
    return {
        "pool": _counts(data.pool),
        "held out": f"{_counts(data.held_out)}{removed if data.duplicates_removed else ''}",
    }


def _counts(digits: DigitSet) -> str:
    parts = (f"{(digits.sources == name).sum():,} {name}" for name in digits.source_names)
    return f"{len(digits):,} digits: {', '.join(parts)}"


def resources_in_words(resources: TrialResources) -> str:
    """Returns a line: how many trials run at a time, and on what."""
    cores = f"{resources.cpus} core{'s' if resources.cpus > 1 else ''}"
    gpus = f" and {resources.gpus:g} of a GPU" if resources.gpus else ""
    trials = f"{resources.concurrent} trial{'s' if resources.concurrent > 1 else ''} at a time"
    return f"{trials}, {cores}{gpus} each"
