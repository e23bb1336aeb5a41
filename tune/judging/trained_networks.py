"""Networks that are trained on Ray's workers once the search has ended, side by side."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import ray
import torch
from numpy.typing import NDArray
from rich.console import Console

from datasets.seeds import Purpose, seed_for
from datasets.terminal.wrapping import unbroken
from model.configuration import Configuration
from model.networks.digit_network import DigitNetwork
from model.networks.kinds import build
from results.errors import ResultsError
from results.store.evaluation import BOTH, MNIST
from results.store.folder import SweepFolder
from results.store.weights import TrainedNetwork, load_network, save_network
from tune.errors import SweepFailed
from tune.planning.data import SweepData
from tune.planning.plan import Plan
from tune.watching.events import Retrained, Tell
from tune.watching.terminal import StepsView
from tune.watching.time_left import TimeLeft
from tune.watching.work import work_of_epoch
from tune.workers.trainer import Failed, Weights
from tune.workers.trainers import trained


@dataclass(frozen=True)
class NetworkJob:
    """A network to be trained.

    Attributes:
        name: `baseline`, `winner` or `fully-connected`.
        configuration: The network and how it is trained.
        trained_on: `mnist` or `mnist+chinese`, the part of the pool.
        without: A fold of the pool that it is not trained on, if any.
    """

    name: str
    configuration: Configuration
    trained_on: str = BOTH
    without: int | None = None

    def __str__(self) -> str:
        left_out = "" if self.without is None else f" without fold {self.without}"
        return f"{self.name} on {self.trained_on}{left_out}"

    def training(self, data: SweepData) -> NDArray[np.int64]:
        """Returns the indices of the pool's images that it is trained on."""
        everything = np.arange(len(data.pool))
        if self.trained_on == MNIST:
            everything = np.flatnonzero(data.pool.sources == "mnist")
        return (
            everything
            if self.without is None
            else np.setdiff1d(everything, data.folds[self.without])
        )

    def work(self, plan: Plan) -> float:
        """Returns the work of its training."""
        folds, digits = plan.space.folds, plan.data
        part = len(self.training(digits)) / len(digits.pool) * folds / (folds - 1)
        return part * self.configuration.epochs * work_of_epoch(self.configuration, digits)

    def seed(self, seed: int) -> int:
        """Returns what decides its training: of a fold's network the same as in the search."""
        if self.without is None:
            return seed_for(Purpose.WHOLE_TRAINING, seed)
        return seed_for(Purpose.FOLD_TRAINING, seed, self.without)


def train_networks(
    jobs: Sequence[NetworkJob],
    plan: Plan,
    console: Console,
    tell: Tell,
    keep: Callable[[NetworkJob, DigitNetwork], None],
    time_left: TimeLeft | None = None,
) -> None:
    """Trains networks side by side on workers.

    Args:
        jobs: What to train, the most work first.
        plan: The sweep's.
        console: Where progress is shown.
        tell: Is told each event.
        keep: Is given each network as it is ready, in evaluation mode.
        time_left: How long the sweep may take to its end.

    Raises:
        SweepFailed: If one cannot be trained.
    """
    left, time_left = list(jobs), time_left or TimeLeft()
    time_left.begin(sum(job.work(plan) for job in jobs), 0.0)
    steps = StepsView(
        console, "retraining", len(jobs), "networks", time_left, lambda: [("left", _named(left))]
    )
    with steps.shown(), closing(_trained(lambda: left, plan)) as networks:
        for job, network in networks:
            keep(job, network)
            left.remove(job)
            steps.done += 1
            time_left.add(job.work(plan))
            steps.say(f"retrained {job}")
            tell(Retrained(job.name, job.trained_on, job.without))


def _named(jobs: Sequence[NetworkJob]) -> str:
    return ", ".join(unbroken(str(job)) for job in jobs)


def _trained(
    open_jobs: Callable[[], Sequence[NetworkJob]], plan: Plan
) -> Generator[tuple[NetworkJob, DigitNetwork]]:
    """Yields each network as it is ready."""

    def begin(trainer: Any, job: NetworkJob) -> ray.ObjectRef:
        training, seed = job.training(plan.data), job.seed(plan.request.seed)
        return trainer.weights.remote(job.configuration, training, seed)

    for job, weights in trained(open_jobs, begin, plan):
        if isinstance(weights, Failed):
            raise SweepFailed(f"retraining {job} failed: {weights.reason}")
        yield job, _network(job.configuration, weights)


def _network(configuration: Configuration, weights: Weights) -> DigitNetwork:
    network = build(configuration)
    network.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    return network.eval()


def missing_folds(
    folder: SweepFolder, winner: Configuration, pool: str, folds: Sequence[int]
) -> list[NetworkJob]:
    """Returns the winner's networks of some folds that are yet to be trained.

    Args:
        folder: The sweep's.
        winner: The winner's configuration.
        pool: The fingerprint of the pool.
        folds: Their numbers.
    """
    return [
        NetworkJob("winner", winner, without=fold)
        for fold in folds
        if fold_network(folder, winner, pool, fold) is None
    ]


def fold_network(
    folder: SweepFolder, winner: Configuration, pool: str, fold: int
) -> TrainedNetwork | None:
    """Returns the winner's network of a fold, if it was trained before on these digits."""
    try:
        trained = load_network(folder.fold_weights(fold))
    except ResultsError:
        return None
    known = trained.configuration, trained.about.get("pool")
    return trained if known == (winner, pool) else None


def keep_fold(plan: Plan, job: NetworkJob, network: DigitNetwork) -> None:
    """Writes the winner's network of a fold."""
    assert job.without is not None
    path = plan.folder.fold_weights(job.without)
    path.parent.mkdir(exist_ok=True)
    about = {"pool": plan.data.pool.fingerprint, "fold": job.without}
    save_network(path, network, job.configuration, about)
