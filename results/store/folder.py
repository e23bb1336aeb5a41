"""The folder of a sweep: one class owns every path in it."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from results.errors import ResultsError
from results.store.formats.json_files import write_json

NAME = re.compile(r"\w[\w.-]*")


class SweepFolder:
    """The folder `runs/<name>` and the paths of all that stands in it.

    Args:
        path: The folder itself.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @classmethod
    def vacant(cls, out: Path, name: str) -> Self:
        """Returns the folder of a sweep that does not exist yet; nothing is made.

        Raises:
            ResultsError: If the name is not a plain name, or is taken.
        """
        if not NAME.fullmatch(name):
            raise ResultsError(f"a sweep's name must be letters, digits, . _ -, but got {name!r}.")
        folder = cls(out / name)
        if folder.path.exists():
            raise ResultsError(f"{folder.path} exists already: choose another --name.")
        return folder

    @classmethod
    def existing(cls, out: Path, name: str) -> Self:
        """Returns the folder of a sweep that was made before.

        Raises:
            ResultsError: If there is no such sweep.
        """
        folder = cls(out / name)
        if not folder.sweep_json.is_file():
            names = ", ".join(each.name for each in sweeps_in(out)) or "none"
            raise ResultsError(f"there is no sweep {name} in {out}; there are: {names}.")
        return folder

    def make(self, asked: Mapping[str, Any]) -> None:
        """Makes the folder with its subfolders and `sweep.json`, all at once.

        Args:
            asked: The content of `sweep.json`.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beginning = type(self)(Path(tempfile.mkdtemp(prefix=".begun-", dir=self.path.parent)))
        beginning.path.chmod(0o755)
        beginning.trials.mkdir()
        beginning.winner.mkdir()
        write_json(beginning.sweep_json, asked)
        beginning.path.rename(self.path)

    @property
    def name(self) -> str:
        """The sweep's name."""
        return self.path.name

    @property
    def sweep_json(self) -> Path:
        """What was asked: space, data, folds, seed, versions, hardware."""
        return self.path / "sweep.json"

    @property
    def journal(self) -> Path:
        """Optuna's journal of the study."""
        return self.path / "study.journal"

    @property
    def lock(self) -> Path:
        """Held by the process that works on the sweep; the system frees it when that dies."""
        return self.path / ".lock"

    @property
    def trials_csv(self) -> Path:
        """One row a trial."""
        return self.path / "trials.csv"

    @property
    def search_json(self) -> Path:
        """What is known of the search besides its trials."""
        return self.path / "search.json"

    @property
    def finalists_csv(self) -> Path:
        """One row a finalist."""
        return self.path / "finalists.csv"

    @property
    def trials(self) -> Path:
        """Holds a folder for each trial."""
        return self.path / "trials"

    def trial(self, number: int) -> Path:
        """The folder of one trial: its event files and `epochs.csv`."""
        return self.trials / f"{number:04d}"

    def epochs_csv(self, number: int) -> Path:
        """One row for each epoch of each fold of a trial."""
        return self.trial(number) / "epochs.csv"

    def error_txt(self, number: int) -> Path:
        """Why a trial's worker failed, if it did."""
        return self.trial(number) / "error.txt"

    def winner_events(self, number: int) -> Path:
        """The folder of the event files of the trial that has won."""
        return self.trials / f"winner_{number:04d}"

    def running_events(self, number: int) -> Path:
        """The folder of the event files of a trial while it runs."""
        return self.all_running_events / f"{number:04d}"

    @property
    def all_running_events(self) -> Path:
        """Holds a folder for each trial that runs."""
        return self.trials / "running"

    def fold_reading(self, number: int, fold: int) -> Path:
        """How one fold of a trial reads its validation digits, until the trial has ended."""
        return self.trial(number) / f"reading_{fold}.json"

    def fold_readings(self, number: int) -> list[Path]:
        """Those of them that there are."""
        return sorted(self.trial(number).glob("reading_*.json"))

    def best_events(self, number: int) -> Path:
        """The folder of the event files with pictures and folds of one of the best trials."""
        return self.trials / "best" / f"{number:04d}"

    def all_best_events(self) -> list[Path]:
        """Those of them that there are."""
        return sorted((self.trials / "best").glob("[0-9]*"))

    def all_fold_events(self) -> list[Path]:
        """The folders of the event files of single folds, of the best trial."""
        return sorted((self.trials / "best").glob("[0-9]*/fold_*"))

    def judged_events(self, config: str) -> Path:
        """The folder of the event file with pictures of one network of the evaluation."""
        return self.trials / config

    @property
    def search_events(self) -> Path:
        """The folder of the event files of the search altogether."""
        return self.trials / "search"

    @property
    def card_events(self) -> Path:
        """The folder of the event file with the sweep's card."""
        return self.trials / "about"

    @property
    def winner(self) -> Path:
        """Holds what the winner left."""
        return self.path / "winner"

    @property
    def weights(self) -> Path:
        """The winner's weights."""
        return self.winner / "model.safetensors"

    def fold_weights(self, fold: int) -> Path:
        """The weights of the winner's configuration, trained without one fold of the pool."""
        return self.winner / "folds" / f"fold-{fold}.safetensors"

    def export(self, form: str, ensemble: bool = False) -> Path:
        """The file of one form in which the winner, or its ensemble, can be taken away.

        Args:
            form: `onnx`, `onnx-int8`, `pt2` or `safetensors`.
            ensemble: Whether it is of the networks of all folds.
        """
        suffixes = {"onnx-int8": "-int8.onnx"}
        name = "ensemble" if ensemble else self.weights.stem
        return self.winner / f"{name}{suffixes.get(form, f'.{form}')}"

    @property
    def exports_json(self) -> Path:
        """What each export is, and how it compares with the trained model."""
        return self.winner / "exports.json"

    @property
    def judged_json(self) -> Path:
        """The rows of an evaluation that has not ended yet."""
        return self.winner / "judged.json"

    def readings(self, config: str, trained_on: str) -> Path:
        """What one network of the evaluation takes each held-out digit for."""
        return self.winner / "readings" / f"{config}-{trained_on}.safetensors"

    @property
    def pictures(self) -> Path:
        """The held-out digits that are hardest to read, and samples of each source."""
        return self.winner / "pictures.safetensors"

    @property
    def evaluation_json(self) -> Path:
        """How the networks read the held-out digits."""
        return self.winner / "evaluation.json"

    @property
    def card(self) -> Path:
        """The winner's model card."""
        return self.winner / "card.md"

    @property
    def report_html(self) -> Path:
        """What the sweep has found, on one page."""
        return self.path / "report.html"

    @property
    def figures(self) -> Path:
        """Holds the student's figures."""
        return self.path / "figures"


def sweeps_in(out: Path) -> list[SweepFolder]:
    """Returns the sweeps in a folder of sweeps, by name."""
    return [SweepFolder(path.parent) for path in sorted(out.glob("[!.]*/sweep.json"))]
