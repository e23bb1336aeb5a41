"""The engine on simulated workers: what it costs the driver to feed them."""

import heapq
import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import optuna

from benchmarks.driver.made_up import MadeUpLosses
from model.configuration import Configuration
from search_spaces import SearchSpace, read_space
from tune.search.engine import Engine
from tune.search.epoch_log import Log
from tune.search.forecasting.forecaster import Forecaster
from tune.search.outcome import Decision, Outcome
from tune.search.proposing.sampling import ForecastSampler, startup_trials, tpe
from tune.search.pruning.ladder import LadderPruner
from tune.workers.job import Job, JobStep

PARTS = 10  # of all trials that are begun; what comes after the last beginning is a part more


@dataclass
class Cost:
    """What a search took of the driver.

    Attributes:
        trials: How many there were.
        seconds: (11,) that the engine was at work, in each tenth of the beginnings, and after.
        slowest: The longest that a worker waited for one answer, seconds, in the same parts.
        calls: How often it was asked or told something.
        states: How many trials ended how.
        best: The lowest validation loss of a complete trial, nats.
    """

    trials: int
    seconds: list[float] = field(default_factory=lambda: [0.0] * (PARTS + 1))
    slowest: list[float] = field(default_factory=lambda: [0.0] * (PARTS + 1))
    calls: int = 0
    states: Counter[str] = field(default_factory=Counter)
    best: float = 0.0


class SimulatedWorkers:
    """Workers that need no time of this machine, but a made-up one of their own.

    Args:
        trials: How many trials to ask for.
        workers: How many there are.
        space: Search space's name.
        seed: Decides losses and proposals.
        study: Keeps the trials; one in memory when left out.
        log: Keeps each epoch, if given.
    """

    def __init__(
        self,
        trials: int,
        workers: int,
        space: str,
        seed: int = 0,
        study: optuna.Study | None = None,
        log: Log | None = None,
    ) -> None:
        self._space = read_space(space, Configuration.check)
        self._epochs = Configuration.from_dict(self._space.fixed_with(None)).epochs
        dimensions = len(self._space.distributions())
        self._losses = MadeUpLosses(dimensions, self._space.folds, self._epochs, seed)
        self._study = study or optuna.create_study()
        self._engine = _engine(self._study, self._space, self._epochs, trials, seed, log)
        self._free, self._begun = workers, 0
        self._going: list[tuple[float, int, int, Job]] = []  # when, job, epoch that ends then
        self.cost = Cost(trials)

    def run(self) -> Cost:
        """Runs the search to its end."""
        self.run_until(math.inf)
        with self._timed():
            self._engine.end()
        self.cost.states.update(each.state.name.lower() for each in self._study.trials)
        self.cost.best = self._study.best_value
        return self.cost

    def run_until(self, trials: float) -> None:
        """Runs the search until so many trials have begun, or to its end."""
        now = 0.0
        while self._begun < trials:
            self._give(now)
            if not self._going:
                break
            now, _, epoch, job = heapq.heappop(self._going)
            self._report(now, epoch, job)

    def _give(self, now: float) -> None:
        """Gives free workers what there is to do."""
        while self._free and (job := self._next()):
            self._begun = max(self._begun, job.trial + 1)
            self._free -= 1
            self._push(now, 1, job)

    def _next(self) -> Job | None:
        with self._timed():
            return self._engine.next_job()

    def _push(self, now: float, epoch: int, job: Job) -> None:
        slow = 0.5 + (job.trial * 37 % 101) / 101  # networks differ in size
        heapq.heappush(self._going, (now + slow * len(job.folds), job.number, epoch, job))

    def _report(self, now: float, epoch: int, job: Job) -> None:
        varied = {name: getattr(job.configuration, name) for name in self._space.distributions()}
        place = self._space.coordinates(varied)
        told = [self._losses.epoch(job.trial, place, fold, epoch) for fold in job.folds]
        folds, is_last = tuple(told), epoch == self._epochs
        with self._timed():
            if not is_last and self._engine.on_epoch(job, folds) == Decision.GO_ON:
                return self._push(now, epoch + 1, job)
            self._engine.on_end(job, Outcome.of(JobStep(folds, is_last), 1.0))
        self._free += 1
        return None

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Counts what a block takes to the tenth that the search is in."""
        part = min(PARTS * self._begun // self.cost.trials, PARTS)
        started = time.perf_counter()
        yield
        took = time.perf_counter() - started
        self.cost.seconds[part] += took
        self.cost.slowest[part] = max(self.cost.slowest[part], took)
        self.cost.calls += 1


def _engine(
    study: optuna.Study, space: SearchSpace, epochs: int, trials: int, seed: int, log: Log | None
) -> Engine:
    """Puts the search together as `tune.search.search` does."""
    forecaster = Forecaster(space.folds, epochs)
    startup = startup_trials(trials)
    study.sampler = ForecastSampler(
        space.distributions(), forecaster.losses, partial(tpe, startup), seed
    )
    pruner = LadderPruner(forecaster, spared=[0])
    return Engine(study, forecaster, pruner, space, trials, space.fixed_with(epochs), log=log)
