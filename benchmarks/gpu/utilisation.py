"""How busy a card is while something runs, by `nvidia-smi`."""

import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

COMMAND = [
    "nvidia-smi",
    "--query-gpu=utilization.gpu,memory.used",
    "--format=csv,noheader,nounits",
    "--loop-ms=500",
]
Busy = dict[str, float | None]
UNKNOWN: Busy = {"busy_mean": None, "busy_median": None, "card_mb": None}


@contextmanager
def card_watched() -> Iterator[Callable[[], Busy]]:
    """Reads twice a second, while a block runs, how busy the first card is.

    Gives what then tells the mean and the median, percent of the time, and the most memory that all
    processes held, MB; nothing where there is no `nvidia-smi`.
    """
    if not shutil.which(COMMAND[0]):
        yield UNKNOWN.copy
        return
    with tempfile.TemporaryFile("w+") as readings:
        process = subprocess.Popen(COMMAND, stdout=readings, stderr=subprocess.DEVNULL)
        try:
            yield lambda: _busy(readings)
        finally:
            process.kill()
            process.wait()


def _busy(readings: IO[str]) -> Busy:
    readings.seek(0)
    rows = [line.split(",") for line in readings if line.strip().endswith(tuple("0123456789"))]
    if not rows:
        return UNKNOWN.copy()
    busy, used = ([float(row[column]) for row in rows] for column in (0, 1))
    mean, median = statistics.fmean(busy), statistics.median(busy)
    return {"busy_mean": round(mean, 1), "busy_median": median, "card_mb": max(used)}
