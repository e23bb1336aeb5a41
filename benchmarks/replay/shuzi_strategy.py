"""shuzi's own engine, without Ray."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from optuna.trial import TrialState

from benchmarks.learning_curves import LearningCurves
from benchmarks.replay import executor
from benchmarks.replay.proposals import TableSampler, study_with
from model.configuration import BASELINE
from model.judging.judgement import Judgement, SourceMeasures
from model.training.fold_epoch import FoldEpoch
from results.store.search.trials import MISSED
from search_spaces import SearchSpace
from tune.planning.request import RISK
from tune.planning.warm_start import EarlierSweep, EarlierSweeps
from tune.search.engine import Engine
from tune.search.forecasting.forecaster import Forecaster
from tune.search.outcome import Decision, Outcome
from tune.search.proposing.sampling import ForecastSampler, startup_trials, tpe
from tune.search.pruning.ladder import LadderPruner
from tune.workers.job import Job, JobStep


class Shuzi:
    """Replays what `shuzi sweep` does, by the same code.

    Args:
        curves: The table; its first row is the baseline.
        space: What varies.
        trials: How many.
        seed: The sampler's.
        earlier: What earlier searches have learnt.
        first: Rows of the table that are tried right after the baseline's: a portfolio.
        risk: As `--risk`.
        side_by_side: Whether a worker trains several folds at a time, as on a GPU.
    """

    def __init__(
        self,
        curves: LearningCurves,
        space: SearchSpace,
        trials: int,
        seed: int,
        earlier: Sequence[EarlierSweep] = (),
        first: Sequence[int] = (),
        risk: float = RISK,
        side_by_side: bool = False,
    ) -> None:
        folds, epochs = curves.losses.shape[1:]
        self._curves = curves
        self._rows = {tuple(each.values()): row for row, each in enumerate(curves.parameters)}
        self._forecaster = Forecaster(folds, epochs)
        sampler = ForecastSampler(
            space.distributions(),
            self._forecaster.losses,
            partial(tpe, startup_trials(trials)),
            seed,
            earlier=EarlierSweeps(earlier).beside if earlier else None,
        )
        table = TableSampler(sampler, curves, space)
        self._study = study_with(table)
        for row in list(dict.fromkeys([0, *first]))[:trials]:
            self._study.enqueue_trial(curves.parameters[row])
            table.left[row] = False
        pruner = LadderPruner(self._forecaster, {0}, risk=risk, side_by_side=side_by_side)
        fixed = space.fixed_with(epochs)
        self._fixed = {**BASELINE.to_dict(), **fixed}
        self._engine = Engine(self._study, self._forecaster, pruner, space, trials, fixed)
        self._jobs: dict[str, Job] = {}
        self._last: dict[str, JobStep] = {}

    def missed(self) -> float:
        """Ends the search; returns the probability that a pruned trial is better than the best."""
        self._engine.end()
        return float(self._study.user_attrs.get(MISSED, 0.0))

    def learnt(self, space: SearchSpace) -> EarlierSweep:
        """Returns what a search of a space can start from."""
        losses = self._forecaster.losses()
        known = [
            ({**self._fixed, **trial.params}, losses[trial.number])
            for trial in self._study.trials
            if trial.number in losses
        ]
        return EarlierSweep.of(known, space)

    def suggest(self, name: str) -> executor.Job | None:
        """See `Strategy`."""
        job = self._engine.next_job()
        if job is None:
            return None
        self._jobs[name] = job
        epochs = self._curves.losses.shape[2]
        steps = [tuple((fold, epoch) for fold in job.folds) for epoch in range(epochs)]
        return executor.Job(self._row(job.configuration.to_dict()), steps)

    def report(self, name: str, step: int, losses: Sequence[float]) -> bool:
        """See `Strategy`."""
        job, is_last = self._jobs[name], step + 1 == self._curves.losses.shape[2]
        folds = tuple(_fold_epoch(*each, step + 1) for each in zip(job.folds, losses, strict=True))
        self._last[name] = JobStep(folds, is_last)
        return not is_last and self._engine.on_epoch(job, folds) == Decision.END

    def complete(self, name: str) -> None:
        """See `Strategy`."""
        self._engine.on_end(self._jobs.pop(name), Outcome.of(self._last.pop(name)))

    def completed(self) -> set[int]:
        """See `Strategy`."""
        trials = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        return {self._row(trial.params) for trial in trials}

    def _row(self, parameters: dict[str, Any]) -> int:
        return self._rows[tuple(parameters[each] for each in self._curves.parameters[0])]


def _fold_epoch(fold: int, loss: float, epoch: int) -> FoldEpoch:
    return FoldEpoch(fold, epoch, 0.0, 0.0, Judgement({"table": SourceMeasures(1, 0, loss)}))
