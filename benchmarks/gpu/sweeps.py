"""Real sweeps on the card, by the command line: how fast, and how busy the card is meanwhile."""

import importlib.util
import json
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np

from benchmarks.gpu.job import Job, Line, attempted, run_phase
from benchmarks.gpu.pool import made_up
from benchmarks.gpu.utilisation import card_watched
from datasets.digit_set import DigitSet

NEEDED = ("ray", "optuna")
BUDGET, LEAST = 120, 10  # seconds that the second search may take; with fewer it is left out
CHINESE = "chinese.csv"
CLOSING = 20  # seconds for a sweep that is interrupted to end
AFTER_SEARCH = ("finalist", "retraining_begun")
Event = dict[str, Any]


def lines(job: Job) -> Iterator[Line]:
    """Yields what a quick sweep came to, and one of the baseline's space within a time budget."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        yield {"what": "sweeps", "lacks": f"{', '.join(missing)} is not installed"}
        return
    ends = time.monotonic() + job.seconds - CLOSING
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_mnist(folder, made_up(job.size(70_000, 280)))
        _write_chinese(folder / CHINESE, made_up(job.size(548, 240)))
        quick = ["--space", "quick", "--trials", str(job.size(6, 2))]
        yield attempted("quick", lambda: _swept(job, folder, quick, ends))
        yield _paper(job, folder, ends)


def _paper(job: Job, folder: Path, ends: float) -> Line:
    budget = int(min(BUDGET, ends - time.monotonic()))
    if budget < LEAST:
        return {"what": "paper", "lacks": f"{budget} s are left"}
    options = ["--space", "paper", "--trials", str(job.size(1000, 2))]
    options += ["--time-budget", f"{budget}s"]
    return attempted("paper", lambda: _swept(job, folder, options, ends))


def _write_mnist(folder: Path, digits: DigitSet) -> None:
    """Writes digits as MNIST's four files, the first seventh as its tests."""
    tests = len(digits) // 7
    parts = {"train": digits.select(slice(tests, None)), "t10k": digits.select(slice(tests))}
    for prefix, part in parts.items():
        for kind, content in (("images-idx3", part.images), ("labels-idx1", part.labels)):
            header = struct.pack(f">I{content.ndim}I", 0x800 + content.ndim, *content.shape)
            path = folder / f"{prefix}-{kind}-ubyte"
            path.write_bytes(header + content.astype("uint8").tobytes())


def _write_chinese(path: Path, digits: DigitSet) -> None:
    """Writes digits as a CSV of the student's form: the pixels, then the label."""
    rows = np.column_stack([digits.images.reshape(len(digits), -1), digits.labels])
    np.savetxt(path, rows, fmt="%d", delimiter=",")


def _swept(job: Job, folder: Path, options: Sequence[str], ends: float) -> Line:
    """Runs a sweep until it is over or the time is; a rehearsal does no more than search."""
    command = [sys.executable, "-m", "shuzi", "sweep", "--name", options[1], "--out", str(folder)]
    command += ["--mnist", str(folder), "--chinese", str(folder / CHINESE), "--as-is"]
    command += ["--progress", "json", *options]
    command += ["--epochs", "1", "--gpus-per-trial", "0"] if job.rehearse else []
    with card_watched() as readings:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        events = list(_events(process, AFTER_SEARCH if job.rehearse else (), ends))
        process.wait()
        return {**_summed_up(events, started), **readings()}


def _events(process: "subprocess.Popen[str]", last: Sequence[str], ends: float) -> Iterator[Event]:
    """Yields events with the second at which each came; interrupts the sweep when time is up.

    It also does at an event that is the last to be seen.
    """
    timer = Timer(ends - time.monotonic(), process.send_signal, [signal.SIGINT])
    timer.start()
    for line in process.stdout or ():
        event: Event = {"at": time.monotonic(), **json.loads(line)}
        yield event
        if event["event"] in last:
            process.send_signal(signal.SIGINT)
            last = ()  # a second signal would end it at once
    timer.cancel()


def _summed_up(events: Sequence[Event], started: float) -> Line:
    """Returns how many trials ended in each way, in how many seconds, and how the sweep ended."""
    by_kind = {event["event"]: event for event in events}  # the last of each
    if "sweep_begun" not in by_kind or "failed" in by_kind:
        return {"failed": by_kind.get("failed", {}).get("reason", "no sweep has begun")}
    ended = [event for event in events if event["event"] == "trial_ended"]
    begun = by_kind["sweep_begun"]["at"]
    line: Line = {
        "ended": events[-1]["event"],
        "at_a_time": by_kind["sweep_begun"]["concurrent"],
        "trials": dict(Counter(event["state"] for event in ended)),
        "fold_epochs": sum(event["fold_epochs"] for event in ended),
        "start_s": round(begun - started, 1),
        "search_s": round(ended[-1]["at"] - begun, 1) if ended else None,
        "complete_s": round(events[-1]["at"] - started, 1),
    }
    lost = [event["cause"] for event in ended if event["state"] == "failed"]
    return {**line, "failed": f"a trial failed: {lost[0]}"} if lost else line


if __name__ == "__main__":
    run_phase(lines)
