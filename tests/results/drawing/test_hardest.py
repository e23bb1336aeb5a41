import numpy as np

from datasets.digit_set import DigitSet
from model.judging.judgement import HardDigit
from results.drawing.hardest import CELL, HEIGHT, PICTURE, draw_hardest
from results.drawing.sheet import HEAD, MARGIN


def test_each_digit_is_drawn_in_its_place_enlarged(small_pool: DigitSet) -> None:
    hardest = [HardDigit(index, 1, 0.5, 0.1) for index in range(150, 120, -1)]
    picture = np.asarray(draw_hardest(small_pool, hardest, "a title"))
    for place in range(24):
        left, top = MARGIN + place % 6 * CELL, HEAD + MARGIN + place // 6 * HEIGHT
        drawn = picture[top : top + PICTURE : 2, left : left + PICTURE : 2, 0]
        np.testing.assert_array_equal(drawn, small_pool.images[150 - place])


def test_few_digits_leave_the_rest_empty(small_pool: DigitSet) -> None:
    picture = np.asarray(draw_hardest(small_pool, [HardDigit(0, 1, 0.5, 0.1)], "a title"))
    assert (picture[HEAD + MARGIN :, MARGIN + CELL :] == 255).all()
    assert (picture[HEAD + MARGIN + HEIGHT :] == 255).all()


def test_mistakes_are_written_in_another_colour(small_pool: DigitSet) -> None:
    label = int(small_pool.labels[0])
    words = [
        np.asarray(draw_hardest(small_pool, [HardDigit(0, read, 0.5, 0.1)], "a title"))[
            HEAD + MARGIN + PICTURE : HEAD + MARGIN + HEIGHT
        ].astype(int)
        for read in (label, (label + 1) % 10)
    ]
    right, wrong = ((each[..., 2] - each[..., 0]).sum() for each in words)
    assert right > 0 > wrong
