"""A damaged file of a sweep is named; the others are still shown, and nothing is executed."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from safetensors.torch import save_file

from model.networks.kinds import build
from results.damage import damage
from results.errors import ResultsError
from results.known_trials import known_trials
from results.report.material import Material
from results.report.page import write_report
from results.store.evaluation import write_judged
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json
from results.store.search.study import JournalFile, read_study
from results.store.weights import save_network
from results.terminal.summary import summary
from results.terminal.tables import sweep_tables
from tests.results.made_sweep import TINY, made_sweep

FILES = (
    "sweep.json",
    "study.journal",
    "trials.csv",
    "search.json",
    "finalists.csv",
    "winner/evaluation.json",
    "winner/model.safetensors",
    "winner/judged.json",
    "winner/exports.json",
    "winner/model.onnx",
    "winner/folds/fold-0.safetensors",
    "winner/pictures.safetensors",
    "winner/readings/winner-mnist+chinese.safetensors",
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
    """A sweep of two complete trials, finished."""
    folder = made_sweep(tmp_path / "complete")
    write_judged(folder.judged_json, read_json(folder.evaluation_json)["rows"][:1])
    return folder


def shown(folder: SweepFolder) -> str:
    console = Console(record=True, width=300, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    for table in sweep_tables(folder):
        console.print(table)
    return console.export_text()


def test_nothing_is_said_of_a_sweep_that_is_complete(folder: SweepFolder) -> None:
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
    assert sorted(row["trial"] for row in told["leaderboard"]) == [0, 1]
    assert str(path) in " ".join(Material.of(folder).damaged)
    assert not planted.exists()
    assert path.read_bytes() == damages[kind]  # to look changes nothing


def test_a_report_of_nothing_but_pickles_is_written_and_opens_none(
    folder: SweepFolder, tmp_path: Path
) -> None:
    planted = tmp_path / "executed"
    for name in FILES:
        (folder.path / name).write_bytes(pickle.dumps(Planted(planted)))
    write_report(folder)
    assert str(folder.sweep_json) in folder.report_html.read_text("utf-8")
    assert not planted.exists()


@pytest.mark.parametrize("name", ["trials.csv", "winner/evaluation.json"])
def test_a_report_is_written_of_what_can_be_read(folder: SweepFolder, name: str) -> None:
    (folder.path / name).write_bytes(b"no table")
    write_report(folder)
    assert str(folder.path / name) in folder.report_html.read_text("utf-8")


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


def test_an_export_of_another_winner_is_named(folder: SweepFolder) -> None:
    save_network(folder.weights, build(TINY), TINY, {"trained": "again"})
    (line,) = damage(folder, known_trials(folder))
    assert "model.onnx was made of other weights than model.safetensors has" in line
    assert "`shuzi export complete --format onnx --force` makes it again." in line
    assert summary(folder)["exports"] == []
    assert "Exports" not in shown(folder)
