"""What is going on, while it goes on: one live line in a terminal, plain lines elsewhere."""

import time
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from ray.tune import Callback
from ray.tune.experiment import Trial
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tune.not_saved import NotSaved


class SearchProgress(NotSaved, Callback):  # type: ignore[misc]
    """Shows trials done, running and failed, the best so far and the time left.

    Args:
        study: The sweep's.
        trials: How many are planned.
        console: Where to write.
    """

    def __init__(self, study: optuna.Study, trials: int, console: Console) -> None:
        self._study, self._trials, self._console = study, trials, console
        self._parts: dict[str, float] = {}  # how much of each trial is done, 0 to 1
        self._started = time.monotonic()
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
        self._parts.setdefault(trial.trial_id, 0.0)
        self._show()

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **_: Any
    ) -> None:
        """Advances the trial by what it reports."""
        epochs = trial.config["configuration"]["epochs"]
        self._parts[trial.trial_id] = result.get("epoch", 0) / epochs
        self._show()

    def on_trial_complete(
        self, iteration: int, trials: list[Trial], trial: Trial, **_: Any
    ) -> None:
        """Counts the trial as done and says how it ended."""
        self._parts[trial.trial_id] = 1.0
        self._show()
        ended = self._study.get_trials(deepcopy=False)[trial.config["trial"]]
        state = "" if self._console.is_terminal else f" | {self._state()}"
        self._console.print(f"{_ending(ended)}{state}", soft_wrap=True, highlight=False)

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Counts the trial as failed."""
        self.on_trial_complete(iteration, trials, trial)

    def on_experiment_end(self, trials: list[Trial], **_: Any) -> None:
        """Ends the live line."""
        self._bar.stop()

    def _show(self) -> None:
        done = sum(self._parts.values())
        self._bar.update(self._task, completed=done, description=self._state())

    def _state(self) -> str:
        states = [trial.state for trial in self._study.get_trials(deepcopy=False)]
        complete, failed = states.count(TrialState.COMPLETE), states.count(TrialState.FAIL)
        running = states.count(TrialState.RUNNING)
        return (
            f"{complete + failed}/{self._trials} done, {running} running, {failed} failed"
            f"{self._best(complete)}{self._left()}"
        )

    def _best(self, complete: int) -> str:
        if not complete:
            return ""
        best = self._study.best_trial
        return f", best {best.value:.4f} (trial {best.number})"

    def _left(self) -> str:
        done = sum(self._parts.values())
        if done < 0.2:
            return ""
        seconds = (time.monotonic() - self._started) / done * (self._trials - done)
        return f", about {duration(seconds)} left" if seconds >= 1 else ""


def _ending(trial: FrozenTrial) -> str:
    if trial.state == TrialState.RUNNING:
        return f"trial {trial.number} found too little GPU memory beside others: again, alone"
    if trial.state != TrialState.COMPLETE:
        return f"trial {trial.number} failed: {trial.user_attrs.get('cause')}"
    seconds = trial.user_attrs["seconds"]
    return f"trial {trial.number} complete in {seconds:.1f} s: loss {trial.value:.4f}"


def duration(seconds: float) -> str:
    """Writes 75 as `1 min 15 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
