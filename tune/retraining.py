"""The end of a sweep: the winner and the report's configuration retrained, and judged once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import ray
import ray.exceptions
import torch
from numpy.typing import NDArray
from rich.console import Console

from datasets import LABELS, DigitSet
from model import (
    REPORT,
    Configuration,
    DeviceDigits,
    DigitNetwork,
    build,
    judge,
    read,
)
from results import ResultsError, SweepFolder, write_json
from results.evaluation import (
    BOTH,
    MNIST,
    EvaluationRow,
    described,
    evaluation_row,
    is_winner,
    read_evaluation,
    read_judged,
)
from results.event_files import write_pictures_run
from results.event_pictures import judged_pictures
from results.pictures import read_pictures, write_pictures
from results.readings import Readings, read_readings, write_readings
from results.winner import load_network, save_network
from tune.data import SweepData
from tune.errors import SweepFailed
from tune.pictures import chosen_pictures
from tune.plan import Plan
from tune.terminal import Row, Steps, say
from tune.worker import Weights, trained_weights

SHOWN = ("winner", "report")  # in TensorBoard


@dataclass(frozen=True)
class Candidate:
    """One row of the evaluation: which configuration, trained on which part of the pool."""

    name: str
    trained_on: str
    configuration: Configuration

    def __str__(self) -> str:
        return f"{self.name} on {self.trained_on}"

    def training(self, pool: DigitSet) -> NDArray[np.int64]:
        """Returns the indices of the pool's images that it is trained on."""
        if self.trained_on == BOTH:
            return np.arange(len(pool))
        return np.flatnonzero(pool.sources == "mnist")


def candidates(winner: Configuration, epochs: int | None) -> list[Candidate]:
    """Returns what a sweep is judged by, the most work first.

    Args:
        winner: The best trial's configuration.
        epochs: Instead of the report's 10, for the configurations that no search has chosen.
    """
    override = {"epochs": epochs} if epochs else {}
    report = Configuration.from_dict({**REPORT.to_dict(), **override})
    plain = Configuration.from_dict({"network": "fully-connected", **override})
    named = {"report": report, "winner": winner, "fully-connected": plain}
    return [
        Candidate(name, part, configuration)
        for name, configuration in named.items()
        for part in (BOTH, MNIST)
    ]


def retrain_and_judge(winner: Configuration, plan: Plan, console: Console) -> None:
    """Retrains every candidate on workers, judges it here, and writes what it came to.

    The held-out digits stay in this process.

    Args:
        winner: The best trial's configuration; its weights are saved.
        plan: The sweep's.
        console: Where progress is shown.
    """
    rows = _judged_before(plan.folder)
    left = [each for each in candidates(winner, plan.request.epochs) if not _is_in(each, rows)]
    steps = Steps("retraining", len(left), "networks", lambda: _remaining(left, rows))
    with steps.shown(console):
        for candidate, network in _trained(left, plan):
            say(console, f"retrained {candidate}")
            rows.append(_kept(candidate, network, plan))
            write_json(plan.folder.judged_json, rows)
            steps.done += 1
    write_pictures(plan.folder.pictures, chosen_pictures(plan, _readings(rows, plan.folder)))
    _show_in_tensorboard(rows, plan)
    _write_evaluation(rows, plan)


def _kept(candidate: Candidate, network: DigitNetwork, plan: Plan) -> EvaluationRow:
    """Judges a network; keeps how it reads each digit, and its weights if it is the winner."""
    row, readings = _judged(candidate, network, plan.data)
    write_readings(plan.folder.readings(candidate.name, candidate.trained_on), readings)
    if is_winner(row):
        about = {"pool": plan.data.pool.fingerprint, "labels": list(LABELS)}
        save_network(plan.folder.weights, network, candidate.configuration, about)
    return row


def _remaining(left: Sequence[Candidate], rows: Sequence[EvaluationRow]) -> list[Row]:
    """Names what is not judged yet."""
    return [("left", ", ".join(str(each) for each in left if not _is_in(each, rows)))]


def _write_evaluation(rows: Sequence[EvaluationRow], plan: Plan) -> None:
    evaluation = {
        "held_out": described(plan.data.held_out),
        "mnist_test": described(plan.data.mnist_test),
        "rows": sorted(rows, key=_place_in_table),
    }
    write_json(plan.folder.evaluation_json, evaluation)
    plan.folder.judged_json.unlink(missing_ok=True)


def _show_in_tensorboard(rows: Sequence[EvaluationRow], plan: Plan) -> None:
    """Writes pictures of how winner and report read, as they are trained on everything."""
    for row in rows:
        if row["config"] in SHOWN and row["trained_on"] == BOTH:
            (readings,) = _readings([row], plan.folder)
            pictures = judged_pictures(row, readings, plan.data.held_out)
            write_pictures_run(plan.folder.judged_events(row["config"]), pictures)


def _judged_before(folder: SweepFolder) -> list[EvaluationRow]:
    """Returns the rows that were ready, with all that belongs to them, when it was broken off."""
    try:
        if folder.judged_json.is_file():
            rows = read_judged(folder.judged_json)
        else:
            evaluation = read_evaluation(folder.evaluation_json)
            rows = evaluation["rows"] if evaluation else []
    except ResultsError:
        return []
    return [row for row in rows if _is_whole(row, folder)]


def is_judged(folder: SweepFolder) -> bool:
    """Tells whether the evaluation and all that belongs to it are there, and can be read."""
    try:
        evaluation = read_evaluation(folder.evaluation_json)
        pictures = read_pictures(folder.pictures)
    except ResultsError:
        return False
    rows = evaluation["rows"] if evaluation else []
    return bool(rows and pictures) and all(_is_whole(row, folder) for row in rows)


def _is_whole(row: EvaluationRow, folder: SweepFolder) -> bool:
    """Tells whether a network's readings are there, and the winner's weights."""
    try:
        if is_winner(row):
            load_network(folder.weights)
        return bool(_readings([row], folder))
    except ResultsError:
        return False


def _readings(rows: Sequence[EvaluationRow], folder: SweepFolder) -> list[Readings]:
    """Returns what the networks of some rows take the held-out digits for."""
    paths = [folder.readings(row["config"], row["trained_on"]) for row in rows]
    return [readings for path in paths if (readings := read_readings(path))]


def _is_in(candidate: Candidate, rows: Sequence[EvaluationRow]) -> bool:
    """Tells whether a row is about just this candidate."""
    known = [(row["config"], row["trained_on"], row["configuration"]) for row in rows]
    return (candidate.name, candidate.trained_on, candidate.configuration.to_dict()) in known


def _place_in_table(row: EvaluationRow) -> tuple[int, str]:
    return ["report", "winner", "fully-connected"].index(row["config"]), row["trained_on"]


def _trained(chosen: Sequence[Candidate], plan: Plan) -> Iterator[tuple[Candidate, DigitNetwork]]:
    """Trains the candidates side by side on Ray's workers; yields each as it is ready."""
    pool, seed, share = plan.data.pool, plan.request.seed, plan.share
    train = ray.remote(num_cpus=share.cpus, num_gpus=share.gpus)(trained_weights)
    waiting = {
        train.remote(each.configuration, plan.stored_pool, each.training(pool), seed, share): each
        for each in chosen
    }
    while waiting:
        (ready, *_rest), _ = ray.wait(list(waiting), num_returns=1)
        candidate = waiting.pop(ready)
        yield candidate, _network(candidate.configuration, _weights(candidate, ready))


def _weights(candidate: Candidate, ready: ray.ObjectRef) -> Weights:
    try:
        weights: Weights = ray.get(ready)
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[-1]
        raise SweepFailed(f"retraining {candidate} failed: {reason}") from error
    return weights


def _network(configuration: Configuration, weights: Weights) -> DigitNetwork:
    network = build(configuration)
    network.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    return network.eval()


def _judged(
    candidate: Candidate, network: DigitNetwork, data: SweepData
) -> tuple[EvaluationRow, Readings]:
    """Returns a network's row of the evaluation, and what it takes the held-out digits for."""
    held_out, mnist_test = (
        DeviceDigits.of(digits, torch.device("cpu")) for digits in (data.held_out, data.mnist_test)
    )
    everything = torch.arange(len(data.held_out))
    row = evaluation_row(
        candidate.name,
        candidate.trained_on,
        candidate.configuration,
        judge(network, held_out, everything),
        judge(network, mnist_test, torch.arange(len(data.mnist_test))),
    )
    probabilities = read(network, held_out, everything)
    return row, Readings(probabilities, data.held_out.labels, data.held_out.sources)
