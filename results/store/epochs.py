"""What each epoch of each fold of a trial came to: the files that a search goes on from."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from results.store.folder import SweepFolder

NUMBERS = ("learning_rate", "training_loss", "validation_loss", "seconds")


class EpochLog:
    """Appends to and reads the `epochs.csv` of a sweep's trials.

    A row's columns: `fold` (from 0), `epoch` (from 1), `learning_rate`, `training_loss` and
    `validation_loss` (nats), for each source `loss_`, `accuracy_` (0 to 1) and `count_`, and the
    `seconds` that the epoch took.

    Args:
        folder: The sweep's.
    """

    def __init__(self, folder: SweepFolder) -> None:
        self._folder = folder

    def append(self, trial: int, result: Mapping[str, Any]) -> None:
        """Adds a row for each fold of a result, as the trainable reports it."""
        shared = result.get("time_this_iter_s", 0.0) / len(result["folds"])
        rows = [{**_row(fold), "seconds": round(shared, 4)} for fold in result["folds"]]
        path = self._folder.epochs_csv(trial)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            if fresh:
                writer.writeheader()
            writer.writerows(rows)

    def read(self, trial: int) -> list[dict[str, Any]]:
        """Returns the folds' results that were added, without what is damaged or repeated."""
        path = self._folder.epochs_csv(trial)
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8", errors="replace") as file:
            whole = (line for line in file if line.endswith("\n"))
            rows = {(row["fold"], row["epoch"]): row for row in _rows(whole)}
        return list(rows.values())

    def mend(self, trial: int) -> None:
        """Removes half a line that a crash or a full disk left, so that the next one stands alone.

        Noise is removed altogether: it has no header to add rows to.
        """
        path = self._folder.epochs_csv(trial)
        if path.is_file():
            cut_torn_line(path)
            if not self.read(trial):
                path.unlink()


def cut_torn_line(path: Path) -> None:
    """Removes what stands behind the last end of a line."""
    with path.open("r+b") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)


def _row(fold: dict[str, Any]) -> dict[str, Any]:
    row = {name: value for name, value in fold.items() if name != "sources"}
    for source, measures in fold["sources"].items():
        row[f"loss_{source}"] = measures["loss"]
        row[f"accuracy_{source}"] = measures["correct"] / measures["count"]
        row[f"count_{source}"] = measures["count"]
    return row


def _rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(line.replace("\0", "") for line in lines)
    sources = [name[len("loss_") :] for name in reader.fieldnames or () if name.startswith("loss_")]
    for row in reader:
        try:
            result = _result(row, sources)
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(result["validation_loss"]):
            yield result


def _result(row: dict[str, str], sources: list[str]) -> dict[str, Any]:
    """Returns a row as the trainable reported it.

    Raises:
        KeyError, TypeError, ValueError: If it is damaged.
    """
    return {
        "fold": int(row["fold"]),
        "epoch": int(row["epoch"]),
        **{name: float(row[name]) for name in NUMBERS},
        "sources": {source: _measures(row, source) for source in sources if row[f"loss_{source}"]},
    }


def _measures(row: dict[str, str], source: str) -> dict[str, Any]:
    count = int(row[f"count_{source}"])
    correct = round(float(row[f"accuracy_{source}"]) * count)
    return {"count": count, "correct": correct, "loss": float(row[f"loss_{source}"])}
