"""Commands of sweeps: what they print, what they refuse and how they exit."""

import json
import re
import shutil
from pathlib import Path

import pytest

from results.store.folder import SweepFolder
from results.store.lock import held
from tests.shuzi.calling import Call


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["--space", "qick"], "there is no search space qick: choose paper, quick, wide"),
        (["--space", "typo.toml"], "typo.toml, line 3: parameters.width: there is no parameter"),
        (["--chinese", "no-labels"], "must hold folders named 0 to 9"),
        (["--chinese", "damaged"], "3/0.png is not a readable picture"),
        (["--chinese", "empty-class"], "has no image of 4"),
        (["--chinese", "few"], "few has 4 images of 0, too few for 5 folds"),
        (["--chinese", "nowhere"], "there is no file or folder nowhere"),
        (["--mnist", "nowhere"], "--mnist must be `embedded`, `full` or a folder"),
        (
            ["--mnist-count", "5"],
            "--mnist-count must be from 10 to 4000, as many as --mnist has, but got 5",
        ),
        (["--trials", "0"], "--trials must be at least 1, but got 0"),
        (["--trials", "many"], "'--trials'"),
        (["--risk", "0.6"], "--risk must be at most 0.5, but got 0.6"),
        (["--epochs", "0"], "--epochs must be at least 1"),
        (["--time-budget", "soon"], "--time-budget must be like 90s, 15m or 2h"),
        (["--name", "taken"], "taken exists already"),
        (["--name", "a/b"], "a sweep's name must be"),
        (["--tirals", "3"], "No such option"),
        pytest.param(
            ["--cpus-per-trial", "4096"],
            "a trial needs more (cores: 4096, GPUs: 0) than any machine has",
            marks=pytest.mark.ray,
        ),
    ],
)
def test_bad_request_is_one_clear_line_and_leaves_no_folder(
    mistakes: Path, arguments: list[str], rule: str, call: Call
) -> None:
    status, out, err = call("sweep", *arguments)
    assert status == 2
    assert rule in err
    told = [line for line in err.splitlines() if line.startswith("shuzi: ")]
    assert len(told) == 1
    assert "Traceback" not in err + out
    assert [path.name for path in (mistakes / "runs").iterdir()] == ["taken"]


@pytest.mark.parametrize("command", ["show", "retrain", "resume", "export"])
def test_sweep_that_is_not_there_is_refused(command: str, call: Call) -> None:
    status, _, err = call(command, "nothing")
    assert (status, err.count("\n")) == (2, 1)
    assert "there is no sweep nothing" in err


def test_unfinished_sweep_is_listed_and_shown(mistakes: Path, call: Call) -> None:
    status, out, _ = call("list")
    assert status == 0
    assert "unfinished" in out
    with held(SweepFolder(mistakes / "runs" / "taken")):
        assert "running" in call("list")[1]
    status, out, _ = call("show", "taken", "--json")
    told = json.loads(out)
    assert (status, told["state"], told["requested"], told["best"]) == (0, "unfinished", 4, None)
    assert call("show", "taken")[0] == 0


def test_sweeps_are_listed_for_programs(elsewhere: Path, made_once: Path, call: Call) -> None:
    assert call("list", "--json")[:2] == (0, "[]\n")
    assert "no sweeps in" in call("list")[1]
    shutil.copytree(made_once / "runs", elsewhere / "runs")
    status, out, _ = call("list", "--json")
    (told,) = json.loads(out)
    assert (status, told["name"], told["state"], told["trials"]) == (0, "taken", "unfinished", {})


def test_list_is_readable_at_80_columns(
    mistakes: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long = "a-sweep-of-which-the-name-is-longer-than-usual"
    for name in ("20261125-025750", long):
        shutil.copytree(mistakes / "runs" / "taken", mistakes / "runs" / name)
    out = call("list")[1]
    lines = [line.rstrip() for line in out.splitlines()]
    assert max(map(len, lines)) <= 80
    named = [line for line in lines if re.match(r" ?[\w-]+ +unfinished +0/4", line)]
    told = [line.split()[0] for line in named]
    assert told == ["20261125-025750", long, "taken"], "names are told complete"
