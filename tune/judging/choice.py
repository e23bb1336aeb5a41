"""Which trial wins."""

import pandas as pd
from rich.console import Console

from model.configuration import Configuration
from results.errors import ResultsError
from results.store.finalist_table import Finalist, finished_finalists, read_finalists
from results.store.trials import ranked
from results.store.winner import winning_trial
from tune.errors import SweepFailed
from tune.judging.finalists import cross_validate_finalists
from tune.planning.plan import Plan
from tune.watching.events import Tell, ignore


def chosen_winner(trials: pd.DataFrame, plan: Plan, console: Console, tell: Tell = ignore) -> int:
    """Returns the best trial by all the evidence, of which there is more for the finalists.

    Args:
        trials: The table of all trials.
        plan: The sweep's. Its finalists are cross-validated again, unless they were before.
        console: Where progress is shown.
        tell: Is told each event.

    Raises:
        SweepFailed: If no trial is whole.
    """
    best = best_trials(trials, plan.request.finalists)
    table = _judged_before(best, plan)
    if table is None and len(best) > 1:
        configurations = {trial: configuration_of(trial, trials, plan) for trial in best}
        table = cross_validate_finalists(trials, configurations, plan, console, tell)
    return best[0] if table is None else table[0].trial


def _judged_before(best: list[int], plan: Plan) -> list[Finalist] | None:
    """Returns the finalists if nothing of them is missing, and all are among them."""
    try:
        table = finished_finalists(read_finalists(plan.folder.finalists_csv))
    except ResultsError:
        return None
    return table if table is not None and set(best) <= {each.trial for each in table} else None


def best_trials(trials: pd.DataFrame, count: int) -> list[int]:
    """Returns the numbers of the best whole trials, the best first.

    Raises:
        SweepFailed: If none is whole.
    """
    try:
        winning_trial(trials)
    except ResultsError as error:
        raise SweepFailed(str(error)) from error
    return [int(trial) for trial in ranked(trials)["trial"][:count]]


def configuration_of(trial: int, trials: pd.DataFrame, plan: Plan) -> Configuration:
    """Returns the configuration of a trial, as its row of the table has it."""
    row = trials.set_index("trial").loc[trial]
    # A table keeps whole numbers as floats: the nearest point is the same point in its own kinds.
    varied = plan.space.nearest({name: row[name] for name in plan.space.parameters})
    return Configuration.from_dict({**plan.fixed, **varied})
