"""The embedded Chinese digits: drawn by shuzi, so that a sweep runs where no photograph is at hand.

They are no measure of anything but the machinery, and every output names them `synthetic`.
"""

from functools import cache

import numpy as np

from datasets.digit_set import LABELS
from datasets.drawn.paper import photographed
from datasets.drawn.pen import FORMS, drawn
from datasets.pictures import Grey
from datasets.sources.origin import DRAWN
from datasets.sources.source import DigitPicture

WRITERS = 60
SEED = 2023


@cache
def synthetic_pictures() -> tuple[DigitPicture, ...]:
    """Draws 600 digits, always the same: 60 writers, each with a hand and a pen, one of each."""
    return tuple(
        DigitPicture(f"{DRAWN}/{writer:02d}/{digit}", digit, grey.copy, f"{DRAWN}/{writer:02d}")
        for writer in range(WRITERS)
        for digit, grey in zip(LABELS, written_by(writer), strict=True)
    )


def written_by(writer: int) -> list[Grey]:
    """Returns photographs of the digits 0 to 9 by one of the drawn writers, who keeps a hand."""
    random = np.random.default_rng([SEED, writer])
    pen, slant = random.uniform(0.05, 0.14), random.normal(0.05, 0.12)
    wobble = random.uniform(0.01, 0.035)
    habit = [FORMS[digit][random.integers(len(FORMS[digit]))] for digit in LABELS]
    return [photographed(drawn(form, random, wobble), pen, slant, random) for form in habit]
