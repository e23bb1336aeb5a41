"""shuzi as a process of its own, to be asked, signalled or killed."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

SECONDS = 600  # for which a process or an answer is waited; the busiest machine needs fewer
# stdout stands still after each line until a byte comes on stdin; where that is closed, it goes on.
HELD = """
import io, os, sys

class Held(io.TextIOWrapper):
    def write(self, text):
        super().write(text)
        if text.endswith("\\n"):
            self.flush()
            os.read(0, 1)

sys.stdout = Held(sys.stdout.detach(), "utf-8")
from shuzi.__main__ import main
main()
"""
Event = dict[str, Any]


def started(folder: Path, command: str) -> "subprocess.Popen[str]":
    """Starts shuzi in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "shuzi", *command.split()],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def lived(folder: Path, command: str) -> tuple[int, str]:
    """Runs shuzi in a folder; returns its exit status and what it said on stderr."""
    process = started(folder, command)
    _, said = process.communicate(timeout=SECONDS)
    _check(said)
    return process.returncode, said


def _check(said: str) -> None:
    assert "Traceback" not in said, said
    assert "\r" not in said, "only a terminal gets a view"
    assert "\x1b" not in said


class HeldProcess:
    """shuzi with `--progress json`, which stands still at each event until it is let go on.

    So what a test does at an event is done at that event, however fast or busy the machine is.
    Used as a context: the process is over when the block is.

    Args:
        folder: Where it runs.
        command: Of shuzi, without that option.
        stderr: A terminal for what it says, which is then not returned.

    Attributes:
        events: All that it has told.
    """

    def __init__(self, folder: Path, command: str, stderr: IO[str] | None = None) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - see __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-c", HELD, *command.split(), "--progress", "json"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr or self._said,
            text=True,
        )
        self.events: list[Event] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._said, self._process:
            self._process.kill()

    def goes_on_until(self, wanted: Callable[[Event], bool]) -> Event:
        """Lets it go on until an event, at which it stands still."""
        assert self._process.stdin
        assert self._process.stdout
        if self.events:
            os.write(self._process.stdin.fileno(), b"\n")
        for line in self._process.stdout:
            self.events.append(json.loads(line))
            if wanted(self.events[-1]):
                return self.events[-1]
            os.write(self._process.stdin.fileno(), b"\n")
        raise AssertionError(f"it ended before: {self.ends()}")

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self._process.send_signal(number)

    def send_until_it_ends(self, number: signal.Signals) -> int:
        """Sends a signal again and again: two at the same moment are one. Returns its status."""
        while True:
            self.send(number)
            try:
                return self._process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue

    def ends(self) -> tuple[int, str]:
        """Lets it go on to its end; returns its status and what it said on stderr."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self.events += [json.loads(line) for line in self._process.stdout]
        status = self._process.wait(timeout=SECONDS)
        self._said.seek(0)
        said = self._said.read()
        _check(said)
        return status, said
