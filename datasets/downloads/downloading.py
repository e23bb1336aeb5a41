"""One file over HTTP, taken up again where the connection broke off."""

import time
from pathlib import Path
from typing import BinaryIO

import requests
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)

from datasets.downloads.public import PublicFile
from datasets.errors import DataError

ATTEMPTS = 4
PAUSE = 0.5  # seconds before the second attempt; twice as long before each next
TIMEOUT = 30  # seconds without a byte
CHUNK = 1 << 16


def download(address: str, file: PublicFile, path: Path) -> None:
    """Downloads a file to a path, verified; leaves nothing where that fails.

    Args:
        address: Where it lies.
        file: What it must be.
        path: Where it shall be.

    Raises:
        DataError: If its sha256 is wrong.
        requests.RequestException: If it cannot be had, or breaks off time and again.
    """
    import pooch

    def transfer(url: str, output: str, _: object) -> None:
        with _progress() as progress, Path(output).open("wb") as target:
            _transfer(url, target, progress, file.name)
        if not file.found_in(Path(output)):
            raise DataError(f"its sha256 is not {file.sha256[:12]}...")

    path.unlink(missing_ok=True)  # else pooch takes a damaged file for the right one
    pooch.get_logger().setLevel("WARNING")
    pooch.retrieve(address, known_hash=None, fname=path.name, path=path.parent, downloader=transfer)


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _transfer(url: str, target: BinaryIO, progress: Progress, name: str) -> None:
    """Reads the complete file, taking it up again after what had come when the connection broke."""
    task = progress.add_task(name, total=None)
    for attempt in range(ATTEMPTS):
        try:
            _continue(url, target, progress, task)
            return
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            nothing_came = target.tell() == 0
            if nothing_came or attempt == ATTEMPTS - 1:
                raise
            time.sleep(PAUSE * 2**attempt)


def _continue(url: str, target: BinaryIO, progress: Progress, task: TaskID) -> None:
    come = target.tell()
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={come}-"} if come else {})}
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        answer.raise_for_status()
        if answer.status_code != requests.codes.partial_content:
            target.seek(0)
            target.truncate()
        _tell_size(answer, target.tell(), progress, task)
        for chunk in answer.iter_content(CHUNK):
            target.write(chunk)
            progress.update(task, completed=target.tell())


def _tell_size(answer: requests.Response, come: int, progress: Progress, task: TaskID) -> None:
    if size := answer.headers.get("Content-Length"):
        progress.update(task, total=come + int(size))
