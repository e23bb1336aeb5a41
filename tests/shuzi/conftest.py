"""The command, called in a folder of its own, and what bad requests speak of."""

import shutil
import sys
from pathlib import Path

import pytest

from results.store.folder import SweepFolder
from results.store.formats.json_files import write_json
from shuzi.__main__ import main
from tests.shuzi.calling import Call, write_photographs


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command; called with arguments, it returns its status and what it prints."""

    def called(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["shuzi", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return called


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What bad requests speak of."""
    folder = tmp_path_factory.mktemp("mistakes")
    (folder / "typo.toml").write_text(
        'about = "x"\n[parameters]\nwidth = {kind="int",low=1,high=2}\n'
    )
    (folder / "no-labels" / "sevens").mkdir(parents=True)
    write_photographs(folder / "damaged", 8)
    (folder / "damaged" / "3" / "0.png").write_bytes(b"no picture")
    write_photographs(folder / "empty-class", 1)
    (folder / "empty-class" / "4" / "0.png").unlink()
    write_photographs(folder / "few", 6)
    taken = SweepFolder(folder / "runs" / "taken")
    taken.make({})
    write_json(
        taken.sweep_json,
        {
            "started": "2026-01-01T00:00:00",
            "request": {"trials": 4},
            "folds": 5,
            "seed": 0,
            **{key: {} for key in ("space", "baseline", "data", "versions", "hardware")},
        },
    )
    return folder


@pytest.fixture
def mistakes(elsewhere: Path, made_once: Path) -> Path:
    shutil.copytree(made_once, elsewhere, dirs_exist_ok=True)
    return elsewhere
