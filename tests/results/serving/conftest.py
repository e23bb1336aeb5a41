"""A server as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from results.serving.limits import Limits
from tests.process import SECONDS

BYTES = {"Content-Type": "application/octet-stream"}
PATIENT = Limits(
    a_minute=1_000_000, body_seconds=SECONDS, reading_seconds=SECONDS, request_seconds=SECONDS,
    idle_seconds=SECONDS,
)  # fmt: skip
SERVE = """
from pathlib import Path
from rich.console import Console
from results.serving.limits import Limits
from results.serving.server import serve
serve({model!r}, Path("runs"), "127.0.0.1", 0, {limits!r}, Console(stderr=True))
"""


@dataclass(frozen=True)
class Served:
    """A server that runs.

    Attributes:
        address: Of its page.
        process: Its own; the one that reads is its child.
    """

    address: str
    process: psutil.Process

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    @property
    def reading(self) -> psutil.Process:
        """The process that reads; another child of the server keeps books."""
        (reading,) = (
            child for child in self.process.children() if "spawn_main" in " ".join(child.cmdline())
        )
        return reading

    def ask(self, content: bytes, **options: bool) -> httpx.Response:
        """Has a picture read."""
        asked = {name: str(value).lower() for name, value in options.items()}
        address = f"{self.address}/predict"
        return httpx.post(address, content=content, headers=BYTES, params=asked, timeout=SECONDS)


@contextmanager
def serving(model: Path, limits: Limits) -> Iterator[Served]:
    """Runs a server while the block lasts."""
    command = [sys.executable, "-c", SERVE.format(model=str(model), limits=limits)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = process.stderr.readline()
    try:
        address = next(word for word in said.split() if word.startswith("http://"))
        yield Served(address, psutil.Process(process.pid))
    finally:
        process.terminate()
        said += process.communicate(timeout=SECONDS)[1]
    assert "Traceback" not in said, said


@pytest.fixture(scope="session")
def served(trained: Path) -> Iterator[Served]:
    """A server with its usual limits, but for the rate (all tests are one client) and for times."""
    with serving(trained, PATIENT) as served:
        yield served
