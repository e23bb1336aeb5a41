"""A disk that fills up in mid-sweep: a clear line, and all goes on once there is room."""

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from optuna.trial import TrialState
from rich.console import Console

from results.damage import damage
from results.known_trials import known_trials
from results.store.folder import SweepFolder
from results.store.search.study import read_study
from results.store.search.trials import read_trials
from tests.process import lived
from tune.session.disk import disk_failure
from tune.sweep import resume_sweep

TINY = str(Path(__file__).parents[1] / "tiny.toml")
SIZE = 20 * 2**20


@pytest.fixture
def small_disk(own_ray: None, tmp_path: Path) -> Iterator[Path]:
    """A file system of 20 MB, or a skip where none may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.kill
def test_sweep_whose_disk_fills_up_says_so_and_goes_on_once_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(SIZE - 100 * 1024))
    one = "--concurrent 1 --cpus-per-trial 1"
    options = f"--trials 5 --epochs 3 --mnist-count 100 --space {TINY} {one}"
    status, said = lived(small_disk, f"sweep --name full {options} --quiet")
    assert status == 1, said
    folder = SweepFolder(small_disk / "runs" / "full")
    (line,) = said.splitlines()
    assert line.startswith("shuzi: ")
    assert "cannot be written: No space left on device" in line
    assert "`shuzi resume full` goes on from here." in line
    study = read_study(folder)
    assert study is not None
    ended = {trial.number: trial.value for trial in study.trials if trial.state.is_finished()}
    assert TrialState.FAIL not in {trial.state for trial in study.trials}
    ballast.unlink()
    resume_sweep(folder, Console(quiet=True))
    trials = read_trials(folder.trials_csv)
    assert len(trials) == 5
    assert set(trials["state"]) <= {"complete", "pruned"}
    values = trials.set_index("trial")["validation_loss"]
    for number, value in ended.items():
        assert value is None or values[number] == value
    assert damage(folder, known_trials(folder)) == []


def test_a_disks_failure_is_found_behind_what_else_was_raised() -> None:
    error = RuntimeError("the search failed")
    error.__context__ = OSError(errno.ENOSPC, "No space left on device", "a.csv")
    assert disk_failure(error) == "No space left on device (a.csv)"
    assert disk_failure(FileNotFoundError(errno.ENOENT, "gone")) is None
    assert disk_failure(ValueError("x")) is None
