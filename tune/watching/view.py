"""How a search stands: in a line, and in the rows of a view."""

import math
from collections.abc import Mapping
from typing import Any

from optuna.trial import FrozenTrial, TrialState
from rich.console import Console, RenderableType
from rich.table import Table

from results.durations import duration
from tune.watching.statistics import Tally, noise
from tune.watching.terminal import Row, bar, rows
from tune.watching.worker_board import Worker, Workers

ENDS = {
    TrialState.COMPLETE: "whole",
    TrialState.PRUNED: "stopped",
    TrialState.FAIL: "failed",
}
CELL = 62  # columns that a worker takes


class SearchView:
    """Tells how a search stands.

    Args:
        tally: How far the search has come.
        workers: What each worker does.
        there: What Ray has, by its words: `CPU` and `GPU`, of all machines.
        budget: Seconds that the search may take.
    """

    def __init__(
        self,
        tally: Tally,
        workers: Workers,
        there: Mapping[str, float],
        budget: float | None = None,
    ) -> None:
        self._tally, self._workers, self._there = tally, workers, there
        self._budget = budget or math.inf

    def line(self) -> str:
        """Returns it in a line."""
        best, left, ends = self._tally.best, self._left(), ", ".join(self._ends())
        return (
            f"{self._tally.ended}/{self._tally.trials} done{f' ({ends})' if ends else ''}, "
            f"{', '.join(self._going_on())}"
            f"{f', best {best.value:.4f} (trial {best.number})' if best else ''}"
            f"{f', {left}' if left else ''}"
        )

    def frame(self, console: Console) -> RenderableType:
        """Returns it for a terminal: the same rows from beginning to end.

        Another thread may call it: it reads only what is put down whole.
        """
        tally, (width, height) = self._tally, console.size
        told = f"{tally.ended} of {tally.trials}"
        to_come = f"{tally.trials - tally.counts.total()} to come"
        return rows(
            ("trials", bar(tally.ended, tally.trials, told, width)),
            ("", ", ".join([*self._ends(), *self._going_on(), to_come])),
            *_best(tally.best),
            ("workers", _doing(self._workers.places, width, height)),
            ("speed", self._speed()),
            ("time", self._time()),
            ("cost", self._cost()),
        )

    def _ends(self) -> list[str]:
        counts = self._tally.counts
        return [f"{counts[state]} {end}" for state, end in ENDS.items() if counts[state]]

    def _going_on(self) -> list[str]:
        running = len({worker.trial for worker in self._workers.busy})
        waiting = self._tally.counts[TrialState.RUNNING] - running
        return [f"{running} running", *([f"{waiting} waiting"] if waiting > 0 else [])]

    def _left(self) -> str:
        left = self._tally.seconds_left
        seconds = min(math.inf if left is None else left, self._budget - self._tally.seconds)
        return f"about {duration(seconds)} left" if 1 <= seconds < math.inf else ""

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
        return (
            f"{self._tally.cost:,} epochs of a fold, about {self._tally.cost_left:,.0f} left; "
            f"{self._tally.most:,} if every trial were whole"
        )


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
