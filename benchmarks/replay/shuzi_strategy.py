"""shuzi's own searcher, ladder and pruner, without Ray."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from optuna.trial import TrialState

from benchmarks.learning_curves import LearningCurves
from benchmarks.replay.executor import Job
from benchmarks.replay.proposals import TableSampler, study_with
from search_spaces import SearchSpace
from tune.ladder import Ladder
from tune.pruning import LadderPruner
from tune.sampling import EstimateSampler, startup_trials
from tune.searcher import StudySearcher
from tune.warm_start import EarlierSweep, EarlierTrial


class Shuzi:
    """Replays what `shuzi sweep` does, by the same code.

    Args:
        curves: The table; its first row is the report's configuration.
        space: What varies.
        trials: How many.
        seed: The sampler's.
        earlier: What an earlier search has learnt.
    """

    def __init__(
        self,
        curves: LearningCurves,
        space: SearchSpace,
        trials: int,
        seed: int,
        earlier: EarlierSweep | None = None,
    ) -> None:
        folds, epochs = curves.losses.shape[1:]
        self._curves = curves
        self._rows = {tuple(each.values()): row for row, each in enumerate(curves.parameters)}
        self._ladder = Ladder(folds, epochs)
        sampler = EstimateSampler(
            space.distributions(),
            self._ladder.losses,
            startup_trials(trials),
            seed,
            earlier=earlier.scaled if earlier else None,
        )
        table = TableSampler(sampler, curves, space)
        self._study = study_with(table)
        self._study.enqueue_trial(curves.parameters[0])
        table.left[0] = False
        pruner = LadderPruner(self._ladder, spared={0})
        self._searcher = StudySearcher(
            self._study, self._ladder, pruner, space, trials, dict(space.fixed)
        )
        self._folds: dict[str, list[int]] = {}
        self._last: dict[str, dict[str, Any]] = {}

    def learnt(self) -> EarlierSweep:
        """Returns what another search can start from."""
        losses = self._ladder.losses()
        trials = [
            EarlierTrial(trial.params, losses[trial.number], "search" if trial.number else "report")
            for trial in self._study.trials
            if trial.number in losses
        ]
        return EarlierSweep(sorted(trials, key=lambda trial: trial.loss))

    def suggest(self, name: str) -> Job | None:
        """See `Strategy`."""
        config = self._searcher.suggest(name)
        if not isinstance(config, dict):
            return None
        row = self._row(config["configuration"])
        self._folds[name] = config["folds"]
        epochs = self._curves.losses.shape[2]
        return Job(
            row, [tuple((fold, epoch) for fold in config["folds"]) for epoch in range(epochs)]
        )

    def report(self, name: str, step: int, losses: Sequence[float]) -> bool:
        """See `Strategy`."""
        last = step + 1 == self._curves.losses.shape[2]
        result = self._last[name] = {
            "folds": [
                {"fold": fold, "epoch": step + 1, "validation_loss": loss, "sources": {}}
                for fold, loss in zip(self._folds[name], losses, strict=True)
            ],
            "validation_loss": float(np.mean(losses)),
            "complete": last,
        }
        return not last and self._searcher.ends_after(name, result)

    def complete(self, name: str) -> None:
        """See `Strategy`."""
        self._searcher.on_trial_complete(name, self._last.pop(name))

    def whole(self) -> set[int]:
        """See `Strategy`."""
        trials = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        return {self._row(trial.params) for trial in trials}

    def _row(self, parameters: dict[str, Any]) -> int:
        return self._rows[tuple(parameters[each] for each in self._curves.parameters[0])]
