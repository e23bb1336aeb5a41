"""The check of the GPU path: rehearsed on a CPU, and what it says of phases that end badly."""

import io
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from rich.console import Console

from benchmarks.gpu.job import Line, attempted
from benchmarks.gpu.phases import GRACE, PHASES, TOTAL, Phase, run
from benchmarks.gpu.pool import folds_of, made_up
from benchmarks.gpu.table import table_of
from benchmarks.gpu.utilisation import UNKNOWN, Busy, card_watched
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.training.cross_validation import cross_validate

ROOT = Path(__file__).parents[2]
WAYS = ("streams", "batched")
WHAT = {
    "versions": ["versions", "matrix product", "device copy"],
    "tests": ["tests/model/test_gpu.py"],
    "trial": ["run 1", "run 2", "repeats", "plain loop"],
    "streams": [
        *("folds 1", "folds 2", "folds 3", "folds 5", "batched"),
        *("profile, streams", "profile, batched"),
    ],
    "leaks": [*(f"trial {n}, {WAYS[n % 2]}" for n in range(1, 13)), "growth"],
    "memory": [
        *(f"{place}, {way}" for place in ("warm-up", "capture", "judging") for way in WAYS),
        "ballast",
    ],
    "sharing": [
        f"{name}, processes {count}" for name in ("small", "baseline's") for count in (1, 2)
    ],
    "sweeps": ["quick", "paper"],
}
ON_A_GPU_ALONE = ["capture, streams", "capture, batched", "ballast"]


def checked(out: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Runs the check, whose lines go under a folder."""
    command = [sys.executable, "-m", "benchmarks.gpu", "--out", "lines.jsonl", *options]
    environment = {**os.environ, "OUT": str(out)}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.ray
@pytest.mark.kill
def test_every_phase_is_rehearsed_and_none_fails(tmp_path: Path) -> None:
    ended = checked(tmp_path, "--rehearse")
    lines = [json.loads(text) for text in (tmp_path / "lines.jsonl").read_text().splitlines()]
    assert told(lines) == {name: [*what, "end"] for name, what in WHAT.items()}
    assert [line for line in lines if "failed" in line] == []
    assert ended.returncode == 0, ended.stderr
    assert [line["what"] for line in lines if "lacks" in line] == ON_A_GPU_ALONE
    assert next(line for line in lines if line["what"] == "repeats")["bit_equal"]
    sweeps = [line for line in lines if line["what"] in WHAT["sweeps"]]
    assert [sum(sweep["trials"].values()) for sweep in sweeps] == [2, 2]


def told(lines: list[Line]) -> dict[str, list[str]]:
    """Returns what each phase told of, in order."""
    phases = dict.fromkeys(line["phase"] for line in lines)
    return {name: [each["what"] for each in lines if each["phase"] == name] for name in phases}


@pytest.mark.kill
@pytest.mark.skipif(torch.cuda.is_available(), reason="torch has a GPU here")
def test_without_a_gpu_one_line_says_so(tmp_path: Path) -> None:
    ended = checked(tmp_path)
    told = "there is no GPU that torch can use; --rehearse runs on a CPU.\n"
    assert (ended.returncode, ended.stderr, ended.stdout) == (2, told, "")
    assert not (tmp_path / "lines.jsonl").exists()


def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, limit: float) -> list[Line]:
    """Runs a phase of some code, then one that is well."""
    (tmp_path / "bad.py").write_text(code)
    (tmp_path / "good.py").write_text("""print('{"what": "fine"}')""")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    lines: list[Line] = []
    run([Phase("bad", limit), Phase("good", 60)], [], lines.append)
    return lines


ONE_LINE = """print('{"what": "begun"}', flush=True)\n"""
DIES = f"{ONE_LINE}print('a word')\nraise ValueError('there is [no] such card')"
HANGS = f"""{ONE_LINE}
import pathlib, subprocess, sys, time
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(__file__).with_name("other").write_text(str(other.pid))
time.sleep(600)
"""


@pytest.mark.kill
def test_a_phase_that_dies_is_told_with_its_last_line_and_the_next_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ran(tmp_path, monkeypatch, DIES, limit=60)
    assert told(lines) == {"bad": ["begun", "said", "end"], "good": ["fine", "end"]}
    assert lines[1]["text"] == "a word"
    assert [line.get("failed") for line in lines[2:]] == [
        "ValueError: there is [no] such card",
        *(None, None),
    ]
    assert "bad end failed: ValueError: there is [no] such card" in shown(lines)


@pytest.mark.kill
def test_a_phase_that_hangs_is_ended_with_all_it_started_and_the_next_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ran(tmp_path, monkeypatch, HANGS, limit=2)
    assert told(lines) == {"bad": ["begun", "end"], "good": ["fine", "end"]}
    assert lines[1]["failed"] == "it took too long and was ended"
    assert not running(int((tmp_path / "other").read_text()))


def running(process: int) -> bool:
    """Tells whether there is such a process that has not ended."""
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def shown(lines: list[Line]) -> str:
    """Returns the table's rows with single spaces."""
    console = Console(record=True, width=200, file=io.StringIO())
    console.print(table_of(lines))
    return " ".join(console.export_text().split())


def test_how_busy_the_card_was_is_read_from_nvidia_smi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nprintf '10, 500\\n[N/A], [N/A]\\n30, 900\\n80, 700\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with card_watched() as readings:
        read_within(readings)
        assert readings() == {"busy_mean": 40.0, "busy_median": 30.0, "card_mb": 900.0}


def read_within(readings: Callable[[], Busy], seconds: float = 60) -> None:
    """Waits until something was read."""
    ends = time.monotonic() + seconds
    while readings() == UNKNOWN and time.monotonic() < ends:
        time.sleep(0.05)


def test_what_fails_or_warns_is_told_in_its_line() -> None:
    def warns() -> Line:
        warnings.warn("steps are called one by one: no memory\nmore", stacklevel=1)
        return {"seconds": 1}

    told = {"what": "a", "seconds": 1, "warnings": ["steps are called one by one: no memory"]}
    assert attempted("a", warns) == told
    assert attempted("b", lambda: {"seconds": 1 // 0}) == {
        "what": "b",
        "failed": "ZeroDivisionError: integer division or modulo by zero",
    }


def test_all_phases_end_within_eight_minutes() -> None:
    assert sum(phase.limit + GRACE for phase in PHASES) <= TOTAL < 480


def test_made_up_digits_are_always_the_same_and_can_be_learnt() -> None:
    pool = made_up(1000)
    assert pool.fingerprint == made_up(1000).fingerprint
    assert pool.source_names == ["mnist", "tongji"]
    few = Configuration(channels_1=8, channels_2=16, dropout_2=0, batch_size=20, epochs=6)
    digits, folds = DeviceDigits.of(pool, torch.device("cpu")), folds_of(len(pool))
    assert np.array_equal(np.sort(np.concatenate(folds)), np.arange(1000))
    *_, last = cross_validate(few, digits, folds, seed=0, numbers=[0])
    assert last[0].validation.correct > 0.9 * last[0].validation.count
