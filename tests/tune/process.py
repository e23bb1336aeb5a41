"""shuzi as a process of its own, to be killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO


def started(
    folder: Path, command: str, stderr: int | IO[str] = subprocess.PIPE
) -> "subprocess.Popen[str]":
    """Starts shuzi in a folder."""
    return subprocess.Popen(
        [sys.executable, "-c", "import shuzi; shuzi.main()", *command.split()],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        stderr=stderr,
        text=True,
    )


def lived(
    folder: Path, command: str, until: str = "", signals: Sequence[signal.Signals] = ()
) -> tuple[int, str]:
    """Runs shuzi in a folder until a line holds some words, then signals it.

    Returns:
        How it ended: its exit status, negative if by a signal, and what it said on stderr.
    """
    process = started(folder, command)
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if signals and until in line:
            break
    for number in signals:
        process.send_signal(number)
        time.sleep(0.05)  # two signals at the same moment are one
    _, rest = process.communicate(timeout=60)
    assert "Traceback" not in said + rest, said + rest
    assert "\r" not in said + rest, "only a terminal gets a view"
    assert "\x1b" not in said + rest
    return process.returncode, said + rest
