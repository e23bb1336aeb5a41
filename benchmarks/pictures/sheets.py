"""Sheets of drawn digits: what an import finds on one, and what a winner reads on another."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from datasets.drawn.sheet import made_sheet
from results.store.folder import SweepFolder

SHUZI = [sys.executable, "-m", "shuzi"]
COLUMNS, ROWS_READ = 9, 3
WIDTH = 1000  # pixels of a picture


def take_reading(folder: SweepFolder, path: Path) -> None:
    """Has a winner read a photographed sheet, and keeps the sheet with the answers on it."""
    with tempfile.TemporaryDirectory() as made:
        sheet = Path(made) / "sheet.png"
        Image.fromarray(made_sheet(2, ROWS_READ, COLUMNS, turn=3.0).grey).save(sheet)
        _run("predict", str(folder.export("onnx")), str(sheet), "--draw", made)
        _keep(next(Path(made).glob("*.jpg")), path)


def take_import(path: Path) -> None:
    """Imports a photographed sheet with a row of each digit, and keeps the overlay."""
    with tempfile.TemporaryDirectory() as made:
        sheet, labels = Path(made) / "sheet.png", np.repeat(np.arange(5)[:, None], COLUMNS, axis=1)
        Image.fromarray(made_sheet(1, 5, COLUMNS, turn=4.0, labels=labels).grey).save(sheet)
        _run("data", "import", str(sheet), f"{made}/digits", "--rows", "01234")
        _keep(next(Path(made).glob("digits/overlays/*")), path)


def _run(*arguments: str) -> None:
    subprocess.run([*SHUZI, *arguments], check=True, stdout=subprocess.DEVNULL)


def _keep(picture: Path, path: Path) -> None:
    """Saves a picture small enough for a page of documentation."""
    with Image.open(picture) as opened:
        opened.thumbnail((WIDTH, WIDTH))
        opened.convert("RGB").save(path, quality=82, optimize=True)
