"""The copy of a running sweep: through an outage, a kill and the loss of the disk."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

import tune.session.mirror
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json
from results.store.search.study import read_study
from tests.process import HeldProcess
from tests.s3 import ACCESS, Server
from tests.waiting import wait_until
from tune.errors import SweepFailed
from tune.session.mirror import mirrored
from tune.session.storage import Storage
from tune.sweep import fetch_sweep, resume_sweep

TINY = str(Path(__file__).parents[1] / "tiny.toml")
TRIALS = 3
OPTIONS = (
    f"--trials {TRIALS} --epochs 2 --mnist-count 100 --space {TINY} --finalists 2 "
    "--concurrent 1 --cpus-per-trial 1"
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    server = Server()
    yield server
    server.close()


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    folder = SweepFolder(tmp_path / "runs" / "one")
    folder.make({})
    return folder


@pytest.mark.kill
def test_an_outage_is_told_once_and_made_up_for(
    server: Server, folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune.session.mirror, "SECONDS", 0.1)
    storage = Storage(server.uri("out"), "one")
    storage.check()
    said: list[str] = []
    with mirrored(folder, storage, said.append):
        with server.out_of_order():
            folder.journal.write_bytes(b"1\n")
            wait_until(lambda: bool(said))
        wait_until(lambda: len(said) == 2)
        folder.journal.write_bytes(b"1\n2\n")
    assert "cannot copy to" in said[0]
    assert "can be reached again: everything is copied" in said[1]
    assert len(said) == 2
    assert storage._read(storage._path("study.journal")) == b"1\n2\n"


def test_a_folder_that_is_away_for_a_while_is_told_once_and_made_up_for(
    folder: SweepFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune.session.mirror, "SECONDS", 0.01)
    place, away, said = tmp_path / "storage", tmp_path / "away", list[str]()
    storage = Storage(str(place), "one")
    storage.check()
    with mirrored(folder, storage, said.append):
        place.rename(away)
        place.write_text("a file in its place")
        folder.journal.write_bytes(b"1\n")
        wait_until(lambda: bool(said))
        place.unlink()
        away.rename(place)
        wait_until(lambda: len(said) == 2)
    assert "cannot copy to" in said[0]
    assert "can be reached again: everything is copied" in said[1]
    assert (place / "one" / "study.journal").read_bytes() == b"1\n"


def test_a_storage_that_fails_to_the_end_is_no_silent_loss(
    folder: SweepFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune.session.mirror, "PATIENCE", 0.0)
    storage = Storage(str(tmp_path / "storage"), "one")
    storage.check()
    shutil.rmtree(tmp_path / "storage")
    (tmp_path / "storage").write_text("a file in its place")
    with (
        pytest.raises(SweepFailed, match="lacks the end of one, which is in"),
        mirrored(folder, storage, lambda _: None),
    ):
        pass


@pytest.mark.kill
def test_sweep_on_s3_outlives_an_outage_a_kill_and_its_disk(
    own_ray: None, server: Server, tmp_path: Path
) -> None:
    uri = server.uri("sweeps")
    command = f"sweep --name far {OPTIONS} --storage {uri}"
    with HeldProcess(tmp_path, command) as process:
        process.goes_on_until(lambda event: event["event"] == "trial_begun")
        with server.out_of_order():
            wait_until(lambda: server.refused > 0)
        process.goes_on_until(lambda event: event["event"] == "retraining_begun")
        wait_until(Storage(uri, "far").holds_sweep)
        process.send(signal.SIGKILL)
        status, said = process.ends()
    assert status == -9, said
    shutil.rmtree(tmp_path / "runs")
    console = Console(record=True, width=300)
    copied = fetch_sweep(tmp_path / "copy", "far", uri, console)
    before = _losses(copied)
    folder = fetch_sweep(tmp_path / "runs", "far", uri, console)
    resume_sweep(folder, console, uri)
    after = _losses(folder)
    assert len(after) == TRIALS
    assert before == {number: after[number] for number in before}
    elsewhere = fetch_sweep(tmp_path / "elsewhere", "far", uri, console)
    assert read_json(elsewhere.evaluation_json) == read_json(folder.evaluation_json)
    resume_sweep(elsewhere, console)
    assert "far is finished: nothing is missing." in console.export_text()


def _losses(folder: SweepFolder) -> dict[int, float | None]:
    """Returns the loss of each trial that has ended, if it is complete."""
    study = read_study(folder)
    assert study is not None
    return {trial.number: trial.value for trial in study.trials if trial.state.is_finished()}
