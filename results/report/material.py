"""All that a report is made of: what can be read of a sweep's folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from optuna.distributions import BaseDistribution

from model.configuration import BASELINE
from model.training.fold_epoch import FoldEpoch
from results.damage import damage
from results.errors import unless_damaged
from results.known_trials import KnownTrials, known_trials
from results.store.evaluation import BOTH, MNIST, Evaluation, EvaluationRow, read_evaluation
from results.store.exports import Export, exports_of_winner
from results.store.finalist_records import Finalist, finished_finalists, read_finalists
from results.store.folder import SweepFolder
from results.store.kept_pictures import KeptPictures, read_pictures
from results.store.manifest import Manifest, read_manifest
from results.store.readings import Readings, read_readings
from results.store.search.epochs import EpochLog
from results.store.search.trial_records import best_first

Network = tuple[str, str]  # its configuration, and what it was trained on

FIRST, LAST = ("baseline", MNIST), ("winner", BOTH)  # where one starts from, and what one comes to


@dataclass(frozen=True)
class Material:
    """What can be read of a sweep; what is damaged or still to come is missing.

    Attributes:
        folder: The sweep's.
        known: Its trials.
        manifest: What was asked of it.
        evaluation: How the networks read the held-out digits.
        finalists: Cross-validated twice, the winner first.
        readings: What each network takes each held-out digit for.
        pictures: The hardest digits, and samples.
        exports: The files in which the winner can be taken away.
        damaged: A line for each damaged file.
    """

    folder: SweepFolder
    known: KnownTrials
    manifest: Manifest | None
    evaluation: Evaluation | None
    finalists: Sequence[Finalist] | None
    readings: dict[Network, Readings]
    pictures: KeptPictures | None
    exports: Sequence[Export]
    damaged: Sequence[str]

    @classmethod
    def of(cls, folder: SweepFolder) -> "Material":
        """Reads all that there is."""
        known = known_trials(folder)
        evaluation = unless_damaged(read_evaluation, folder.evaluation_json)
        return cls(
            folder,
            known,
            unless_damaged(read_manifest, folder),
            evaluation,
            finished_finalists(unless_damaged(read_finalists, folder.finalists_csv)),
            _readings(folder, evaluation),
            unless_damaged(read_pictures, folder.pictures),
            unless_damaged(exports_of_winner, folder) or [],
            damage(folder, known),
        )

    @cached_property
    def trials(self) -> pd.DataFrame:
        """The table of all trials, with the `loss` of each: its own, or the forecast."""
        losses = [record.known_loss for record in self.known.records]
        return self.known.table.assign(loss=pd.Series(losses, dtype=float))

    @cached_property
    def winner(self) -> int | None:
        """The trial that won, if any is complete."""
        if self.finalists:
            return self.finalists[0].trial
        best = best_first(self.known.records)
        return best[0].trial if best else None

    @cached_property
    def baseline(self) -> int | None:
        """The trial of the baseline, or the nearest to it, if it has begun."""
        numbers = self.trials.loc[self.trials["origin"] == "baseline", "trial"]
        return None if numbers.empty else int(numbers.iloc[0])

    @property
    def whose_baseline(self) -> str:
        """The key of what to call that trial: the space may not have the baseline itself."""
        found = [each for each in self.known.records if each.trial == self.baseline]
        fixed = self.manifest.fixed if self.manifest else {}
        given = [{**fixed, **each.parameters} for each in found]
        same = all(each.items() <= BASELINE.to_dict().items() for each in given)
        return "whose_baseline" if same else "whose_nearest"

    @cached_property
    def parameters(self) -> dict[str, BaseDistribution]:
        """What varies, and where; nothing where the journal cannot be read."""
        known: dict[str, BaseDistribution] = {}
        for trial in self.known.study:
            known |= trial.distributions
        return known

    def epochs(self, trial: int) -> list[FoldEpoch]:
        """Returns what each epoch of each fold of a trial came to."""
        return EpochLog(self.folder).read(trial)

    def row(self, network: Network) -> EvaluationRow | None:
        """Returns how one network reads the held-out digits."""
        rows = self.evaluation["rows"] if self.evaluation else []
        return next((row for row in rows if (row["config"], row["trained_on"]) == network), None)


def _readings(folder: SweepFolder, evaluation: Evaluation | None) -> dict[Network, Readings]:
    networks = (
        [(row["config"], row["trained_on"]) for row in evaluation["rows"]] if evaluation else []
    )
    found = {
        network: unless_damaged(read_readings, folder.readings(*network)) for network in networks
    }
    return {network: readings for network, readings in found.items() if readings}
