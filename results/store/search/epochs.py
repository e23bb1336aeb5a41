"""What each epoch of each fold of a trial came to: the files that a search goes on from."""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from model.judging.judgement import Judgement, SourceMeasures
from model.training.fold_epoch import FoldEpoch
from results.store.folder import SweepFolder


class EpochLog:
    """Appends to and reads the `epochs.csv` of a sweep's trials.

    A row's columns: `fold` (from 0), `epoch` (from 1), `learning_rate`, `training_loss` and
    `validation_loss` (nats), for each source `loss_`, `accuracy_` (0 to 1) and `count_`, and the
    `seconds` that the epoch took, and the fold-epochs that the search had seen `so_far`.

    Args:
        folder: The sweep's.
    """

    def __init__(self, folder: SweepFolder) -> None:
        self._folder = folder

    def append(self, trial: int, folds: Sequence[FoldEpoch]) -> None:
        """Adds a row for each fold of an epoch."""
        rows = [_row(each) for each in folds]
        path = self._folder.epochs_csv(trial)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            if fresh:
                writer.writeheader()
            writer.writerows(rows)

    def read(self, trial: int) -> list[FoldEpoch]:
        """Returns each epoch of each fold that was added, without what is damaged or repeated."""
        path = self._folder.epochs_csv(trial)
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8", errors="replace") as file:
            complete = (line for line in file if line.endswith("\n"))
            epochs = {(each.fold, each.epoch): each for each in _epochs(complete)}
        return list(epochs.values())

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
        complete = content.rfind(b"\n") + 1
        if complete < len(content):
            file.truncate(complete)


def _row(each: FoldEpoch) -> dict[str, Any]:
    row = {
        "fold": each.fold,
        "epoch": each.epoch,
        "learning_rate": each.learning_rate,
        "training_loss": each.training_loss,
        "validation_loss": each.validation_loss,
    }
    for source, measures in each.validation.sources.items():
        row[f"loss_{source}"] = measures.loss
        row[f"accuracy_{source}"] = measures.accuracy
        row[f"count_{source}"] = measures.count
    return {**row, "seconds": round(each.seconds, 4), "so_far": each.so_far}


def _epochs(lines: Iterable[str]) -> Iterator[FoldEpoch]:
    reader = csv.DictReader(line.replace("\0", "") for line in lines)
    sources = [name[len("loss_") :] for name in reader.fieldnames or () if name.startswith("loss_")]
    for row in reader:
        try:
            each = _fold_epoch(row, sources)
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            continue
        if math.isfinite(each.validation_loss):
            yield each


def _fold_epoch(row: dict[str, str], sources: list[str]) -> FoldEpoch:
    """Returns what a row tells.

    Raises:
        KeyError, TypeError, ValueError, ZeroDivisionError: If it is damaged.
    """
    validation = Judgement({name: _measures(row, name) for name in sources if row[f"loss_{name}"]})
    return FoldEpoch(
        int(row["fold"]),
        int(row["epoch"]),
        float(row["learning_rate"]),
        float(row["training_loss"]),
        validation,
        float(row["seconds"]),
        int(row["so_far"]),
    )


def _measures(row: dict[str, str], source: str) -> SourceMeasures:
    count = int(row[f"count_{source}"])
    correct = round(float(row[f"accuracy_{source}"]) * count)
    return SourceMeasures(count, correct, float(row[f"loss_{source}"]))
