"""What is put aside, and the folds of the rest.

Images by one writer stay together wherever the writer is known. scikit-learn takes most of a second
to import, so only what splits imports it, no worker.
"""

import numpy as np
from numpy.typing import NDArray

from datasets.digit_set import LABELS, DigitSet, HeldOut, Kind, TrainingDigits
from datasets.errors import DataError
from datasets.seeds import Purpose, seed_for

Indices = NDArray[np.int64]
HELD_OUT_PARTS = 3  # a third of the Chinese digits is held out


def held_out_split(chinese: DigitSet, seed: int) -> tuple[HeldOut, TrainingDigits]:
    """Puts a third of the Chinese digits aside, stratified by source and label.

    Args:
        chinese: All Chinese digits.
        seed: Decides which third.

    Returns:
        The held-out digits, and the rest, which may be trained on.

    Raises:
        DataError: If a class of a source has too few images or writers to be split.
    """
    part = held_out_parts(chinese, seed)
    held_out, rest = chinese.select(part == 0), chinese.select(part != 0)
    return HeldOut.made_of(held_out), TrainingDigits.made_of(rest)


def held_out_parts(chinese: DigitSet, seed: int) -> Indices:
    """Divides Chinese digits into three thirds, stratified by source and label.

    Returns:
        The number of the third that each digit falls into, (n,); a sweep holds out number 0.

    Raises:
        DataError: If a class of a source has too few images or writers to be split.
    """
    own = seed_for(Purpose.HELD_OUT, seed)
    return _parts(chinese, HELD_OUT_PARTS, own, "a held-out third")


def fold_indices(pool: DigitSet, folds: int, seed: int) -> list[Indices]:
    """Divides the pool into folds, stratified by source and label.

    Args:
        pool: The digits that cross-validation runs on.
        folds: How many; at least 2.
        seed: Decides which image is in which fold.

    Returns:
        For each fold the indices of its validation images, ascending; together every index once.

    Raises:
        DataError: If a class of a source has fewer images, or fewer writers, than folds.
    """
    part = _parts(pool, folds, seed_for(Purpose.FOLDS, seed), f"{folds} folds")
    return [np.flatnonzero(part == fold) for fold in range(folds)]


def _parts(digits: DigitSet, parts: int, seed: int, purpose: str) -> Indices:
    """Returns the number of the part, 0 to `parts` - 1, that each image falls into: (n,)."""
    _require_enough(digits, parts, purpose)
    part = np.empty(len(digits), dtype=np.int64)
    known = digits.writers != ""
    for chosen in (np.flatnonzero(known), np.flatnonzero(~known)):
        if chosen.size:
            part[chosen] = _assigned(digits.select(chosen), parts, seed)
    return part


def _assigned(digits: DigitSet, parts: int, seed: int) -> Indices:
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    strata = np.char.add(digits.sources, digits.labels.astype(str))
    groups = digits.writers if digits.writers[0] else None
    splitter = StratifiedKFold if groups is None else StratifiedGroupKFold
    split = splitter(parts, shuffle=True, random_state=seed).split(strata, strata, groups)
    part = np.empty(len(digits), dtype=np.int64)
    for number, (_, chosen) in enumerate(split):
        part[chosen] = number
    return part


def _require_enough(digits: DigitSet, parts: int, purpose: str) -> None:
    for source in digits.source_names:
        here = digits.select(digits.sources == source)
        for digit in LABELS:
            writers = here.writers[here.labels == digit]
            units = len(set(writers[writers != ""].tolist())) + int((writers == "").sum())
            if units < parts:
                unit = "images" if (writers == "").all() else "writers"
                raise DataError(
                    f"{source} has {units} {unit} of {digit}, too few for {purpose}: "
                    f"each class needs at least {parts}."
                )


def without_duplicates(pool: TrainingDigits, held_out: HeldOut) -> tuple[TrainingDigits, int]:
    """Removes from the pool the images that stand in the held-out part too, pixel for pixel.

    Returns:
        The pool without them, and how many were removed.
    """
    kept_aside = {image.tobytes() for image in held_out.images}
    fresh = np.array([image.tobytes() not in kept_aside for image in pool.images], dtype=bool)
    return pool.select(fresh), int((~fresh).sum())


def stratified_count(digits: Kind, count: int, seed: int) -> Kind:
    """Takes `count` of the digits, each label in its proportion, in their order.

    Raises:
        DataError: If `count` is less than one of each class or more than there are.
    """
    if count == len(digits):
        return digits
    if not len(LABELS) <= count < len(digits) - len(LABELS):
        most = f"{len(digits)}, as many as --mnist has"
        raise DataError(f"--mnist-count must be from 10 to {most}, but got {count}.")
    from sklearn.model_selection import train_test_split

    own = seed_for(Purpose.MNIST_COUNT, seed)
    chosen, _ = train_test_split(
        np.arange(len(digits)), train_size=count, stratify=digits.labels, random_state=own
    )
    return digits.select(np.sort(chosen))
