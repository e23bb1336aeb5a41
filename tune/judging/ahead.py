"""What is to be done once the search has ended, as work."""

from collections.abc import Sequence

from model.configuration import BASELINE, Configuration
from results.store.evaluation import BOTH
from tune.judging.retraining import CALIBRATING, candidates
from tune.judging.trained_networks import NetworkJob
from tune.planning.plan import Plan
from tune.watching.work import work_of_epoch


def work_after_search(plan: Plan) -> float:
    """Returns the work of finalists and retraining, as if each trial were as near the baseline."""
    near = Configuration.from_dict({**plan.fixed, **plan.space.nearest(BASELINE.to_dict())})
    finalists = min(plan.request.finalists, plan.request.trials)
    again = 0 if finalists == 1 else finalists * plan.space.folds
    return again * work_of_fold(near, plan) + work_of_retraining(near, plan)


def work_of_fold(configuration: Configuration, plan: Plan) -> float:
    """Returns the work of one fold with all its epochs."""
    return configuration.epochs * work_of_epoch(configuration, plan.data)


def work_of_retraining(winner: Configuration, plan: Plan) -> float:
    """Returns the work of training all networks that are judged."""
    calibrating = NetworkJob("winner", winner, BOTH, CALIBRATING)
    jobs: Sequence[NetworkJob] = [*candidates(winner, plan.request.epochs), calibrating]
    return sum(job.work(plan) for job in jobs)
