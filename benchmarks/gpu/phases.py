"""The phases of the check, each a process of its own with a time limit."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from typing import IO

from benchmarks.gpu.job import Line

GRACE = 3  # seconds from being asked to end until being killed
TAIL = 30  # lines of stderr that are kept


@dataclass(frozen=True)
class Phase:
    """A part of the check.

    Attributes:
        module: What is run.
        limit: Seconds after which it is ended.
    """

    module: str
    limit: float

    @property
    def name(self) -> str:
        """What the phase is called."""
        return self.module.rpartition(".")[2]


PHASES = tuple(
    Phase(f"benchmarks.gpu.{name}", limit)
    for name, limit in {
        "versions": 20,
        "tests": 50,
        "trial": 90,
        "streams": 55,
        "leaks": 20,
        "memory": 50,
        "sharing": 40,
        "sweeps": 115,
    }.items()
)
TOTAL = 468  # seconds, more than all limits and graces


def run(
    phases: Sequence[Phase],
    options: Sequence[str],
    keep: Callable[[Line], None],
    total: float = TOTAL,
) -> None:
    """Runs phases one after another, whatever becomes of each.

    Args:
        phases: In their order.
        options: Of each phase's command line.
        keep: Takes each line as it comes, and at the end of each phase one on how it ended.
        total: Seconds for all; what the others leave of it, the last phase may use.
    """
    ends = time.monotonic() + total
    for phase in phases:
        left = ends - time.monotonic() - GRACE
        limit = max(phase.limit, left) if phase is phases[-1] else phase.limit
        for line in _lines(phase, limit, options):
            keep({"phase": phase.name, **line})


def _lines(phase: Phase, limit: float, options: Sequence[str]) -> Iterator[Line]:
    """Yields a phase's lines, and last how it ended."""
    command = [sys.executable, "-m", phase.module, *options, "--seconds", str(limit)]
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as said, _process(command, said) as process:
        timer = Timer(limit, _end, [process])
        timer.start()
        for text in process.stdout or ():
            yield _parsed(text)
        status = process.wait()
        timer.cancel()
        timer.join()
        seconds = time.monotonic() - started
        yield {
            "what": "end",
            "seconds": round(seconds, 1),
            **_end_of(said, status, seconds > limit),
        }


@contextmanager
def _process(command: Sequence[str], said: IO[str]) -> Iterator["subprocess.Popen[str]"]:
    """Starts a process in a group of its own, of which nothing outlives the block."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        _signal(process, signal.SIGKILL)
        process.wait()


def _end(process: "subprocess.Popen[str]") -> None:
    """Asks a process and all that it started to end, then kills what is left."""
    _signal(process, signal.SIGTERM)
    time.sleep(GRACE)
    _signal(process, signal.SIGKILL)


def _signal(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _parsed(text: str) -> Line:
    """Reads a line of a phase; what a library prints in between is kept as it is."""
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    return line if isinstance(line, dict) else {"what": "said", "text": text.rstrip()}


def _end_of(said: IO[str], status: int, late: bool) -> Line:
    """Returns what a phase said on stderr, and in what way it failed if it did."""
    said.seek(0)
    tail = [line.rstrip() for line in said if line.strip()][-TAIL:]
    line: Line = {"stderr": tail} if tail else {}
    if late:
        return {**line, "failed": "it took too long and was ended"}
    if status:
        return {**line, "failed": tail[-1] if tail else f"exit status {status}"}
    return line
