"""How the networks read the held-out digits: `evaluation.json`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # as pydantic asks for, before Python 3.12

from model.configuration import Configuration
from results.store.formats.json_files import read_as, write_json

if TYPE_CHECKING:
    from datasets.digit_set import DigitSet
    from model.judging.judgement import Judgement

MNIST, BOTH = "mnist", "mnist+chinese"  # what a network is trained on


class Described(TypedDict):
    """What identifies a digit set."""

    count: int
    sources: dict[str, int]
    fingerprint: str


class EvaluationRow(TypedDict):
    """How one network reads the held-out digits; see `evaluation_row`."""

    config: str
    trained_on: str
    correct: int
    count: int
    accuracy: float
    ci95: tuple[float, float]
    loss: float
    confusion: list[list[int]]
    mnist_test_accuracy: float | None
    weights: int
    epochs: int
    configuration: dict[str, Any]
    ece: NotRequired[float]  # sweeps had none at first


class Calibration(TypedDict):
    """How the winner's confidence was calibrated.

    Attributes:
        temperature: What its logits are divided by.
        fitted_on: How many digits of the pool: a fold that the same configuration was not trained
            on.
        ece_before: Expected calibration error on the held-out digits, 0 to 1, at temperature 1.
        ece_after: The same at this temperature.
    """

    temperature: float
    fitted_on: int
    ece_before: float
    ece_after: float


class Evaluation(TypedDict):
    """The content of `evaluation.json`."""

    held_out: Described
    mnist_test: Described
    rows: list[EvaluationRow]
    calibration: NotRequired[Calibration]  # sweeps had none at first


class _Judged(TypedDict):
    """The content of `judged.json`."""

    rows: list[EvaluationRow]


def write_evaluation(path: Path, evaluation: Evaluation) -> None:
    """Writes `evaluation.json`, complete or not at all."""
    write_json(path, evaluation)


def write_judged(path: Path, rows: Sequence[EvaluationRow]) -> None:
    """Writes `judged.json`, complete or not at all."""
    write_json(path, {"rows": rows})


def read_evaluation(path: Path) -> Evaluation | None:
    """Reads `evaluation.json`; nothing where there is none.

    Raises:
        ResultsError: If it is damaged.
    """
    return read_as(TypeAdapter(Evaluation), path) if path.is_file() else None


def read_judged(path: Path) -> list[EvaluationRow]:
    """Reads `judged.json`, the rows of an evaluation that has not ended; none where it is missing.

    Raises:
        ResultsError: If it is damaged.
    """
    return read_as(TypeAdapter(_Judged), path)["rows"] if path.is_file() else []


def is_winner(row: EvaluationRow) -> bool:
    """Tells whether a row is about the winner itself, trained on everything."""
    return (row["config"], row["trained_on"]) == ("winner", BOTH)


def wilson_interval(correct: int, count: int) -> tuple[float, float]:
    """Returns the 95 % interval of an accuracy (Wilson, JASA 1927), 0 to 1.

    Args:
        correct: Digits read right.
        count: Digits read, at least 1.
    """
    from scipy.stats import binomtest  # most of a second to import

    interval = binomtest(correct, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def evaluation_row(
    name: str,
    trained_on: str,
    configuration: Configuration,
    held_out: "Judgement",
    mnist_test: "Judgement | None",
    ece: float,
) -> EvaluationRow:
    """Returns one row of `evaluation.json`.

    Args:
        name: `baseline`, `winner` or `fully-connected`.
        trained_on: `mnist` or `mnist+chinese`.
        configuration: What was trained.
        held_out: How it reads the held-out digits.
        mnist_test: How it reads MNIST's test digits, if there are any.
        ece: Its expected calibration error on the held-out digits, 0 to 1, uncalibrated.
    """
    from model.networks.kinds import count_weights  # torch, which reading does not need

    return {
        "config": name,
        "trained_on": trained_on,
        "correct": held_out.correct,
        "count": held_out.count,
        "accuracy": held_out.correct / held_out.count,
        "ci95": wilson_interval(held_out.correct, held_out.count),
        "loss": held_out.loss,
        "confusion": held_out.confusion.tolist(),
        "mnist_test_accuracy": mnist_test.correct / mnist_test.count if mnist_test else None,
        "weights": count_weights(configuration),
        "epochs": configuration.epochs,
        "configuration": configuration.to_dict(),
        "ece": ece,
    }


def described(digits: "DigitSet") -> Described:
    """Returns what identifies a digit set: how many, of which sources, and the fingerprint."""
    counts = {name: int((digits.sources == name).sum()) for name in digits.source_names}
    return {"count": len(digits), "sources": counts, "fingerprint": digits.fingerprint}
