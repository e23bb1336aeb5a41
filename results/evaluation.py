"""How the networks read the held-out digits: `evaluation.json`."""

from typing import Any

from scipy.stats import binomtest

from datasets import DigitSet
from model import Configuration, Judgement, count_parameters


def wilson_interval(correct: int, count: int) -> tuple[float, float]:
    """Returns the 95 % interval of an accuracy (Wilson, JASA 1927), 0 to 1.

    Args:
        correct: Digits read right.
        count: Digits read, at least 1.
    """
    interval = binomtest(correct, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def evaluation_row(
    name: str,
    trained_on: str,
    configuration: Configuration,
    held_out: Judgement,
    mnist_test: Judgement | None,
) -> dict[str, Any]:
    """Returns one row of `evaluation.json`.

    Args:
        name: `report`, `winner` or `fully-connected`.
        trained_on: `mnist` or `mnist+chinese`.
        configuration: What was trained.
        held_out: How it reads the held-out digits.
        mnist_test: How it reads MNIST's test digits, if there are any.
    """
    return {
        "config": name,
        "trained_on": trained_on,
        "correct": held_out.correct,
        "count": held_out.count,
        "accuracy": held_out.correct / held_out.count,
        "ci95": list(wilson_interval(held_out.correct, held_out.count)),
        "loss": held_out.loss,
        "confusion": held_out.confusion.tolist(),
        "mnist_test_accuracy": mnist_test.correct / mnist_test.count if mnist_test else None,
        "weights": count_parameters(configuration),
        "epochs": configuration.epochs,
        "configuration": configuration.to_dict(),
    }


def described(digits: DigitSet) -> dict[str, Any]:
    """Returns what identifies a digit set: how many, of which sources, and the fingerprint."""
    counts = {name: int((digits.sources == name).sum()) for name in digits.source_names}
    return {"count": len(digits), "sources": counts, "fingerprint": digits.fingerprint}
