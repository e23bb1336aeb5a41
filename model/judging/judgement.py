"""How well a network reads digits: counts, losses and the confusion of one digit for another.

Nothing here needs torch, so that what reads a judgement does not wait for it.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SourceMeasures:
    """How a network reads the images of one source.

    Attributes:
        count: Images read.
        correct: Images read right.
        loss: Mean cross-entropy, nats.
    """

    count: int
    correct: int
    loss: float

    @property
    def accuracy(self) -> float:
        """The part read right, 0 to 1."""
        return self.correct / self.count


@dataclass(frozen=True)
class HardDigit:
    """A digit that is hard for a network to read.

    Attributes:
        index: In the digit set.
        read: What it is taken for.
        confidence: The probability of that, 0.1 to 1.
        probability: That of its label, 0 to 1.
    """

    index: int
    read: int
    confidence: float
    probability: float


@dataclass(frozen=True)
class Judgement:
    """How a network reads a set of digits.

    Attributes:
        sources: The measures of each source there is.
        confusion: (10, 10) int64: rows are the truth, columns what was read; zeros where that is
            not known.
        hardest: As many as were asked for, the one first whose label is given the least
            probability.
    """

    sources: dict[str, SourceMeasures]
    # Ray writes out each result for a log that nobody reads: an array takes 0.4 ms.
    confusion: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((10, 10), np.int64), repr=False
    )
    hardest: tuple[HardDigit, ...] = ()

    @property
    def count(self) -> int:
        """Images read."""
        return sum(source.count for source in self.sources.values())

    @property
    def correct(self) -> int:
        """Images read right."""
        return sum(source.correct for source in self.sources.values())

    @property
    def loss(self) -> float:
        """Mean cross-entropy over all images, nats."""
        return sum(each.loss * each.count for each in self.sources.values()) / self.count

    @property
    def balanced_loss(self) -> float:
        """Mean over the sources of their losses, so that the largest does not decide alone."""
        return sum(each.loss for each in self.sources.values()) / len(self.sources)
