import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.digit_set import DigitSet, TrainingDigits, joined
from datasets.errors import DataError
from datasets.splits import (
    fold_indices,
    held_out_parts,
    held_out_split,
    stratified_count,
    without_duplicates,
)


def numbered(each: int, source: str, writers: int = 0, start: int = 0) -> DigitSet:
    """Digits that can be told apart: `each` of every label, by so many writers if any."""
    count = 10 * each
    images = np.zeros((count, 784), np.uint8)
    images[:, :4] = np.arange(start, start + count).astype("<u4").view(np.uint8).reshape(-1, 4)
    names = [f"{source}/{n // 10 % writers}" for n in range(count)] if writers else None
    return DigitSet.of(images, np.arange(count) % 10, source, names)


def test_a_third_is_held_out_of_every_source_and_label() -> None:
    held_out, rest = held_out_split(joined([numbered(12, "a"), numbered(30, "b", start=500)]), 0)
    for source, third in (("a", 4), ("b", 10)):
        labels = held_out.labels[held_out.sources == source]
        assert np.bincount(labels).tolist() == [third] * 10
    assert len(held_out) + len(rest) == 420


def test_three_thirds_part_the_digits_and_the_first_is_held_out() -> None:
    chinese = numbered(12, "a")
    thirds = held_out_parts(chinese, 5)
    assert np.bincount(thirds).tolist() == [40] * 3
    held_out, _ = held_out_split(chinese, 5)
    assert held_out.fingerprint == chinese.select(thirds == 0).fingerprint


@settings(max_examples=20)
@given(seed=st.integers(0, 2**31 - 1), writers=st.integers(8, 20))
def test_no_writer_is_split(seed: int, writers: int) -> None:
    chinese = joined([numbered(40, "known", writers), numbered(10, "unknown", start=1000)])
    held_out, rest = held_out_split(chinese, seed)
    assert {*held_out.writers} & {*rest.writers} <= {""}
    folds = fold_indices(rest, 3, seed)
    for fold in folds:
        others = np.setdiff1d(np.arange(len(rest)), fold)
        assert {*rest.writers[fold]} & {*rest.writers[others]} <= {""}


@settings(max_examples=20)
@given(seed=st.integers(0, 2**31 - 1), folds=st.integers(2, 6))
def test_folds_part_the_pool_by_source_and_label(seed: int, folds: int) -> None:
    pool = joined([numbered(30, "mnist"), numbered(7, "b", start=1000)])
    parts = fold_indices(pool, folds, seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(pool)))
    for fold in parts:
        for source, each in (("mnist", 30), ("b", 7)):
            counts = np.bincount(pool.labels[fold][pool.sources[fold] == source], minlength=10)
            assert (np.abs(counts - each / folds) < 1).all()


def test_split_follows_its_seed() -> None:
    chinese = numbered(12, "a")
    one, same, other = (held_out_split(chinese, seed)[0].fingerprint for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_duplicates_of_held_out_images_leave_the_pool() -> None:
    held_out, rest = held_out_split(numbered(9, "a"), 0)
    duplicates = DigitSet.of(held_out.images[:5], held_out.labels[:5], "a")
    pool, removed = without_duplicates(
        TrainingDigits.made_of(joined([rest, duplicates, rest])), held_out
    )
    assert removed == 5
    assert pool.fingerprint == joined([rest, rest]).fingerprint


def test_too_few_images_of_a_class_are_named() -> None:
    few = numbered(4, "photos")
    _, rest = held_out_split(few, 0)
    with pytest.raises(DataError, match="photos has 2 images of 0, too few for 5 folds") as raised:
        fold_indices(rest, 5, 0)
    assert "at least 5" in str(raised.value)


def test_too_few_writers_are_named() -> None:
    with pytest.raises(DataError, match="has 2 writers of 0, too few for a held-out third"):
        held_out_split(numbered(20, "class", writers=2), 0)


def test_stratified_count_keeps_proportions_and_order() -> None:
    digits = numbered(50, "mnist")
    part = stratified_count(digits, 100, 0)
    assert np.bincount(part.labels).tolist() == [10] * 10
    places = part.images.reshape(100, -1)[:, :4].copy().view("<u4").ravel()
    assert (np.diff(places.astype(int)) > 0).all()
    assert stratified_count(digits, 500, 0) is digits


@pytest.mark.parametrize("count", [0, 9, 501, -5])
def test_impossible_count_is_refused(count: int) -> None:
    with pytest.raises(DataError, match="--mnist-count must be from 10 to 500"):
        stratified_count(numbered(50, "mnist"), count, 0)
