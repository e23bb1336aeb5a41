from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datasets.digit_set import DigitSet, joined
from datasets.errors import DataError

some_digits = st.integers(1, 8).flatmap(
    lambda n: st.builds(
        lambda images, labels, writers: DigitSet.of(images, labels, "here", writers),
        hnp.arrays(np.uint8, (n, 28, 28)),
        st.lists(st.integers(0, 9), min_size=n, max_size=n),
        st.lists(st.text("甲乙ab/-", max_size=4), min_size=n, max_size=n),
    )
)


@settings(max_examples=25)
@given(digits=some_digits)
def test_saved_digits_are_loaded_as_they_were(
    digits: DigitSet, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("saved") / "digits.npz"
    digits.save(path)
    loaded = DigitSet.load(path)
    assert loaded.fingerprint == digits.fingerprint
    for name in ("images", "labels", "sources", "writers"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(digits, name))


def test_arrays_cannot_be_changed_and_are_the_sets_own() -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    digits = DigitSet.of(images, [1, 2], "here")
    images[:] = 7
    assert digits.images.max() == 0
    with pytest.raises(ValueError, match="read-only"):
        digits.images[0, 0, 0] = 1


def test_fingerprint_tells_every_field() -> None:
    base = DigitSet.of(np.zeros((2, 28, 28)), [1, 2], "here", ["a", "b"])
    image = np.zeros((2, 28, 28))
    image[1, 3, 3] = 1
    others = [
        DigitSet.of(image, [1, 2], "here", ["a", "b"]),
        DigitSet.of(np.zeros((2, 28, 28)), [1, 3], "here", ["a", "b"]),
        DigitSet.of(np.zeros((2, 28, 28)), [1, 2], "there", ["a", "b"]),
        DigitSet.of(np.zeros((2, 28, 28)), [1, 2], "here", ["a", "c"]),
    ]
    assert len({digits.fingerprint for digits in [base, *others]}) == 5


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    DigitSet.of(np.zeros((2, 28, 28)), [1, 2], "here").save(path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match=r"digits\.npz"):
        DigitSet.load(path)


def test_file_with_another_fingerprint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    np.savez(
        path,
        images=np.zeros((1, 28, 28), np.uint8),
        labels=np.array([3]),
        sources=np.array(["here"]),
        writers=np.array([""]),
        fingerprint=np.array("0" * 64),
    )
    with pytest.raises(DataError, match="fingerprint"):
        DigitSet.load(path)


@pytest.mark.parametrize(
    ("images", "labels", "rule"),
    [
        (np.zeros((1, 28, 27)), [1], "28 x 28"),
        (np.zeros((1, 28, 28)), [10], "from 0 to 9"),
        (np.zeros((1, 28, 28)), [-1], "from 0 to 9"),
    ],
)
def test_wrong_digits_are_refused(images: np.ndarray, labels: list[int], rule: str) -> None:
    with pytest.raises(DataError, match=rule):
        DigitSet.of(images, labels, "here")


def test_joined_digits_keep_their_order_and_name_mnist_first() -> None:
    one = DigitSet.of(np.zeros((1, 28, 28)), [1], "chen-mnist", ["a"])
    two = DigitSet.of(np.zeros((2, 28, 28)), [2, 3], "mnist")
    both = joined([one, two])
    assert both.labels.tolist() == [1, 2, 3]
    assert both.source_names == ["mnist", "chen-mnist"]
    assert both.select(both.sources == "mnist").labels.tolist() == [2, 3]
