"""What tests of commands share."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from datasets.sources.synthetic import written_by

Call = Callable[..., tuple[int, str, str]]  # of arguments; returns status, stdout and stderr


def write_photographs(folder: Path, each: int) -> None:
    for writer in range(each):
        for digit, grey in enumerate(written_by(writer)):
            (folder / str(digit)).mkdir(parents=True, exist_ok=True)
            Image.fromarray(grey).save(folder / str(digit) / f"{writer}.png")
