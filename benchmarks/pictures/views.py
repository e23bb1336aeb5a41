"""Pages that show a sweep, in Chromium: TensorBoard, the dashboard, the report, `serve`."""

import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from results.store.folder import SweepFolder

SHUZI = [sys.executable, "-m", "shuzi"]
DASHBOARD = [sys.executable, "-c", "from optuna_dashboard._cli import main; main()"]
TENSORBOARD_VIEWS = {"trials": "#hparams", "folds": "?runFilter=best/.*fold#timeseries"}
TENSORBOARD_PORT, DASHBOARD_PORT, SERVE_PORT = 6116, 8116, 8117
SEVEN = (
    (0.27, 0.25),
    (0.7, 0.25),
    (0.5, 0.5),
    (0.45, 0.8),
)  # a stroke, in parts of the canvas


@contextmanager
def browser_page() -> Iterator[Page]:
    """Opens Chromium while a block looks at pages."""
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


def take_tensorboard(page: Page, folder: SweepFolder, out: Path) -> None:
    """Takes TensorBoard's views of a sweep."""
    address = f"http://127.0.0.1:{TENSORBOARD_PORT}"
    options = ["--out", str(folder.path.parent), "--port", str(TENSORBOARD_PORT)]
    with _served([*SHUZI, "tensorboard", folder.path.name, *options], address):
        for name, view in TENSORBOARD_VIEWS.items():
            page.goto("about:blank")  # another view of the same page is not loaded anew
            page.goto(f"{address}/{view}")
            page.wait_for_timeout(8000)
            page.screenshot(path=out / f"tensorboard-{name}.png")


def take_dashboard(page: Page, folder: SweepFolder, path: Path) -> None:
    """Takes Optuna's dashboard of a sweep."""
    address = f"http://127.0.0.1:{DASHBOARD_PORT}"
    command = [str(folder.journal), "--host", "127.0.0.1", "--port", str(DASHBOARD_PORT)]
    with _served([*DASHBOARD, *command], address):
        page.goto(f"{address}/dashboard/studies/0")
        page.wait_for_timeout(8000)
        page.screenshot(path=path)


def take_report(page: Page, folder: SweepFolder, path: Path) -> None:
    """Takes the beginning of a report."""
    page.set_viewport_size({"width": 1120, "height": 1000})
    page.goto(folder.report_html.as_uri())
    page.screenshot(path=path)


def take_page(page: Page, folder: SweepFolder, path: Path) -> None:
    """Writes a 7 on the page of `shuzi serve`, and takes what it answers."""
    address = f"http://127.0.0.1:{SERVE_PORT}"
    with _served([*SHUZI, "serve", str(folder.export("onnx")), "--port", str(SERVE_PORT)], address):
        page.set_viewport_size({"width": 1000, "height": 820})
        page.goto(address)
        _write(page, SEVEN)
        page.wait_for_timeout(2000)
        page.screenshot(path=path)


def _write(page: Page, points: Sequence[tuple[float, float]]) -> None:
    """Draws a stroke on the canvas with the mouse."""
    canvas = page.locator("#pad").bounding_box()
    assert canvas
    for number, (across, down) in enumerate(points):
        x, y = canvas["x"] + across * canvas["width"], canvas["y"] + down * canvas["height"]
        page.mouse.move(x, y, steps=12)
        if not number:
            page.mouse.down()
    page.mouse.up()
