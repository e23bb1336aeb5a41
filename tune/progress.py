"""The search, while it goes on: a view in a terminal, and a line for each trial that ends."""

import math
import time
from collections.abc import Mapping
from typing import Any

from optuna.trial import FrozenTrial, TrialState
from ray.tune import Callback
from ray.tune.experiment import Trial
from rich.console import Console, RenderableType
from rich.table import Table

from tune.convergence import noise
from tune.not_saved import NotSaved
from tune.tally import Tally
from tune.terminal import Row, bar, duration, is_live, rows, say, warn
from tune.workers import Worker, Workers

PAUSE = 0.5  # seconds between two looks at the study, which take the longer the more trials
CELL = 62  # columns that a worker takes


class SearchProgress(NotSaved, Callback):  # type: ignore[misc]
    """Tells of each trial that ends, and has a view of the search as it is now.

    Args:
        tally: How far the search has come.
        workers: What each worker does.
        there: What Ray has, by its words: `CPU` and `GPU`, of all machines.
        console: Where to write.
        budget: Seconds that the search may take.
    """

    def __init__(
        self,
        tally: Tally,
        workers: Workers,
        there: Mapping[str, float],
        console: Console,
        budget: float | None = None,
    ) -> None:
        self._tally, self._workers, self._there = tally, workers, there
        self._console, self._budget = console, budget or math.inf
        self._next_look = 0.0  # on the monotonic clock

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Takes down what a worker begins."""
        self._workers.begin(trial.trial_id, trial.config, self._folds_done(trial))

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **_: Any
    ) -> None:
        """Takes down what a worker has done."""
        self._tally.add(trial.config["trial"], result)
        self._workers.add(trial.trial_id, result, self._folds_done(trial))

    def on_trial_complete(
        self, iteration: int, trials: list[Trial], trial: Trial, **_: Any
    ) -> None:
        """Takes down that a worker is free."""
        self._workers.end(trial.trial_id)
        if trial.last_result and trial.last_result.get("again"):
            number = trial.config["trial"]
            told = f"trial {number} found too little GPU memory beside others: again, alone"
            warn(self._console, told)

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
        for trial in self._tally.look():
            self._tell(trial)
        self._next_look = time.monotonic() + PAUSE

    def _tell(self, trial: FrozenTrial) -> None:
        here = "" if is_live(self._console) else f" | {self._in_a_line()}"
        if trial.state == TrialState.FAIL:
            warn(self._console, f"{_ending(trial)}{here}", "red")
        else:
            say(self._console, f"{_ending(trial)}{here}")

    def _folds_done(self, trial: Trial) -> int:
        epochs = trial.config["configuration"]["epochs"]
        return self._tally.folds_done(trial.config["trial"], epochs)

    def _in_a_line(self) -> str:
        best, left = self._tally.best, self._left()
        return (
            f"{self._tally.ended}/{self._tally.trials} done{_in_brackets(self._ends())}, "
            f"{', '.join(self._going_on())}"
            f"{f', best {best.value:.4f} (trial {best.number})' if best else ''}"
            f"{f', {left}' if left else ''}"
        )

    def _ends(self) -> list[str]:
        kinds = {"whole": TrialState.COMPLETE, "stopped": TrialState.PRUNED}
        kinds["failed"] = TrialState.FAIL
        counts = self._tally.counts
        return [f"{counts[state]} {kind}" for kind, state in kinds.items() if counts[state]]

    def _going_on(self) -> list[str]:
        running = len({worker.trial for worker in self._workers.busy})
        waiting = self._tally.counts[TrialState.RUNNING] - running
        return [f"{running} running", *([f"{waiting} waiting"] if waiting > 0 else [])]

    def _left(self) -> str:
        left = self._tally.seconds_left
        seconds = min(math.inf if left is None else left, self._budget - self._tally.seconds)
        return f"about {duration(seconds)} left" if 1 <= seconds < math.inf else ""

    def frame(self) -> RenderableType:
        """Returns the view. Another thread calls it, so that it reads only what is put down whole.

        It has the same rows from beginning to end.
        """
        width, height = self._console.size
        tally = self._tally
        to_come = [f"{tally.trials - tally.counts.total()} to come"]
        return rows(
            ("trials", bar(tally.ended, tally.trials, f"{tally.ended} of {tally.trials}", width)),
            ("", ", ".join([*self._ends(), *self._going_on(), *to_come])),
            *_best(tally.best),
            ("workers", _doing(self._workers.places, width, height)),
            ("speed", self._speed()),
            ("time", self._time()),
            ("cost", self._cost()),
        )

    def _speed(self) -> str:
        busy = self._workers.busy
        images, cores, gpus = (
            sum(getattr(worker, name) for worker in busy) for name in ("images", "cores", "gpus")
        )
        told = f"{images:,.0f} images a second; in use: {cores:.1f} of {self._there['CPU']:g} cores"
        return f"{told}, {gpus:g} of {self._there['GPU']:g} GPUs" if gpus else told

    def _time(self) -> str:
        of = f" of {duration(self._budget)}" if self._budget < math.inf else ""
        return ", ".join(filter(None, [f"{duration(self._tally.seconds)}{of}", self._left()]))

    def _cost(self) -> str:
        left = self._tally.cost_left
        about = "" if left is None else f", about {left:,.0f} left"
        return (
            f"{self._tally.cost:,} epochs of a fold{about}; "
            f"{self._tally.most:,} if every trial were whole"
        )


def _in_brackets(told: list[str]) -> str:
    return f" ({', '.join(told)})" if told else ""


def _ending(trial: FrozenTrial) -> str:
    cause = trial.user_attrs.get("cause", "")
    if trial.state == TrialState.FAIL:
        return f"trial {trial.number} failed: {cause}"
    if trial.state == TrialState.PRUNED:
        return f"trial {trial.number} {cause}"
    return f"trial {trial.number} whole: loss {trial.value:.4f}"


def _best(trial: FrozenTrial | None) -> list[Row]:
    if trial is None:
        return [("best", "no trial is whole yet"), ("", "")]
    error = noise(trial.user_attrs["fold_losses"])
    values = ", ".join(f"{name} {_short(value)}" for name, value in trial.params.items())
    told = f"trial {trial.number}, loss {trial.value:.4f} ± {error:.4f} (standard error)"
    return [("best", told), ("", values)]


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _doing(workers: list[Worker], width: int, height: int) -> RenderableType:
    """Returns a line for each worker, beside each other where they are many."""
    lines = max(1, height // 4)
    across = min(math.ceil(len(workers) / lines), max(1, (width - 10) // CELL))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(across):
        grid.add_column(width=CELL - 2, no_wrap=True)
    shown = [_at(number, each) for number, each in enumerate(workers[: across * lines], 1)]
    for first in range(0, len(shown), across):
        grid.add_row(*shown[first : first + across])
    if more := len(workers) - len(shown):
        grid.add_row(f"and {more} more")
    return grid


def _at(number: int, worker: Worker) -> str:
    if not worker.busy:
        return f"{number:>2}  free"
    folds = "-".join(str(fold) for fold in sorted({worker.folds[0], worker.folds[-1]}))
    return (
        f"{number:>2}  trial {worker.trial:<4} fold {folds:<3} "
        f"epoch {worker.epoch:>2} of {worker.epochs:<3} {worker.folds_done} folds done"
    )
