"""The command itself: its version, help and completion, and its exit status."""

import errno
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.errors import DataError
from results.errors import ResultsError
from search_spaces.errors import SpaceError
from tests.shuzi.calling import Call
from tune.errors import Interrupted, SweepError, SweepFailed

HEAVY = ("torch", "ray", "optuna", "pandas", "sklearn")
HELP = f"""
import sys
from shuzi.__main__ import main
try:
    main()
except SystemExit:
    print([name for name in {HEAVY} if name in sys.modules])
"""


def test_version_is_told(call: Call) -> None:
    status, out, _ = call("--version")
    assert (status, out) == (0, f"{importlib.metadata.version('shuzi')}\n")


@pytest.mark.parametrize("command", ["", "sweep", "resume", "show", "data import"])
def test_help_does_not_wait_for_what_a_sweep_needs(command: str) -> None:
    arguments = [sys.executable, "-c", HELP, *command.split(), "--help"]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
    assert f"Usage: shuzi {command}" in ended.stdout


def test_without_a_command_help_is_shown(call: Call) -> None:
    status, out, _ = call()
    assert status == 0
    assert all(f" {name} " in out for name in ("sweep", "predict", "data"))


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("shuzi sweep --ri", "--risk"),
        ("shuzi sweep --also ", "weights"),
        ("shuzi expo", "export"),
    ],
)
def test_a_shell_completes_commands_options_and_choices(
    words: str, completed: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_SHUZI_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    assert call()[:2] == (0, f"{completed}\n")


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (DataError("digits."), 2, "digits."),
        (SpaceError("space."), 2, "space."),
        (ResultsError("results."), 2, "results."),
        (SweepError("one line,\nthe complete."), 2, "one line, the complete."),
        (SweepFailed("every trial failed."), 1, "every trial failed."),
        (Interrupted("ended early.", 143), 143, "ended early."),
        (KeyboardInterrupt(), 130, "interrupted."),
        (OSError(errno.ENOSPC, "", "here"), 1, "No space left on device (here)."),
    ],
)
def test_what_ends_a_command_is_one_line_and_its_status(
    error: BaseException, status: int, line: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object) -> None:
        raise error

    monkeypatch.setattr("tune.sweep.run_sweep", end)
    assert call("sweep") == (status, "", f"shuzi: {line}\n")


def test_a_fault_of_shuzis_own_is_not_hidden(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tune.sweep.run_sweep", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call("sweep")


@pytest.mark.parametrize("room", ["datasets", "tune"])
@pytest.mark.parametrize("use", [["-m", "shuzi", "list"], ["-c", "import shuzi; shuzi.run_sweep"]])
def test_package_that_hides_a_folder_of_shuzis_is_named(
    room: str, use: list[str], tmp_path: Path
) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "__init__.py").write_text("")
    ended = subprocess.run(
        [sys.executable, *use], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert ended.returncode == (2 if "-m" in use else 1)
    assert f"another package named {room}" in ended.stderr
    assert "virtual environment of its own" in ended.stderr
