"""The screen of a command that runs in a terminal, as a picture."""

import os
import pty
import subprocess
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

COLUMNS, LINES = 96, 28


def take_terminal(command: list[str], path: Path) -> None:
    """Runs a command in a terminal, and keeps the screen as it is when half of it is done."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream, kept = pyte.ByteStream(screen), Text()
    process, controller = _in_terminal(command)
    while content := _read(controller):
        stream.feed(content)
        now = "\n".join(screen.display)
        if "pruned" in now and "trials " in now and "speed " in now:
            kept = _text(screen)
            if _is_halfway(now):
                break
    while _read(controller):
        pass
    process.wait()
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(kept)
    console.save_svg(str(path), title="shuzi sweep")


def _in_terminal(command: list[str]) -> tuple["subprocess.Popen[bytes]", int]:
    controller, place = pty.openpty()
    size = {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        command, stdin=place, stdout=place, stderr=place, env={**os.environ, **size}
    )
    os.close(place)
    return process, controller


def _read(controller: int) -> bytes:
    try:
        return os.read(controller, 65536)
    except OSError:  # the other end is closed
        return b""


def _is_halfway(screen: str) -> bool:
    """Tells whether more than half of the trials have ended."""
    (line,) = [line for line in screen.splitlines() if line.startswith("trials ")][-1:]
    numbers = [int(word) for word in line.split() if word.isdigit()]
    return len(numbers) >= 2 and numbers[0] > numbers[1] / 2


def _text(screen: pyte.Screen) -> Text:
    """Returns what is on a screen, in its colours."""
    text = Text()
    for row in range(LINES):
        for column in range(COLUMNS):
            cell = screen.buffer[row][column]
            text.append(cell.data, Style(color=_colour(cell.fg), bold=cell.bold))
        text.append("\n")
    return text


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    if len(name) == 6 and all(each in "0123456789abcdef" for each in name):
        return f"#{name}"
    return name.replace("brown", "yellow").replace("bright", "bright_")
