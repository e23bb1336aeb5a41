"""Sweeps' folders as a sweep leaves them, made in no time."""

from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from datasets.digit_set import LABELS
from model.configuration import BASELINE, Configuration
from model.judging.judgement import Judgement, SourceMeasures
from model.networks.kinds import build
from model.networks.portable import PortableNetwork
from results.export.about import accuracy_of
from results.export.onnx_graph import described, onnx_model
from results.store.evaluation import BOTH, MNIST, EvaluationRow, evaluation_row
from results.store.exports import Export, keep_export
from results.store.finalist_records import finalists_table, write_finalists
from results.store.folder import SweepFolder
from results.store.formats.hashing import sha256
from results.store.formats.json_files import write_json
from results.store.kept_pictures import KeptPictures, write_pictures
from results.store.readings import Readings, write_readings
from results.store.search.epochs import EpochLog
from results.store.search.study import study_storage
from results.store.search.trial_records import best_first
from results.store.search.trials import records_of
from results.store.search.writer import write_search
from results.store.weights import load_network, save_network
from tests.made_epochs import made_epoch

FOLDS, EPOCHS, HELD_OUT = 2, 2, 1040
SOURCES = np.array(["photographs", "synthetic"])
DESCRIBED = {
    "count": HELD_OUT,
    "sources": dict.fromkeys(SOURCES.tolist(), HELD_OUT // 2),
    "fingerprint": "0" * 64,
}
TINY = Configuration.from_dict({"channels_1": 2, "channels_2": 2})
SPACE = {
    "channels_1": IntDistribution(1, 8),
    "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
    "schedule": CategoricalDistribution(("constant", "cosine")),
}


def made_sweep(
    path: Path, complete: int = 2, pruned: int = 0, failed: int = 0, judged: bool = True
) -> SweepFolder:
    """Makes the folder of a sweep with so many trials of each end, in this order."""
    folder, dice = SweepFolder(path), np.random.default_rng(0)
    folder.make(_manifest(complete + pruned + failed))
    ends = [TrialState.COMPLETE] * complete + [TrialState.PRUNED] * pruned
    ends += [TrialState.FAIL] * failed
    study = optuna.create_study(storage=study_storage(folder), study_name=folder.name)
    study.add_trials([_trial(number, end, dice) for number, end in enumerate(ends)])
    for trial in study.trials:
        _write_epochs(EpochLog(folder), trial)
    write_search(folder, study)
    if complete and judged:
        _judge(folder, study, dice)
    return folder


def _manifest(trials: int) -> dict[str, Any]:
    parts = ("pool", "held_out", "mnist_test")
    return {
        "request": {"name": "made", "trials": trials, "chinese": ["embedded"], "seed": 0},
        "space": {"about": "", "fixed": {"epochs": EPOCHS}, "parameters": {}},
        "baseline": BASELINE.to_dict(),
        "data": dict.fromkeys(parts, DESCRIBED) | {"duplicates_removed": 0},
        "folds": FOLDS,
        "seed": 0,
        "started": "2026-01-01T00:00:00+00:00",
        "versions": {"python": "3.11"},
        "hardware": {"processor": "one", "cores": 2, "memory_gib": 4.0, "gpus": []},
    }


def _trial(number: int, end: TrialState, dice: np.random.Generator) -> FrozenTrial:
    losses = [float(loss) for loss in 0.2 + dice.gamma(2, 0.1, FOLDS)]
    varied = {
        "channels_1": int(dice.integers(1, 9)),
        "learning_rate": float(10 ** dice.uniform(-4, -1)),
        "schedule": str(dice.choice(["constant", "cosine"])),
    }
    about: dict[str, Any] = {
        "fold_epochs": FOLDS * EPOCHS, "seconds": 1.0, "weights": 100,
        "origin": "search" if number else "baseline",
    }  # fmt: skip
    if end == TrialState.FAIL:
        about |= {"reason": "its loss is nan.", "cause": "its loss is nan.", "fold_epochs": 1}
    else:
        about |= {"fold_losses": losses, "validation_loss_se": 0.05, "forecast": losses[0]}
    return create_trial(
        state=end,
        value=float(np.mean(losses)) if end == TrialState.COMPLETE else None,
        params=varied,
        distributions=SPACE,
        user_attrs=about,
        intermediate_values={} if end == TrialState.FAIL else dict(enumerate(losses)),
    )


def _write_epochs(log: EpochLog, trial: FrozenTrial) -> None:
    for fold, loss in enumerate(trial.user_attrs.get("fold_losses", [])):
        for epoch in range(1, EPOCHS + 1):
            log.append(trial.number, [made_epoch(fold, epoch, loss / epoch, "synthetic")])


def _judge(folder: SweepFolder, study: optuna.Study, dice: np.random.Generator) -> None:
    best = [record.trial for record in best_first(records_of(study.trials))][:2]
    found = {number: study.trials[number].values[0] for number in best}
    again = {number: [0.5 + 0.1 * place, 0.6] for place, number in enumerate(best)}
    write_finalists(folder.finalists_csv, finalists_table(found, again))
    save_network(folder.weights, build(TINY), TINY, {"labels": list(LABELS)})
    folder.fold_weights(0).parent.mkdir()
    save_network(folder.fold_weights(0), build(TINY), TINY, {"fold": 0})
    _export(folder)
    rows = [
        _row(folder, name, part, dice) for name in ("baseline", "winner") for part in (MNIST, BOTH)
    ]
    calibration = {"temperature": 1.5, "fitted_on": 80, "ece_before": 0.05, "ece_after": 0.02}
    parts = {"held_out": DESCRIBED, "mnist_test": DESCRIBED}
    write_json(folder.evaluation_json, {**parts, "rows": rows, "calibration": calibration})
    images = dice.integers(0, 256, (HELD_OUT, 28, 28)).astype(np.uint8)
    samples = dice.integers(0, 256, (10, 96, 96)).astype(np.uint8)
    after = {"mnist": images[:10], "synthetic": images[:10]}
    write_pictures(
        folder.pictures, KeptPictures(np.arange(HELD_OUT), images, {"synthetic": samples}, after)
    )


def _export(folder: SweepFolder) -> None:
    """Leaves an export of the winner, whose record is made up."""
    path, trained = folder.export("onnx"), load_network(folder.weights)
    network = PortableNetwork(trained.network, trained.temperature)
    path.write_bytes(described(onnx_model(network), {}))
    accuracy = accuracy_of("held-out", HELD_OUT - 2, HELD_OUT)
    export: Export = {
        "file": path.name, "form": "onnx", "networks": 1, "bytes": 700, "sha256": sha256(path),
        "winner": sha256(folder.weights), "opset": 17, "input": "uint8 (n, 28, 28)",
        "output": "float32 (n, 10)", "largest_difference": 1e-7, "same_answers": HELD_OUT,
        "accuracy": accuracy, "ece": 0.02, "winner_accuracy": accuracy, "calibrated_on": None,
        "milliseconds": 0.1,
    }  # fmt: skip
    keep_export(folder, export)


def _row(
    folder: SweepFolder, name: str, trained_on: str, dice: np.random.Generator
) -> EvaluationRow:
    """Returns a row of the evaluation, and writes the readings that it rests on."""
    labels = np.arange(HELD_OUT) % 10
    probabilities = dice.dirichlet(np.ones(10), HELD_OUT).astype(np.float32)
    probabilities[np.arange(HELD_OUT), labels] += 0.5
    readings = Readings(probabilities / 1.5, labels, np.resize(SOURCES, HELD_OUT))
    write_readings(folder.readings(name, trained_on), readings)
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (labels, readings.read), 1)
    measures = SourceMeasures(HELD_OUT, int(readings.right.sum()), 0.1)
    configuration = BASELINE if name == "baseline" else TINY
    return evaluation_row(
        name, trained_on, configuration, Judgement({"synthetic": measures}, confusion), None, 0.05
    )
