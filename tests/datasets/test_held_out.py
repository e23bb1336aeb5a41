"""Held-out digits are of a type of their own, which can be judged by and no more."""

import pickle

import numpy as np
import pytest

from datasets.digit_set import DigitSet, HeldOut, TrainingDigits, joined
from datasets.sources.mnist import load_mnist
from datasets.splits import held_out_split

BLACK = np.zeros((2, 28, 28), np.uint8)
HELD_OUT = HeldOut.of(BLACK, [1, 2], "photos")
TRAINING = TrainingDigits.of(BLACK, [1, 2], "photos")


def test_a_split_says_what_each_part_is_for(synthetic: DigitSet) -> None:
    held_out, rest = held_out_split(synthetic, seed=0)
    assert (type(held_out), type(rest)) == (HeldOut, TrainingDigits)
    mnist = load_mnist("embedded")
    assert (type(mnist.test), type(mnist.train)) == (HeldOut, TrainingDigits)


def test_a_part_of_digits_is_for_what_they_are_for() -> None:
    assert type(HELD_OUT.select(slice(0, 1))) is HeldOut
    assert type(joined([HELD_OUT, HELD_OUT])) is HeldOut
    assert type(joined([TRAINING, TRAINING])) is TrainingDigits
    assert type(joined([TRAINING, DigitSet.made_of(TRAINING)])) is DigitSet


@pytest.mark.parametrize("kind", [DigitSet, TrainingDigits])
def test_what_is_held_out_remains_so(kind: type[DigitSet]) -> None:
    with pytest.raises(TypeError, match=f"must stay so, but {kind.__name__} was asked for"):
        kind.made_of(HELD_OUT)
    with pytest.raises(TypeError, match="held out cannot be joined with others"):
        joined([HELD_OUT, TRAINING])


def test_held_out_digits_cannot_be_pickled_and_others_can() -> None:
    for each in (HELD_OUT, HELD_OUT.select(slice(0, 1)), {"within": [HELD_OUT]}):
        with pytest.raises(pickle.PicklingError, match="held-out digits stay in their process"):
            pickle.dumps(each)
    back = pickle.loads(pickle.dumps(TRAINING))
    assert type(back) is TrainingDigits
    assert back.fingerprint == TRAINING.fingerprint
