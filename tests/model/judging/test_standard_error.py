"""The standard error of a cross-validated loss."""

import math

import pytest

from model.judging.standard_error import standard_error


def test_it_is_that_of_folds_that_share_images() -> None:
    expected = math.sqrt(2.5 * (1 / 5 + 1 / 4))
    assert standard_error([1.0, 2.0, 3.0, 4.0, 5.0]) == pytest.approx(expected)


@pytest.mark.parametrize("losses", [[], [0.3], [0.1, math.nan], [0.1, math.inf]])
def test_where_it_says_nothing_there_is_none(losses: list[float]) -> None:
    assert standard_error(losses) is None
