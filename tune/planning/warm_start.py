"""What earlier sweeps have learnt, for the search of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from datasets.seeds import Purpose, seed_for
from model.configuration import BASELINE
from results.errors import ResultsError
from results.store.folder import SweepFolder
from results.store.manifest import read_manifest
from results.store.search.trial_records import read_records
from search_spaces import SearchSpace
from tune.errors import SweepError

Parameters = dict[str, Any]
Floats = NDArray[np.float64]

# First guesses: benchmarks/warm_start.py measures what a warm start saves with them.
TREES = 100
CAP = 1.0  # of log loss above the best, beyond which all are alike
PRIOR_WEIGHT, PRIOR_TRIALS = 0.5, 5  # of a sweep before this one's trials have shown its worth


@dataclass(frozen=True)
class EarlierSweep:
    """What an earlier sweep has learnt.

    Attributes:
        points: Of the new space, the nearest to its trials; the best trial's first.
        losses: (n,) complete or forecast, nats, on the earlier sweep's digits.
        space: The new one.
    """

    points: list[Parameters]
    losses: Floats
    space: SearchSpace

    @classmethod
    def of(cls, known: Sequence[tuple[Parameters, float]], space: SearchSpace) -> Self:
        """Returns what configurations and losses say of a space."""
        ordered = sorted(known, key=lambda each: each[1])
        points: list[Parameters] = [dict(space.nearest(each)) for each, _ in ordered]
        return cls(points, np.array([loss for _, loss in ordered]), space)

    @cached_property
    def _trees(self) -> Any:
        """Tells a log loss from coordinates (Geurts et al., Extremely Randomized Trees, 2006)."""
        from sklearn.ensemble import ExtraTreesRegressor  # slow, for those alone that need it

        logs = np.log(self.losses)
        places = [self.space.coordinates(point) for point in self.points]
        trees = ExtraTreesRegressor(TREES, random_state=seed_for(Purpose.WARM_START, 0))
        return trees.fit(places, np.minimum(logs, logs.min() + CAP))

    def told(self, points: Sequence[Parameters]) -> Floats:
        """Returns the log losses that it tells of m points of the new space: (m,)."""
        told: Floats = self._trees.predict([self.space.coordinates(point) for point in points])
        return told


@dataclass(frozen=True)
class EarlierSweeps:
    """What several earlier sweeps say, each as far as it tells this one's trials.

    Other digits, other epochs or another network make other losses, but often the same order. A
    sweep weighs as much as the order that it tells is that of the trials of this one (Kendall's
    tau). The idea is that of ranking-weighted ensembles (Feurer, Letham, Hutter and Bakshy,
    "Practical Transfer Learning for Bayesian Optimization", 2018).

    Attributes:
        sweeps: The earlier ones.
    """

    sweeps: Sequence[EarlierSweep]

    @property
    def best(self) -> list[Parameters]:
        """The parameters of the best trial of each."""
        return [sweep.points[0] for sweep in self.sweeps]

    def beside(self, now: Sequence[tuple[Parameters, float]]) -> list[tuple[Parameters, float]]:
        """Returns trials that the search shall see beside its own.

        Args:
            now: Parameters and losses of this sweep's trials.
        """
        points, losses = [each for each, _ in now], np.log([loss for _, loss in now])
        return [trial for sweep in self.sweeps for trial in _counted(sweep, points, losses)]


def _counted(
    sweep: EarlierSweep, points: Sequence[Parameters], losses: Floats
) -> list[tuple[Parameters, float]]:
    """Returns a part of a sweep's trials, as large as its weight, at losses as they are here."""
    told = sweep.told(points) if points else losses
    part = _weight(told, losses)
    counts = np.ceil(part * np.arange(1, len(sweep.losses) + 1))
    kept = np.flatnonzero(np.diff(counts, prepend=0) > 0)
    scale = np.exp((losses - told).mean()) if len(losses) else 1.0
    return [(sweep.points[each], float(scale * sweep.losses[each])) for each in kept]


def _weight(told: Floats, losses: Floats) -> float:
    """Returns how far the order told is that of the losses, 0 to 1."""
    from scipy.stats import kendalltau  # slow, too

    tau = kendalltau(told, losses).statistic if len(losses) > 1 else 0.0
    shown = len(losses) * float(np.nan_to_num(tau))
    return max(0.0, (PRIOR_TRIALS * PRIOR_WEIGHT + shown) / (PRIOR_TRIALS + len(losses)))


def earlier_sweep(folder: SweepFolder, space: SearchSpace) -> EarlierSweep:
    """Returns what a sweep has learnt about a space.

    Args:
        folder: The earlier sweep's.
        space: The new one.

    Raises:
        SweepError: If it has no trial, or varied nothing that varies now.
    """
    earlier, epochs = _space_of(folder)
    if not earlier.parameters.keys() & space.parameters.keys():
        varied = ", ".join(earlier.parameters)
        raise SweepError(
            f"--warm-start {folder.name}: it varied {varied}, none of which varies in this space."
        )
    records = read_records(folder.trials_csv)
    base = {**BASELINE.to_dict(), **earlier.fixed_with(epochs)}
    known = [
        ({**base, **earlier.nearest(dict(each.parameters))}, each.forecast)
        for each in records
        if each.forecast is not None
    ]
    if not known:
        raise SweepError(f"--warm-start {folder.name}: it has no trial to start from.")
    return EarlierSweep.of(known, space)


def _space_of(folder: SweepFolder) -> tuple[SearchSpace, int | None]:
    """Returns the space of a sweep, and its epochs where the user asked for others."""
    try:
        manifest = read_manifest(folder)
        return SearchSpace.model_validate(manifest.space), manifest.request.get("epochs")
    except (ResultsError, ValidationError) as error:
        raise SweepError(f"{folder.sweep_json} is not as a sweep leaves it: {error}") from error
