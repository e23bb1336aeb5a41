"""A trial's curves and hyperparameters as event files for TensorBoard."""

from typing import Any

from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from results.folder import SweepFolder


class TrialEvents:
    """Writes the event files of one trial: a run for each fold, and one for the whole.

    The tags of a fold's run: `loss/training`, `loss/validation` (averaged over sources),
    `learning_rate`, and for each source `loss/<source>` and `accuracy/<source>`; of the trial's own
    run: `validation_loss`, the mean over the folds that are trained side by side, beside its
    hyperparameters.

    Args:
        folder: The sweep's.
        number: The trial's.
    """

    def __init__(self, folder: SweepFolder, number: int) -> None:
        self._folder = folder
        self._number = number
        self._whole = SummaryWriter(str(folder.trial(number)))
        self._folds: dict[int, SummaryWriter] = {}

    def add_epoch(self, result: dict[str, Any], step: int) -> None:
        """Adds one epoch of some folds, as a trial reports it.

        Args:
            result: The losses and rates of each fold.
            step: How many such results the trial has had, this one included.
        """
        for fold in result["folds"]:
            self._add_fold(fold)
        self._whole.add_scalar("validation_loss", result["validation_loss"], step)
        for writer in (self._whole, *self._folds.values()):
            writer.flush()

    def _add_fold(self, fold: dict[str, Any]) -> None:
        writer = self._writer(fold["fold"])
        scalars = {
            "loss/training": fold["training_loss"],
            "loss/validation": fold["validation_loss"],
            "learning_rate": fold["learning_rate"],
        }
        for source, measures in fold["sources"].items():
            scalars[f"loss/{source}"] = measures["loss"]
            scalars[f"accuracy/{source}"] = measures["correct"] / measures["count"]
        for tag, value in scalars.items():
            writer.add_scalar(tag, value, fold["epoch"])

    def _writer(self, fold: int) -> SummaryWriter:
        if fold not in self._folds:
            path = self._folder.fold_events(self._number, fold)
            self._folds[fold] = SummaryWriter(str(path))
        return self._folds[fold]

    def add_hyperparameters(self, varied: dict[str, Any], validation_loss: float) -> None:
        """Adds the trial's parameters and its final validation loss to the HParams tab."""
        metrics = {"validation_loss": validation_loss}
        for summary in hparams(varied, metrics):  # type: ignore[no-untyped-call]
            self._whole.file_writer.add_summary(summary)  # type: ignore[attr-defined]

    def close(self) -> None:
        """Writes everything out and closes the files."""
        for writer in (self._whole, *self._folds.values()):
            writer.close()
