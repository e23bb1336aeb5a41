"""A damaged file of a sweep is named; the others are still shown, and nothing is executed."""

import os
import pickle
from pathlib import Path
from typing import Any

import optuna
import pytest
import torch
from rich.console import Console
from safetensors.torch import save_file

from datasets import LABELS
from model import Configuration, build
from results import ResultsError, SweepFolder, write_json
from results.damage import damage, known_trials
from results.epochs import EpochLog
from results.finalists import finalists_table, write_finalists
from results.study import JournalFile, read_study, study_storage
from results.summary import summary
from results.tables import sweep_tables
from results.trials import ranked, trials_table, write_trials
from results.winner import save_network

FILES = (
    "sweep.json",
    "study.journal",
    "trials.csv",
    "finalists.csv",
    "winner/evaluation.json",
    "winner/model.safetensors",
    "winner/judged.json",
    "trials/0000/epochs.csv",
)


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    """A sweep of two whole trials, finished."""
    folder = SweepFolder(tmp_path / "whole")
    parts: dict[str, Any] = {key: {} for key in ("space", "report", "data", "versions", "hardware")}
    request = {"trials": 2}
    folder.make(
        {"started": "2026-01-01T00:00:00", "request": request, "folds": 2, "seed": 0} | parts
    )
    study = optuna.create_study(storage=study_storage(folder), study_name="whole")
    for number in range(2):
        _whole_trial(study, EpochLog(folder), number)
    write_trials(folder.trials_csv, study.trials)
    losses = {0: [0.5, 0.6], 1: [0.4, 0.5]}
    write_finalists(
        folder.finalists_csv, finalists_table(ranked(trials_table(study.trials)), losses)
    )
    save_network(folder.weights, build(TINY), TINY, {"labels": list(LABELS)})
    write_json(folder.judged_json, [ROW])
    described = {"count": 10, "sources": {"synthetic": 10}, "fingerprint": "0"}
    evaluation = {"held_out": described, "mnist_test": described, "rows": [ROW, REPORT_ROW]}
    write_json(folder.evaluation_json, evaluation)
    return folder


TINY = Configuration.from_dict({"channels_1": 2, "channels_2": 2})
ROW = {
    "config": "winner",
    "trained_on": "mnist+chinese",
    "correct": 9,
    "count": 10,
    "accuracy": 0.9,
    "ci95": [0.6, 0.98],
    "loss": 0.1,
    "confusion": [[1]],
    "mnist_test_accuracy": None,
    "weights": 100,
    "epochs": 1,
    "configuration": TINY.to_dict(),
}
REPORT_ROW = {**ROW, "config": "report"}


def _whole_trial(study: optuna.Study, log: EpochLog, number: int) -> None:
    trial = study.ask()
    trial.suggest_int("channels_1", 1, 4)
    losses = [0.5 - 0.1 * number, 0.6 - 0.1 * number]
    for fold, loss in enumerate(losses):
        told = {"fold": fold, "epoch": 1, "learning_rate": 0.1, "training_loss": 1.0}
        log.append(number, {"folds": [{**told, "validation_loss": loss, "sources": {}}]})
        trial.report(loss, fold + 1)
    about = {"fold_losses": losses, "validation_loss_sd": 0.05, "fold_epochs": 2, "seconds": 1.0}
    for name, value in about.items():
        trial.set_user_attr(name, value)
    study.tell(trial, sum(losses) / 2)


def shown(folder: SweepFolder) -> str:
    console = Console(record=True, width=300, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    for table in sweep_tables(folder):
        console.print(table)
    return console.export_text()


def test_nothing_is_said_of_a_sweep_that_is_whole(folder: SweepFolder) -> None:
    assert damage(folder, known_trials(folder)) == []
    assert "Leaderboard" in shown(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["empty", "cut", "noise", "zeros", "pickle", "text"])
def test_each_damaged_file_is_named_and_the_rest_is_shown(
    folder: SweepFolder, name: str, kind: str, tmp_path: Path
) -> None:
    path, planted = folder.path / name, tmp_path / "executed"
    content = path.read_bytes()
    damages = {
        "empty": b"",
        "cut": content[: len(content) // 2],
        "noise": os.urandom(len(content)),
        "zeros": bytes(len(content)),
        "pickle": pickle.dumps(Planted(planted)),
        "text": b'{"a": 1}\n',
    }
    path.write_bytes(damages[kind])
    told = summary(folder)
    assert [line for line in told["damaged"] if str(path) in line], told["damaged"]
    said = shown(folder)
    assert str(path) in said
    assert [row["trial"] for row in told["leaderboard"]] == [1, 0]
    assert not planted.exists()
    assert path.read_bytes() == damages[kind]  # to look changes nothing


def test_half_a_line_at_the_end_of_the_journal_is_no_damage(folder: SweepFolder) -> None:
    with folder.journal.open("ab") as file:
        file.write(b'{"op_code": 5')
    assert damage(folder, known_trials(folder)) == []


def test_a_journal_that_knows_less_than_the_table_is_damaged(folder: SweepFolder) -> None:
    lines = folder.journal.read_bytes().splitlines(keepends=True)
    folder.journal.write_bytes(b"".join(lines[:-1]))
    known = known_trials(folder)
    assert list(known.lost) == [1]
    (line,) = damage(folder, known)
    assert "study.journal is damaged: it lacks the end of trial 1" in line


def test_nothing_is_appended_to_a_journal_once_that_has_failed(
    folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = JournalFile(str(folder.journal))
    before = folder.journal.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _full)
        with pytest.raises(OSError, match="No space left"):
            journal.append_logs([{"half": 1}])
    with pytest.raises(OSError, match="No space left"):
        journal.append_logs([{"after": 1}])
    assert b"after" not in folder.journal.read_bytes()[len(before) :]


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_damaged_journal_is_refused_by_name(folder: SweepFolder) -> None:
    folder.journal.write_bytes(b"noise\nmore noise\n")
    with pytest.raises(ResultsError, match=r"study\.journal is damaged"):
        read_study(folder)


def test_network_of_another_kind_is_no_winner(folder: SweepFolder) -> None:
    save_file({"a": torch.zeros(1)}, folder.weights)
    assert "model.safetensors" in damage(folder, known_trials(folder))[0]
