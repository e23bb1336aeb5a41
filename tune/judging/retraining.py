"""The end of a sweep: the winner and the baseline retrained, and judged once."""

from collections.abc import Sequence

import torch
from rich.console import Console

from datasets.digit_set import HeldOut
from model.configuration import BASELINE, Configuration
from model.hardware.device import DeviceDigits
from model.judging.calibration import calibrated, calibration_error, fitted_temperature
from model.judging.judge import judged, logits_of
from model.judging.judgement import Judgement
from model.networks.digit_network import DigitNetwork
from results.errors import ResultsError
from results.export.about import about_winner
from results.store.evaluation import (
    BOTH,
    MNIST,
    Calibration,
    Evaluation,
    EvaluationRow,
    described,
    evaluation_row,
    is_winner,
    read_evaluation,
    read_judged,
    write_evaluation,
    write_judged,
)
from results.store.folder import SweepFolder
from results.store.kept_pictures import read_pictures, write_pictures
from results.store.readings import Readings, read_readings, write_readings
from results.store.weights import load_network, save_network
from results.tensorboard.event_file import write_pictures_run
from results.tensorboard.event_pictures import judged_pictures
from tune.judging.chosen_pictures import chosen_pictures
from tune.judging.trained_networks import (
    NetworkJob,
    fold_network,
    keep_fold,
    missing_folds,
    train_networks,
)
from tune.planning.data import SweepData
from tune.planning.plan import Plan
from tune.watching.events import RetrainingBegun, Tell
from tune.watching.terminal import is_live, say
from tune.watching.time_left import TimeLeft

SHOWN = ("winner", "baseline")  # in TensorBoard
CALIBRATING = 0  # the fold that the temperature is fitted on


def candidates(winner: Configuration, epochs: int | None) -> list[NetworkJob]:
    """Returns what a sweep is judged by, the most work first.

    Args:
        winner: The best trial's configuration.
        epochs: Instead of the baseline's 10, for the configurations that no search has chosen.
    """
    override = {"epochs": epochs} if epochs else {}
    baseline = Configuration.from_dict({**BASELINE.to_dict(), **override})
    plain = Configuration.from_dict({"network": "fully-connected", **override})
    named = {"baseline": baseline, "winner": winner, "fully-connected": plain}
    return [
        NetworkJob(name, configuration, part)
        for name, configuration in named.items()
        for part in (BOTH, MNIST)
    ]


def forget_judgements(folder: SweepFolder, winner_alone: bool) -> None:
    """Makes that networks are trained and judged again.

    Args:
        folder: The sweep's.
        winner_alone: Whether those that the winner is compared to may stay.
    """
    rows = _judged_before(folder) if winner_alone else []
    write_judged(folder.judged_json, [row for row in rows if row["config"] != "winner"])


def retrain_and_judge(
    winner: Configuration,
    plan: Plan,
    console: Console,
    tell: Tell,
    left: TimeLeft | None = None,
) -> None:
    """Retrains every candidate on workers, judges it here, and writes what it came to.

    The held-out digits stay in this process. One more network, of the winner's configuration, is
    not trained on a fold of the pool: the winner's confidence is calibrated by how it reads that.

    Args:
        winner: The best trial's configuration; its weights are saved.
        plan: The sweep's.
        console: Where progress is shown.
        tell: Is told each event.
        left: How long the sweep may take to its end.
    """
    rows = _judged_before(plan.folder)
    missing = [each for each in candidates(winner, plan.request.epochs) if not _is_in(each, rows)]
    pool = plan.data.pool.fingerprint
    jobs = [*missing, *missing_folds(plan.folder, winner, pool, [CALIBRATING])]

    def keep(job: NetworkJob, network: DigitNetwork) -> None:
        if job.without is not None:
            keep_fold(plan, job, network)
        else:
            rows.append(_judge(job, network, plan))
            write_judged(plan.folder.judged_json, rows)

    _announce(jobs, console)
    tell(RetrainingBegun(len(jobs)))
    train_networks(jobs, plan, console, tell, keep, left)
    write_pictures(plan.folder.pictures, chosen_pictures(plan, _readings(rows, plan.folder)))
    _show_in_tensorboard(rows, plan)
    _write_evaluation(winner, sorted(rows, key=_place_in_table), plan)


def _announce(jobs: Sequence[NetworkJob], console: Console) -> None:
    if jobs and not is_live(console):
        others = " and what it is compared to" * any(job.name == "baseline" for job in jobs)
        say(console, f"retraining the winner{others}, {len(jobs)} networks")


def _judge(job: NetworkJob, network: DigitNetwork, plan: Plan) -> EvaluationRow:
    """Returns a network's row of the evaluation, and keeps what belongs to it."""
    row, readings = _judged(job, network, plan.data)
    write_readings(plan.folder.readings(job.name, job.trained_on), readings)
    if is_winner(row):
        save_network(plan.folder.weights, network, job.configuration, {})
    return row


def _write_evaluation(winner: Configuration, rows: Sequence[EvaluationRow], plan: Plan) -> None:
    """Calibrates the winner, and writes the evaluation when all that belongs to it is there."""
    evaluation: Evaluation = {
        "held_out": described(plan.data.held_out),
        "mnist_test": described(plan.data.mnist_test),
        "rows": list(rows),
        "calibration": _calibration(winner, plan),
    }
    network = load_network(plan.folder.weights).network
    about = about_winner(evaluation, plan.data.pool.fingerprint)
    save_network(plan.folder.weights, network, winner, about)
    write_evaluation(plan.folder.evaluation_json, evaluation)
    plan.folder.judged_json.unlink(missing_ok=True)


def _calibration(winner: Configuration, plan: Plan) -> Calibration:
    """Fits the winner's temperature on the fold that a network of it was not trained on."""
    trained = fold_network(plan.folder, winner, plan.data.pool.fingerprint, CALIBRATING)
    assert trained
    pool = DeviceDigits.of(plan.data.pool, torch.device("cpu"))
    chosen = torch.as_tensor(plan.data.folds[CALIBRATING])
    logits = logits_of(trained.network, pool, chosen)
    temperature = fitted_temperature(logits, pool.labels[chosen], pool.sources[chosen])
    readings = read_readings(plan.folder.readings("winner", BOTH))
    assert readings
    after = calibrated(readings.probabilities, temperature)
    return {
        "temperature": temperature,
        "fitted_on": len(chosen),
        "ece_before": calibration_error(readings.probabilities, readings.labels),
        "ece_after": calibration_error(after, readings.labels),
    }


def _show_in_tensorboard(rows: Sequence[EvaluationRow], plan: Plan) -> None:
    """Writes pictures of how winner and baseline read, as they are trained on everything."""
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
    return [row for row in rows if _is_complete(row, folder)]


def is_judged(folder: SweepFolder) -> bool:
    """Tells whether the evaluation and all that belongs to it are there, and can be read."""
    try:
        evaluation = read_evaluation(folder.evaluation_json)
        pictures = read_pictures(folder.pictures)
    except ResultsError:
        return False
    rows = evaluation["rows"] if evaluation else []
    return bool(rows and pictures) and all(_is_complete(row, folder) for row in rows)


def _is_complete(row: EvaluationRow, folder: SweepFolder) -> bool:
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


def _is_in(job: NetworkJob, rows: Sequence[EvaluationRow]) -> bool:
    """Tells whether a row is about just this network."""
    known = [(row["config"], row["trained_on"], row["configuration"]) for row in rows]
    return (job.name, job.trained_on, job.configuration.to_dict()) in known


def _place_in_table(row: EvaluationRow) -> tuple[int, str]:
    return ["baseline", "winner", "fully-connected"].index(row["config"]), row["trained_on"]


def _judged(
    job: NetworkJob, network: DigitNetwork, data: SweepData
) -> tuple[EvaluationRow, Readings]:
    """Returns a network's row of the evaluation, and what it takes the held-out digits for.

    It is judged in float32, so that it answers the same wherever it is taken to.
    """
    logits, held_out = _read(network, data.held_out)
    _, mnist_test = _read(network, data.mnist_test)
    labels = data.held_out.labels
    readings = Readings(logits.softmax(dim=1).numpy(), labels, data.held_out.sources)
    ece = calibration_error(readings.probabilities, labels)
    row = evaluation_row(job.name, job.trained_on, job.configuration, held_out, mnist_test, ece)
    return row, readings


def _read(network: DigitNetwork, digits: HeldOut) -> tuple[torch.Tensor, Judgement]:
    """Returns the logits of digits, and how a network reads them."""
    here, everything = DeviceDigits.of(digits, torch.device("cpu")), torch.arange(len(digits))
    logits = logits_of(network, here, everything)
    return logits, judged(logits, here, everything)
