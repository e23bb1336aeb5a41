"""The search, while it goes on: its trials are told as they end, to people and to programs."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from optuna.trial import FrozenTrial, TrialState
from ray.tune import Callback
from ray.tune.experiment import Trial
from rich.console import Console

from model.configuration import Configuration
from results.store.search.trials import UNLIKELY
from tune.watching.events import Epoch, Tell, TrialBegun, TrialEnded
from tune.watching.statistics import SearchStatistics
from tune.watching.terminal import is_live, say, warn
from tune.watching.time_left import TimeLeft
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
BASELINE = " (baseline)"
SILENCE = 60.0  # seconds without a line, after which one says how far the search is
PAUSE = 0.5  # seconds between two looks at the study, which take the longer the more trials


class SearchProgress(NotSaved, Callback):  # type: ignore[misc]
    """Tells of each trial that ends, and keeps what is known of the search up to date.

    Args:
        statistics: How far the search has come.
        workers: What each worker does.
        view: Of the two; what it says in a line is added where there is no terminal.
        console: Where to write.
        tell: Is told each event.
        left: How long the sweep may take to its end.
        work: Returns the work of a fold-epoch.
    """

    def __init__(
        self,
        statistics: SearchStatistics,
        workers: Workers,
        view: SearchView,
        console: Console,
        tell: Tell,
        left: TimeLeft,
        work: Callable[[Configuration], float],
    ) -> None:
        self._statistics, self._workers, self._view = statistics, workers, view
        self._console, self._send = console, tell
        self._begun: set[int] = set()
        self._left, self._work = left, work
        self._next_look, self._told = 0.0, time.monotonic()  # on the monotonic clock

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
        if step.folds:
            seconds = sum(fold.seconds for fold in step.folds) / len(self._workers.places)
            self._left.add(len(step.folds) * self._work(job.configuration), seconds)
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
        self._tell([*self._endings(ended)])
        for trial in ended:
            self._send(_event(trial))
        self._next_look = time.monotonic() + PAUSE

    def _endings(self, ended: Sequence[FrozenTrial]) -> Iterator[tuple[str, str]]:
        """Yields a line on each trial that has ended, and its style; those pruned share one."""
        for trial in ended:
            if not _is_unlikely(trial):
                yield self._ending(trial), "red" if trial.state == TrialState.FAIL else ""
        if pruned := [trial for trial in ended if _is_unlikely(trial)]:
            yield _pruning(pruned), ""

    def _ending(self, trial: FrozenTrial) -> str:
        number = f"trial {trial.number}{BASELINE if _is_baseline(trial) else ''}"
        cause = trial.user_attrs.get("cause", "").rstrip(".")
        if trial.state == TrialState.FAIL:
            return f"{number} failed: {cause}"
        if trial.state == TrialState.PRUNED:
            return f"{number} pruned: {cause}"
        best = self._statistics.best
        is_best = best is not None and best.number == trial.number
        return f"{number} complete, loss {trial.value:.4f}{' (best so far)' if is_best else ''}"

    def _tell(self, lines: Sequence[tuple[str, str]]) -> None:
        """Says the lines; where there is no view, the last one how far the search is, too.

        Where there is nothing to say for long, it says that alone.
        """
        is_seen = is_live(self._console)
        if not lines and not is_seen and time.monotonic() > self._told + SILENCE:
            say(self._console, self._view.line())
            self._told = time.monotonic()
        for place, (line, style) in enumerate(lines, 1):
            so_far = f"; {self._view.so_far()}" if place == len(lines) and not is_seen else ""
            (warn if style else say)(self._console, f"{line}{so_far}", style)
            self._told = time.monotonic()

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


def _is_baseline(trial: FrozenTrial) -> bool:
    return bool(trial.user_attrs.get("origin") == "baseline")


def _pruning(trials: Sequence[FrozenTrial]) -> str:
    """Says in a line that trials were pruned, for most are at the very end."""
    if len(trials) == 1:
        return f"trial {trials[0].number} pruned (likely not the best)"
    return f"{len(trials)} trials pruned (likely not the best)"
