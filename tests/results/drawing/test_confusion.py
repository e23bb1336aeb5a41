from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from results.drawing.confusion import CELL, SIDE, draw_confusion
from results.drawing.sheet import HEAD, MARGIN, RIGHT, WHITE, WRONG

ALL_RIGHT = np.diag([100] * 10)


def shade(confusion: NDArray[np.int64], row: int, column: int) -> Any:
    """The colour of a cell near its edge, where no number is."""
    left, top = MARGIN + SIDE + column * CELL, HEAD + SIDE + row * CELL
    return draw_confusion(confusion, "a title").getpixel((left + 3, top + 3))


@pytest.mark.parametrize("digit", range(10))
def test_what_is_read_right_is_blue_and_the_rest_white(digit: int) -> None:
    assert shade(ALL_RIGHT, digit, digit) == RIGHT
    assert shade(ALL_RIGHT, digit, (digit + 1) % 10) == WHITE


def test_a_mistake_stands_in_the_row_of_the_truth_and_the_column_of_what_was_read() -> None:
    confusion = ALL_RIGHT.copy()
    confusion[3, 8] = 20
    assert shade(confusion, 3, 8) == WRONG
    assert shade(confusion, 8, 3) == WHITE


def test_a_single_mistake_can_be_seen_and_more_are_darker() -> None:
    shades = []
    for mistakes in (0, 1, 5, 20):
        confusion = np.diag([1000] * 10)
        confusion[1, 7] = mistakes
        shades.append(sum(shade(confusion, 1, 7)))
    assert shades == sorted(set(shades), reverse=True)
    assert shades[0] - shades[1] > 30


def test_only_the_cell_that_changes_and_the_shares_of_its_row_change() -> None:
    one = ALL_RIGHT.copy()
    one[5, 2] = 7
    before, after = (np.asarray(draw_confusion(each, "a title")) for each in (ALL_RIGHT, one))
    rows, columns = np.nonzero((before != after).any(axis=2))
    below = rows > HEAD  # above stand the numbers of all
    top = HEAD + SIDE + 5 * CELL
    assert (rows[below] >= top).all()
    assert (rows[below] <= top + CELL).all()
    assert columns[below].min() == MARGIN + SIDE + 2 * CELL + 1


def test_a_digit_that_is_missing_is_no_mistake() -> None:
    none = np.zeros((10, 10), np.int64)
    assert shade(none, 4, 4) == WHITE
