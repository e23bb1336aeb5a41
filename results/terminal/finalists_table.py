"""The best trials, cross-validated on other folds, too."""

from collections.abc import Mapping, Sequence

from results.numbers import loss_with_error
from results.store.finalist_records import Finalist
from results.store.search.trial_records import TrialRecord
from results.terminal.fitted_table import Column, FittedTable
from results.terminal.leaderboard import ERROR

BOTH = "The winner is the finalist with the lowest mean of both losses."


def finalists_table(finalists: Sequence[Finalist], trials: Sequence[TrialRecord]) -> FittedTable:
    """Returns the finalists' losses, from the search and from other folds, the winner first.

    Args:
        finalists: Of a sweep.
        trials: All of it.
    """
    known = {each.trial: each for each in trials}
    columns = [
        Column("trial", [str(each.trial) for each in finalists]),
        Column("in the search", [_found(each, known) for each in finalists]),
        Column("on other folds", [_on_others(each) for each in finalists]),
        Column("mean of both", [_both(each) for each in finalists]),
    ]
    return FittedTable("Finalists", columns, (BOTH, ERROR))


def _found(finalist: Finalist, known: Mapping[int, TrialRecord]) -> str:
    trial = known.get(finalist.trial)
    error = trial.validation_loss_se if trial else None
    return loss_with_error(finalist.validation_loss, error)


def _on_others(finalist: Finalist) -> str:
    return loss_with_error(finalist.second_loss, finalist.second_se)


def _both(finalist: Finalist) -> str:
    return dropped_after(finalist) if finalist.dropped else f"{finalist.both:.4f}"


def dropped_after(finalist: Finalist) -> str:
    """Says after how many folds a finalist was dropped."""
    return f"dropped after {finalist.folds_done} of {len(finalist.second)} folds"
