import numpy as np
import pytest

from datasets.digit_set import DigitSet, joined
from datasets.errors import DataError


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
