"""The search, while it goes on: its trials are told as they end, to people and to programs."""

import time
from collections.abc import Sequence
from typing import Any, Literal

from optuna.trial import FrozenTrial, TrialState
from ray.tune import Callback
from ray.tune.experiment import Trial
from rich.console import Console

from results.store.search.trials import UNLIKELY
from tune.watching.events import Epoch, Tell, TrialBegun, TrialEnded
from tune.watching.statistics import SearchStatistics
from tune.watching.terminal import is_live, say, warn
from tune.watching.view import SearchView
from tune.watching.worker_board import Workers
from tune.workers.job import Job
from tune.workers.not_saved import NotSaved
from tune.workers.trainable import JOB, STEP

STATES: dict[TrialState, Literal["complete", "pruned", "failed"]] = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}
PAUSE = 0.5  # seconds between two looks at the study, which take the longer the more trials


class SearchProgress(NotSaved, Callback):  # type: ignore[misc]
    """Tells of each trial that ends, and keeps what is known of the search up to date.

    Args:
        statistics: How far the search has come.
        workers: What each worker does.
        view: Of the two; what it says in a line is added where there is no terminal.
        console: Where to write.
        tell: Is told each event.
    """

    def __init__(
        self,
        statistics: SearchStatistics,
        workers: Workers,
        view: SearchView,
        console: Console,
        tell: Tell,
    ) -> None:
        self._statistics, self._workers, self._view = statistics, workers, view
        self._console, self._send = console, tell
        self._begun: set[int] = set()
        self._next_look = 0.0  # on the monotonic clock

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Takes down what a worker begins."""
        job: Job = trial.config[JOB]
        self._workers.begin(trial.trial_id, job, self._folds_done(job))
        if job.trial not in self._begun:
            self._begun.add(job.trial)
            self._send(TrialBegun(job.trial, job.configuration.to_dict()))

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **_: Any
    ) -> None:
        """Takes down what a worker has done."""
        job, step = trial.config[JOB], result[STEP]
        self._statistics.add(job.trial, step.folds)
        self._workers.add(trial.trial_id, step, self._folds_done(job))
        for fold in step.folds:
            self._send(Epoch.of(job, fold))

    def on_trial_complete(
        self, iteration: int, trials: list[Trial], trial: Trial, **_: Any
    ) -> None:
        """Takes down that a worker is free."""
        self._workers.end(trial.trial_id)

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Takes down that a worker is free."""
        self._workers.end(trial.trial_id)

    def on_step_end(self, iteration: int, trials: list[Trial], **_: Any) -> None:
        """Looks, now and then, which trials have ended: some do while they wait."""
        if time.monotonic() >= self._next_look:
            self._look()

    def on_experiment_end(self, trials: list[Trial], **_: Any) -> None:
        """Tells of the last ones."""
        self._look()

    def _look(self) -> None:
        ended = self._statistics.look()
        pruned = [trial for trial in ended if _is_unlikely(trial)]
        for trial in ended:
            if trial not in pruned:
                self._tell(_ending(trial), is_bad=trial.state == TrialState.FAIL)
            self._send(_event(trial))
        if pruned:
            self._tell(_stopping(pruned))
        self._next_look = time.monotonic() + PAUSE

    def _tell(self, what: str, is_bad: bool = False) -> None:
        here = "" if is_live(self._console) else f" | {self._view.line()}"
        if is_bad:
            warn(self._console, f"{what}{here}", "red")
        else:
            say(self._console, f"{what}{here}")

    def _folds_done(self, job: Job) -> int:
        return self._statistics.folds_done(job.trial, job.configuration.epochs)


def _event(trial: FrozenTrial) -> TrialEnded:
    known = trial.user_attrs
    return TrialEnded(
        trial=trial.number,
        state=STATES[trial.state],
        validation_loss=trial.value,
        fold_epochs=known.get("fold_epochs", 0),
        seconds=known.get("seconds", 0.0),
        cause=known.get("cause", ""),
    )


def _is_unlikely(trial: FrozenTrial) -> bool:
    """Tells whether a trial was pruned as it is likely not the best."""
    return bool(trial.user_attrs.get("reason") == UNLIKELY)


def _ending(trial: FrozenTrial) -> str:
    cause = trial.user_attrs.get("cause", "")
    if trial.state == TrialState.FAIL:
        return f"trial {trial.number} failed: {cause}"
    if trial.state == TrialState.PRUNED:
        return f"trial {trial.number} is not complete: {cause}"
    return f"trial {trial.number} complete: loss {trial.value:.4f}"


def _stopping(trials: Sequence[FrozenTrial]) -> str:
    """Says in a line that trials were pruned, for most are at the very end."""
    if len(trials) == 1:
        return f"trial {trials[0].number} {trials[0].user_attrs.get('cause', '')}"
    return f"{len(trials)} trials pruned: likely worse than the best"
