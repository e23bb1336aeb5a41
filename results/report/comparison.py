"""Two networks compared digit by digit: is their difference more than chance?"""

from dataclasses import dataclass

from scipy.stats import binomtest

from results.store.readings import Readings

LEVEL = 0.05  # of p, below which a difference is called more than chance


@dataclass(frozen=True)
class Comparison:
    """How two networks read the same digits.

    Attributes:
        better: Digits that only the second reads right.
        worse: Digits that only the first reads right.
        p: Of the exact McNemar test, two-sided: how likely at least such a difference is if both
            read equally well (McNemar, Psychometrika 1947; exact by the binomial distribution).
    """

    better: int
    worse: int
    p: float

    @classmethod
    def of(cls, before: Readings, after: Readings) -> "Comparison":
        """Compares what two networks take the same digits for.

        Raises:
            ValueError: If they have not read the same digits.
        """
        if before.labels.tolist() != after.labels.tolist():
            raise ValueError("the networks must have read the same digits.")
        better = int((after.right & ~before.right).sum())
        worse = int((before.right & ~after.right).sum())
        p = binomtest(better, better + worse).pvalue if better + worse else 1.0
        return cls(better, worse, float(p))

    @property
    def more_than_chance(self) -> bool:
        """Whether p is below 0.05."""
        return self.p < LEVEL
