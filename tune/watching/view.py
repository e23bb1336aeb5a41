"""How a search stands: in a line, and in the rows of a view."""

import math
from collections.abc import Mapping

from optuna.trial import FrozenTrial, TrialState
from rich.console import Console, RenderableType
from rich.table import Table

from model.judging.standard_error import standard_error
from results.durations import duration
from results.numbers import in_three_digits
from tune.watching.statistics import SearchStatistics
from tune.watching.terminal import Row, bar, rows
from tune.watching.worker_board import Worker, Workers

ENDS = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}
CELL = 62  # columns that a worker takes


class SearchView:
    """Tells how a search stands.

    Args:
        statistics: How far the search has come.
        workers: What each worker does.
        there: What Ray has, by its words: `CPU` and `GPU`, of all machines.
        budget: Seconds that the search may take.
    """

    def __init__(
        self,
        statistics: SearchStatistics,
        workers: Workers,
        there: Mapping[str, float],
        budget: float | None = None,
    ) -> None:
        self._so_far, self._workers, self._there = statistics, workers, there
        self._budget = budget or math.inf

    def line(self) -> str:
        """Returns it in a line."""
        best, left, ends = self._so_far.best, self._left(), ", ".join(self._ends())
        return (
            f"{self._so_far.ended}/{self._so_far.trials} done{f' ({ends})' if ends else ''}, "
            f"{', '.join(self._going_on())}"
            f"{f', best {best.value:.4f} (trial {best.number})' if best else ''}"
            f"{f', {left}' if left else ''}"
        )

    def frame(self, console: Console) -> RenderableType:
        """Returns it for a terminal: the same rows from beginning to end.

        Another thread may call it: it reads only what is put down complete.
        """
        statistics, (width, height) = self._so_far, console.size
        told = f"{statistics.ended} of {statistics.trials}"
        to_come = f"{statistics.trials - statistics.counts.total()} to come"
        return rows(
            ("trials", bar(statistics.ended, statistics.trials, told, width)),
            ("", ", ".join([*self._ends(), *self._going_on(), to_come])),
            *_best(statistics.best),
            ("workers", _doing(self._workers.places, width, height)),
            ("speed", self._speed()),
            ("time", self._time()),
            ("epochs", self._epochs()),
        )

    def _ends(self) -> list[str]:
        counts = self._so_far.counts
        return [f"{counts[state]} {end}" for state, end in ENDS.items() if counts[state]]

    def _going_on(self) -> list[str]:
        running = len({worker.trial for worker in self._workers.busy})
        waiting = self._so_far.counts[TrialState.RUNNING] - running
        return [f"{running} running", *([f"{waiting} waiting"] if waiting > 0 else [])]

    def _left(self) -> str:
        left = self._so_far.seconds_left
        seconds = min(math.inf if left is None else left, self._budget - self._so_far.seconds)
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
        return ", ".join(filter(None, [f"{duration(self._so_far.seconds)}{of}", self._left()]))

    def _epochs(self) -> str:
        here = self._so_far
        return (
            f"{here.fold_epochs:,} fold-epochs, about {here.fold_epochs_left:,.0f} left; "
            f"{here.most:,} if every trial were complete"
        )


def _best(trial: FrozenTrial | None) -> list[Row]:
    if trial is None:
        return [("best", "no trial is complete yet"), ("", "")]
    error = standard_error(trial.user_attrs["fold_losses"])
    values = ", ".join(f"{name} {in_three_digits(value)}" for name, value in trial.params.items())
    spread = "" if error is None else f" ±{error:.4f} (standard error)"
    told = f"trial {trial.number}, loss {trial.value:.4f}{spread}"
    return [("best", told), ("", values)]


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
