"""Two networks are compared digit by digit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from results.report.comparison import Comparison
from results.store.readings import Readings


def reading(right: list[bool]) -> Readings:
    """Readings of zeros, some of which are taken for ones."""
    sure: NDArray[np.float32] = np.zeros((len(right), 10), np.float32)
    sure[np.arange(len(right)), [0 if each else 1 for each in right]] = 1.0
    return Readings(sure, np.zeros(len(right), np.int64), np.array(["a"] * len(right)))


def test_p_is_the_binomial_probability_of_the_digits_that_differ() -> None:
    before = reading([True] * 10 + [False] * 5 + [True])
    after = reading([True] * 10 + [True] * 5 + [False])
    pair = Comparison.of(before, after)
    assert (pair.better, pair.worse) == (5, 1)
    assert pair.p == pytest.approx(2 * (1 + 6) / 2**6)
    assert not pair.more_than_chance


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_the_order_changes_nothing_but_the_sign(pairs: list[tuple[bool, bool]]) -> None:
    before, after = (reading([each[place] for each in pairs]) for place in (0, 1))
    one, other = Comparison.of(before, after), Comparison.of(after, before)
    assert (one.better, one.worse, one.p) == (other.worse, other.better, other.p)
    assert 0 < one.p <= 1
    assert one.better - one.worse == after.right.sum() - before.right.sum()


def test_other_digits_are_refused() -> None:
    with pytest.raises(ValueError, match="same digits"):
        Comparison.of(reading([True]), reading([True, True]))
