"""How a search stands: in a line, and in the rows of a view."""

import math
from collections.abc import Mapping

from optuna.trial import FrozenTrial, TrialState
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from datasets.terminal.wrapping import filled, unbroken
from model.judging.standard_error import standard_error
from results.durations import duration
from results.numbers import loss_with_error
from results.terminal.parameters import in_short
from tune.watching.statistics import SearchStatistics
from tune.watching.terminal import NAME, Row, bar, rows
from tune.watching.time_left import TimeLeft, about
from tune.watching.worker_board import Worker, Workers

ENDS = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}
CELL = 62  # columns that a worker takes
MOST = 4  # lines of the best trial's parameters


class SearchView:
    """Tells how a search stands.

    Args:
        statistics: How far the search has come.
        workers: What each worker does.
        there: What Ray has, by its words: `CPU` and `GPU`, of all machines.
        budget: Seconds that the search may take.
        left: How long what follows the search may take.
    """

    def __init__(
        self,
        statistics: SearchStatistics,
        workers: Workers,
        there: Mapping[str, float],
        budget: float | None = None,
        left: TimeLeft | None = None,
    ) -> None:
        self._so_far, self._workers, self._there = statistics, workers, there
        self._budget, self._left_after = budget or math.inf, left

    def so_far(self) -> str:
        """Returns how many trials have ended, and how long the rest may take."""
        told = [f"{self._so_far.ended} of {self._so_far.trials}", self._left()]
        return ", ".join(filter(None, told))

    def line(self) -> str:
        """Returns how the search stands, in a line."""
        told = [f"{self._so_far.ended} of {self._so_far.trials} trials done", *self._going_on()]
        return ", ".join(filter(None, [*told, self._left()]))

    def frame(self, console: Console) -> RenderableType:
        """Returns it for a terminal: the same rows from beginning to end.

        Another thread may call it: it reads only what is put down complete.
        """
        statistics, (width, height) = self._so_far, console.size
        told = f"{statistics.ended} of {statistics.trials}"
        states = [unbroken(each) for each in [*self._ends(), *self._going_on()]]
        return rows(
            width,
            ("trials", bar(statistics.ended, statistics.trials, told, width)),
            ("", ", ".join(states)),
            *_best(statistics.best, width - NAME),
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
        to_come = self._so_far.trials - self._so_far.counts.total()
        waits = [f"{waiting} waiting"] if waiting > 0 else []
        return [f"{running} running", *waits, f"{to_come} to come"]

    def _left(self) -> str:
        left = self._so_far.seconds_left
        seconds = min(math.inf if left is None else left, self._budget - self._so_far.seconds)
        later = (self._left_after.later if self._left_after else None) or 0.0
        return about(max(0.0, seconds) + later) if seconds < math.inf else ""

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


def _best(trial: FrozenTrial | None, room: int) -> list[Row]:
    """Returns the best trial and, as far as there is room, its parameters."""
    if trial is None:
        return [("best", "no trial is complete yet"), ("", "")]
    error = standard_error(trial.user_attrs["fold_losses"])
    spread = "" if error is None else " (± standard error)"
    told = f"trial {trial.number}, loss {loss_with_error(trial.value, error)}{spread}"
    lines = filled(in_short(trial.params), room)
    more = ["..."] if len(lines) > MOST else []
    return [("best", told), ("", Text("\n".join([*lines[:MOST], *more])))]


def _doing(workers: list[Worker], width: int, height: int) -> RenderableType:
    """Returns a line for each worker, beside each other where they are many."""
    room = width - NAME
    is_narrow = room < CELL
    lines = max(1, height // (8 if is_narrow else 4))
    across = 1 if is_narrow else min(math.ceil(len(workers) / lines), room // CELL)
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(across):
        grid.add_column(width=room if is_narrow else CELL - 2, no_wrap=not is_narrow)
    write = _at_in_short if is_narrow else _at
    shown = [write(number, each) for number, each in enumerate(workers[: across * lines], 1)]
    for first in range(0, len(shown), across):
        grid.add_row(*shown[first : first + across])
    if more := len(workers) - len(shown):
        grid.add_row(f"and {more} more")
    return grid


def _at(number: int, worker: Worker) -> str:
    if not worker.busy:
        return f"{number:>2}  free"
    return (
        f"{number:>2}  trial {worker.trial:<4} fold {_folds(worker):<3} "
        f"epoch {worker.epoch:>2} of {worker.epochs:<3} folds done: {worker.folds_done}"
    )


def _at_in_short(number: int, worker: Worker) -> str:
    if not worker.busy:
        return f"{number:>2}  free"
    epoch = f"epoch {worker.epoch}/{worker.epochs}"
    return f"{number:>2} trial {worker.trial} fold {_folds(worker)} {epoch}"


def _folds(worker: Worker) -> str:
    return "-".join(str(fold) for fold in sorted({worker.folds[0], worker.folds[-1]}))
