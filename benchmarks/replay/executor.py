"""Workers that take their losses from a table instead of training."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.learning_curves import LearningCurves

Step = tuple[tuple[int, int], ...]
"""What is trained before the next report: (fold, epoch) pairs, both from 0."""


@dataclass(frozen=True)
class Job:
    """What a worker is given.

    Attributes:
        row: Of the table: the configuration.
        steps: One after another, unless the strategy ends it earlier.
    """

    row: int
    steps: Sequence[Step]


class Strategy(Protocol):
    """A way to search."""

    def suggest(self, name: str) -> Job | None:
        """Returns what a free worker shall do under this name, or nothing for now."""

    def report(self, name: str, step: int, losses: Sequence[float]) -> bool:
        """Takes the losses of a step; returns whether to end the job there."""

    def complete(self, name: str) -> None:
        """Is told that a job has ended."""

    def completed(self) -> set[int]:
        """Returns the rows that have been cross-validated to the end."""


@dataclass
class Replay:
    """What a search came to.

    Attributes:
        proposed: Rows, in their order.
        complete: Rows that were cross-validated to the end.
        history: The cost, in fold-epochs, at which each row became complete.
        cost: Of all, fold-epochs.
        time: Until the end, in the time that a fold-epoch takes.
        steps: How many epochs there were of so many folds side by side.
    """

    proposed: list[int] = field(default_factory=list)
    complete: set[int] = field(default_factory=set)
    history: list[tuple[int, int]] = field(default_factory=list)
    cost: int = 0
    time: int = 0
    steps: Counter[int] = field(default_factory=Counter)


def replay(strategy: Strategy, curves: LearningCurves, workers: int) -> Replay:
    """Runs a search to its end on some workers; a fold-epoch takes one unit of time."""
    told, free, jobs, now = Replay(), workers, 0, 0
    going: list[tuple[int, int, int, Job]] = []  # ends of steps: time, name, step, job
    while True:
        while free and (job := strategy.suggest(str(jobs))):
            heapq.heappush(going, (now + len(job.steps[0]), jobs, 0, job))
            told.proposed += [job.row] if job.row not in told.proposed else []
            free, jobs = free - 1, jobs + 1
        if not going:
            return told
        now, name, step, job = heapq.heappop(going)
        told.time = now
        told.cost += len(job.steps[step])
        told.steps[len(job.steps[step])] += 1
        losses = [float(curves.losses[job.row, fold, epoch]) for fold, epoch in job.steps[step]]
        pruned = strategy.report(str(name), step, losses)
        if not pruned and step + 1 < len(job.steps):
            heapq.heappush(going, (now + len(job.steps[step + 1]), name, step + 1, job))
            continue
        strategy.complete(str(name))
        free += 1
        told.history += [(told.cost, row) for row in strategy.completed() - told.complete]
        told.complete |= strategy.completed()
