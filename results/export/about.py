"""What an exported file says about itself."""

import importlib.metadata
from typing import Any

from datasets.digit_set import LABELS
from results.store.evaluation import Evaluation, is_winner, wilson_interval
from results.store.exports import Accuracy

HELD_OUT = "held-out"


def accuracy_of(digits: str, correct: int, count: int) -> Accuracy:
    """Returns an accuracy with its interval.

    Args:
        digits: Which digits.
        correct: Read right.
        count: Read, at least 1.
    """
    return {
        "digits": digits,
        "correct": correct,
        "count": count,
        "accuracy": correct / count,
        "ci95": wilson_interval(correct, count),
    }


def about_winner(evaluation: Evaluation, pool: str) -> dict[str, Any]:
    """Returns what goes into the metadata of the winner's weights, and of all that is made of them.

    Args:
        evaluation: Of the winner.
        pool: The fingerprint of the digits that it is trained on.
    """
    row = next(row for row in evaluation["rows"] if is_winner(row))
    return {
        "shuzi": importlib.metadata.version("shuzi"),
        "labels": list(LABELS),
        "pool": pool,
        "held_out": evaluation["held_out"]["fingerprint"],
        "accuracy": accuracy_of(HELD_OUT, row["correct"], row["count"]),
        "temperature": evaluation["calibration"]["temperature"],
    }
