"""The README's pictures, of a real sweep: terminal, TensorBoard, Optuna's dashboard and report.

    python -m benchmarks.pictures

Two minutes on 2 cores, with drawn digits. Needs Chromium and the extras `dev` and `bench`. The
pictures go to docs/pictures/.
"""

import argparse
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.style import Style
from rich.text import Text

from benchmarks.shared.packages import require
from results.store.folder import SweepFolder

OUT = Path(__file__).parents[1] / "docs" / "pictures"
COLUMNS, LINES = 96, 28
SHUZI = [sys.executable, "-m", "shuzi"]
DASHBOARD = [sys.executable, "-c", "from optuna_dashboard._cli import main; main()"]
TENSORBOARD_PORT, DASHBOARD_PORT = 6116, 8116


def main() -> None:
    """Runs a sweep and takes a picture of each view of it."""
    require("optuna_dashboard")
    arguments = _arguments()
    out = Path(tempfile.mkdtemp(prefix="shuzi-pictures-"))
    OUT.mkdir(exist_ok=True)
    options = ["--chinese", arguments.chinese, "--trials", str(arguments.trials)]
    options += ["--mnist-count", "2000", "--name", "example", "--out", str(out)]
    take_terminal([*SHUZI, "sweep", *options], OUT / "terminal.svg")
    folder = SweepFolder(out / "example")
    with _browser_page() as page:
        _take_tensorboard(page, out)
        _take_dashboard(page, folder)
        _take_report(page, folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chinese", default="embedded", help="as `shuzi sweep` takes it")
    parser.add_argument("--trials", type=int, default=30)
    return parser.parse_args()


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


@contextmanager
def _browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser.new_page(viewport={"width": 1280, "height": 860})
        browser.close()


@contextmanager
def _served(command: list[str], address: str) -> Iterator[None]:
    """Runs a server while a block looks at it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not _answers(address) and time.monotonic() < until:
        time.sleep(0.3)
    yield
    process.terminate()
    process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def _take_tensorboard(page: Page, out: Path) -> None:
    address = f"http://127.0.0.1:{TENSORBOARD_PORT}"
    command = ["tensorboard", "example", "--out", str(out), "--port", str(TENSORBOARD_PORT)]
    with _served([*SHUZI, *command], address):
        page.goto(f"{address}/#timeseries")
        page.wait_for_timeout(8000)
        page.screenshot(path=OUT / "tensorboard.png")


def _take_dashboard(page: Page, folder: SweepFolder) -> None:
    address = f"http://127.0.0.1:{DASHBOARD_PORT}"
    command = [str(folder.journal), "--host", "127.0.0.1", "--port", str(DASHBOARD_PORT)]
    with _served([*DASHBOARD, *command], address):
        page.goto(f"{address}/dashboard/studies/0")
        page.wait_for_timeout(8000)
        page.screenshot(path=OUT / "dashboard.png")


def _take_report(page: Page, folder: SweepFolder) -> None:
    page.set_viewport_size({"width": 1120, "height": 1240})
    page.goto(folder.report_html.as_uri())
    page.screenshot(path=OUT / "report.png")


if __name__ == "__main__":
    main()
