"""What is going on, while it goes on: one live line in a terminal, plain lines elsewhere."""

import time
from collections import Counter
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from ray.tune import Callback
from ray.tune.experiment import Trial
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from results.trials import ENDED
from tune.not_saved import NotSaved

BEGUN = (TrialState.RUNNING, *ENDED)


def say(console: Console, line: str) -> None:
    """Prints a line as it is, however long."""
    console.print(line, soft_wrap=True, highlight=False)


class SearchProgress(NotSaved, Callback):  # type: ignore[misc]
    """Shows trials done, running and failed, the best so far and the time left.

    Args:
        study: The sweep's.
        trials: How many are planned.
        console: Where to write.
    """

    def __init__(self, study: optuna.Study, trials: int, console: Console) -> None:
        self._study, self._trials, self._console = study, trials, console
        self._running: dict[str, int] = {}  # the trial of each run
        self._started = time.monotonic()
        ended = study.get_trials(deepcopy=False, states=ENDED)
        self._told = {trial.number for trial in ended}
        self._before = len(ended)
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(20),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting the workers", total=trials)

    def setup(self, *_: Any, **__: Any) -> None:
        """Starts the live line."""
        self._bar.start()

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Counts the trial as running."""
        self._running[trial.trial_id] = trial.config["trial"]
        self._show()

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **_: Any
    ) -> None:
        """Tells of trials that ended meanwhile, waiting."""
        self._show()

    def on_trial_complete(
        self, iteration: int, trials: list[Trial], trial: Trial, **_: Any
    ) -> None:
        """Says how the trial ended, if it did."""
        number = trial.config["trial"]
        self._running.pop(trial.trial_id, None)
        if trial.last_result and trial.last_result.get("again"):
            say(
                self._console,
                f"trial {number} found too little GPU memory beside others: again, alone",
            )
        self._show()

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Says that the trial failed."""
        self.on_trial_complete(iteration, trials, trial)

    def on_experiment_end(self, trials: list[Trial], **_: Any) -> None:
        """Ends the live line."""
        self._show()
        self._bar.stop()

    def _show(self) -> None:
        begun = [t for t in self._study.get_trials(deepcopy=False) if t.state in BEGUN]
        counts = Counter(trial.state for trial in begun)
        state = _state(counts, len(set(self._running.values())), self._trials)
        description = f"{state}{self._best(counts)}{self._left(counts)}"
        for trial in begun:
            if trial.state.is_finished() and trial.number not in self._told:
                self._told.add(trial.number)
                here = "" if self._console.is_terminal else f" | {description}"
                say(self._console, f"{_ending(trial)}{here}")
        done = len(begun) - counts[TrialState.RUNNING]
        self._bar.update(self._task, completed=done, description=description)

    def _best(self, counts: Counter[TrialState]) -> str:
        if not counts[TrialState.COMPLETE]:
            return ""
        best = self._study.best_trial
        return f", best {best.value:.4f} (trial {best.number})"

    def _left(self, counts: Counter[TrialState]) -> str:
        """Estimates the time left as if the trials to come cost what those so far did."""
        begun = counts.total() - len(set(self._running.values()))
        if begun <= self._before:
            return ""
        each = (time.monotonic() - self._started) / (begun - self._before)
        seconds = each * (self._trials - begun)
        return f", about {duration(seconds)} left" if seconds >= 1 else ""


def _state(counts: Counter[TrialState], running: int, trials: int) -> str:
    ended = counts.total() - counts[TrialState.RUNNING]
    kinds = {
        "whole": counts[TrialState.COMPLETE],
        "stopped": counts[TrialState.PRUNED],
        "failed": counts[TrialState.FAIL],
    }
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    waiting = max(0, counts[TrialState.RUNNING] - running)
    return (
        f"{ended}/{trials} done{f' ({told})' if told else ''}, {running} running"
        f"{f', {waiting} waiting' if waiting else ''}"
    )


def _ending(trial: FrozenTrial) -> str:
    cause = trial.user_attrs.get("cause", "")
    if trial.state == TrialState.FAIL:
        return f"trial {trial.number} failed: {cause}"
    if trial.state == TrialState.PRUNED:
        return f"trial {trial.number} {cause}"
    return f"trial {trial.number} whole: loss {trial.value:.4f}"


def duration(seconds: float) -> str:
    """Writes 75 as `1 min 15 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
