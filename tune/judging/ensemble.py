"""The ensemble: the winner's networks of all folds, trained where they are not yet."""

from collections.abc import Sequence
from functools import partial

from rich.console import Console

from results.store.folder import SweepFolder
from results.store.weights import TrainedNetwork, load_network
from tune.errors import SweepError
from tune.judging.trained_networks import (
    NetworkJob,
    fold_network,
    keep_fold,
    missing_folds,
    train_networks,
)
from tune.planning.data import SweepData
from tune.planning.plan import Plan
from tune.planning.plan_manifest import request_before
from tune.session.running import at_work, on_ray, resources_of_cluster
from tune.watching.events import Tell


def ensemble_of(
    folder: SweepFolder, data: SweepData | None, console: Console, tell: Tell
) -> list[TrainedNetwork]:
    """Returns the winner's networks of all folds; those that are missing are trained and kept.

    Args:
        folder: The sweep's.
        data: The sweep's digits, if they are at hand.
        console: Where progress is shown.
        tell: Is told each event.

    Raises:
        ResultsError: If the winner is damaged.
        SweepError: If networks have to be trained without the sweep's digits.
        Interrupted: If the user breaks it off.
        SweepFailed: If one cannot be trained, or the disk fails.
    """
    _, space, described = request_before(folder)
    winner, pool = load_network(folder.weights).configuration, described["pool"]["fingerprint"]
    numbers = range(space.folds)
    if jobs := missing_folds(folder, winner, pool, numbers):
        _train(folder, jobs, data, console, tell)
    networks = [fold_network(folder, winner, pool, number) for number in numbers]
    return [network for network in networks if network]


def _train(
    folder: SweepFolder,
    jobs: Sequence[NetworkJob],
    data: SweepData | None,
    console: Console,
    tell: Tell,
) -> None:
    if data is None:
        raise SweepError(
            f"{len(jobs)} networks of the ensemble must be trained first, with the sweep's digits."
        )
    request, space, _ = request_before(folder)
    again = "The same command goes on from here."
    with on_ray(request.address, again, request.nice) as stop:
        plan = Plan(
            request, space, data, resources_of_cluster(request, space, data, console), folder
        )
        with at_work(folder, None, console, stop):
            train_networks(jobs, plan, console, tell, partial(keep_fold, plan))
