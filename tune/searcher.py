"""The searcher: asks Optuna what to try and tells it the truth about each trial.

Ray's own OptunaSearch files a trial that was stopped as complete, leaves one whose loss is NaN
running for ever, and cannot be resumed from a persistent storage; this one keeps the study as the
only record of what happened.
"""

import math
from typing import Any

import optuna
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from ray.tune.search import Searcher

from model import REPORT, Configuration, count_parameters
from results import SweepFolder
from search_spaces import SearchSpace
from tune.not_saved import NotSaved

METRIC = "validation_loss"
STOPPED = "it was stopped before its last epoch."


def new_study(folder: SweepFolder, space: SearchSpace, trials: int, seed: int) -> optuna.Study:
    """Makes the study of a sweep in its journal, the report's configuration waiting first.

    Args:
        folder: The sweep's.
        space: Where a space leaves the report's configuration out, its nearest point is taken.
        trials: How many are planned; a short sweep begins to learn after fewer random trials.
        seed: The sampler's.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = TPESampler(
        multivariate=True,
        constant_liar=True,
        n_startup_trials=min(10, max(3, trials // 4)),
        seed=seed,
    )
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(folder.journal))),
        study_name=folder.name,
        sampler=sampler,
        direction="minimize",
    )
    study.enqueue_trial(space.nearest(REPORT.to_dict()), user_attrs={"origin": "report"})
    return study


def fixed_values(space: SearchSpace, epochs: int | None) -> dict[str, Any]:
    """Returns what every trial of a space has, with other epochs where they are asked for."""
    return {**space.fixed, "epochs": epochs} if epochs else dict(space.fixed)


class StudySearcher(NotSaved, Searcher):  # type: ignore[misc]
    """Lets Ray Tune run what an Optuna study proposes.

    Args:
        study: Keeps every trial, its intermediate values and its end.
        space: What may vary, and what is fixed.
        trials: How many to ask for.
        epochs: Instead of the space's.
    """

    def __init__(
        self, study: optuna.Study, space: SearchSpace, trials: int, epochs: int | None
    ) -> None:
        super().__init__(metric=METRIC, mode="min")
        self._study, self._space, self._left = study, space, trials
        self._fixed = fixed_values(space, epochs)
        self._asked: dict[str, optuna.Trial] = {}
        self._again: list[optuna.Trial] = []

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """Asks the study for a configuration; the result is the new trial's `config`.

        A trial that found too little memory comes again first, alone. So nothing is finished as
        long as a trial is running.
        """
        if self._again:
            return self._started(trial_id, self._again.pop(0), alone=True)
        if self._left:
            self._left -= 1
            return self._started(
                trial_id, self._study.ask(self._space.distributions()), alone=False
            )
        return None if self._asked else str(Searcher.FINISHED)

    def _started(self, trial_id: str, trial: optuna.Trial, alone: bool) -> dict[str, Any]:
        configuration = Configuration.from_dict({**self._fixed, **trial.params})
        trial.set_user_attr("weights", count_parameters(configuration))
        self._asked[trial_id] = trial
        return {"trial": trial.number, "configuration": configuration.to_dict(), "alone": alone}

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Tells the study an intermediate value."""
        if METRIC in result:
            self._asked[trial_id].report(result[METRIC], result["epoch"])

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Tells the study how a trial ended: complete only if its last epoch was."""
        trial, result = self._asked.pop(trial_id), result or {}
        if result.get("again"):
            self._again.append(trial)
        else:
            self._tell(trial, result, error)

    def _tell(self, trial: optuna.Trial, result: dict[str, Any], error: bool = False) -> None:
        self._describe(trial, result)
        if cause := _why_not_whole(trial.number, result, error):
            trial.set_user_attr("cause", cause)
            state = TrialState.PRUNED if cause == STOPPED else TrialState.FAIL
            self._study.tell(trial, state=state)
        else:
            trial.report(result[METRIC], result["epoch"])
            self._study.tell(trial, result[METRIC])

    def end(self) -> None:
        """Tells the study that no trial is running any more."""
        for trial in [*self._asked.values(), *self._again]:
            self._tell(trial, {})
        self._asked.clear()
        self._again.clear()

    def _describe(self, trial: optuna.Trial, result: dict[str, Any]) -> None:
        """Keeps with the trial what its row in the table needs."""
        if "folds" in result:
            trial.set_user_attr("fold_losses", result["fold_losses"])
            trial.set_user_attr("validation_loss_sd", result["validation_loss_sd"])
            trial.set_user_attr("losses", _mean_over_folds(result["folds"], _loss))
            trial.set_user_attr("accuracies", _mean_over_folds(result["folds"], _accuracy))
        trial.set_user_attr("epochs", result.get("epoch", 0))
        trial.set_user_attr("seconds", round(result.get("time_total_s", 0.0), 2))

    def save(self, checkpoint_path: str) -> None:
        """Does nothing: the journal already holds everything."""

    def restore(self, checkpoint_path: str) -> None:
        """Does nothing: the journal already holds everything."""


def _why_not_whole(number: int, result: dict[str, Any], error: bool) -> str:
    """Returns why a trial is not whole, or nothing if it is."""
    if error:
        return f"its worker failed: see trials/{number:04d}/error.txt."
    if not result.get("complete"):
        return str(result.get("cause") or STOPPED)
    return "" if math.isfinite(result[METRIC]) else f"its loss is {result[METRIC]}."


def _loss(measures: dict[str, Any]) -> float:
    return float(measures["loss"])


def _accuracy(measures: dict[str, Any]) -> float:
    return float(measures["correct"] / measures["count"])


def _mean_over_folds(folds: list[dict[str, Any]], measure: Any) -> dict[str, float]:
    """Returns the mean over the folds that have the source, for each source."""
    values: dict[str, list[float]] = {}
    for fold in folds:
        for source, measures in fold["sources"].items():
            values.setdefault(source, []).append(measure(measures))
    return {source: sum(each) / len(each) for source, each in values.items()}
