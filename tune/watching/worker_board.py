"""What each worker is doing, and how fast."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from model.configuration import Configuration
from tune.planning.trial_resources import TrialResources
from tune.workers.job import Job, JobStep

HALF_A_MINUTE = 30.0  # seconds, over which speed is averaged


class Speed:
    """Images a second over the last half minute, or the last epoch if that was longer."""

    def __init__(self) -> None:
        self._marks = deque([(time.monotonic(), 0)])
        self.images = 0.0

    def add(self, images: int) -> None:
        """Takes down that so many images have been trained on since the last time."""
        now = time.monotonic()
        self._marks.append((now, images))
        while len(self._marks) > 2 and self._marks[1][0] <= now - HALF_A_MINUTE:
            self._marks.popleft()
        (since, _), *others = self._marks
        self.images = sum(images for _, images in others) / max(now - since, 1e-9)


@dataclass
class Worker:
    """A place for one run, and what is done there.

    Attributes:
        busy: Whether anything is.
        trial: The trial that it is at, or was.
        folds: Those that it is at, one unless they are trained side by side.
        epoch: The one that it is at, from 1.
        epochs: How many a fold has.
        folds_done: Of the trial, by whichever worker.
        cores: That it kept busy in its last epoch.
        gpus: That are put aside for it.
        speed: Of its training.
    """

    busy: bool = False
    trial: int = 0
    folds: Sequence[int] = ()
    epoch: int = 1
    epochs: int = 1
    folds_done: int = 0
    cores: float = 0.0
    gpus: float = 0.0
    speed: Speed = field(default_factory=Speed)

    @property
    def images(self) -> float:
        """That it trains on, a second."""
        return self.speed.images


class Workers:
    """Gives each run a place, and keeps what is done there.

    Args:
        resources: What each gets of its machine. A GPU trains all folds of a run side by side.
        images: Returns how many images a fold-epoch trains on, for some configuration.
    """

    def __init__(
        self, resources: TrialResources, images: Callable[[int, Configuration], int]
    ) -> None:
        self.places = [Worker() for _ in range(resources.concurrent)]
        self._resources, self._images = resources, images
        self._jobs: dict[str, tuple[Worker, Job]] = {}

    def begin(self, run: str, job: Job, folds_done: int) -> None:
        """Takes down that a worker begins a job."""
        worker = next((place for place in self.places if not place.busy), None)
        if worker is None:
            worker = Worker()
            self.places.append(worker)
        self._jobs[run] = worker, job
        worker.busy, worker.trial, worker.epoch = True, job.trial, 1
        worker.gpus = (self._resources.alone if job.alone else self._resources).gpus
        worker.folds = job.folds if self._resources.gpus else job.folds[:1]
        worker.epochs, worker.folds_done = job.configuration.epochs, folds_done

    def add(self, run: str, step: JobStep, folds_done: int) -> None:
        """Takes down an epoch, and goes on to the next."""
        worker, job = self._jobs[run]
        worker.cores, worker.folds_done = step.cores, folds_done
        trained = [each.fold for each in step.folds]
        worker.speed.add(sum(self._images(fold, job.configuration) for fold in trained))
        if trained and step.epoch < worker.epochs:
            worker.folds, worker.epoch = trained, step.epoch + 1
        elif left := [fold for fold in job.folds if trained and fold > trained[-1]]:
            worker.folds, worker.epoch = left[:1], 1

    def end(self, run: str) -> None:
        """Takes down that a job is over."""
        if run in self._jobs:
            self._jobs.pop(run)[0].busy = False

    @property
    def busy(self) -> list[Worker]:
        """Those that are at something."""
        return [worker for worker in self.places if worker.busy]
