"""The trials of a sweep as a table, read from Optuna's study, which holds the truth."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from datasets.atomic import whole_file
from results.errors import ResultsError
from results.store.formats.csv_files import read_csv

STATES = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "stopped",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}

ALWAYS = ("trial", "state", "origin", "validation_loss", "estimate", "fold_epochs")
ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
ESTIMATES = "estimates"  # of a study: by all that its search has seen, (trial, loss) each
UNLIKELY = "unlikely"  # why a trial was pruned: likely worse than another
SEARCH_OVER = "search over"  # why a trial was pruned: the search left it before its last epoch
MISSED = "missed"  # of a study: the probability that a trial that was stopped is better than all


def trials_of(study: optuna.Study) -> list[FrozenTrial]:
    """Returns all trials of a study; once its search is over, with estimates by all it has seen.

    Those made when the trials ended cannot be compared: at first nobody knows which fold is hard.
    """
    trials = study.get_trials(deepcopy=False)
    return with_estimates(trials, dict(study.user_attrs.get(ESTIMATES, ())))


def with_estimates(
    trials: Sequence[FrozenTrial], estimates: Mapping[int, float]
) -> list[FrozenTrial]:
    """Returns the trials with other estimates of their losses, by their numbers."""
    return [_with_estimate(trial, estimates.get(trial.number)) for trial in trials]


def _with_estimate(trial: FrozenTrial, estimate: float | None) -> FrozenTrial:
    if estimate is None:
        return trial
    other = copy.copy(trial)
    other.user_attrs = {**trial.user_attrs, "estimate": estimate}
    return other


def trials_table(trials: Sequence[FrozenTrial]) -> pd.DataFrame:
    """Returns one row a trial that was started, in their order.

    The columns: `trial`, `state`, `origin` (`report`, or `search`), `validation_loss` (of a whole
    trial: mean over the folds of the loss averaged over sources, after the last epoch, nats), its
    standard deviation over the folds, `estimate` (what that loss was expected to be when the trial
    ended; once the search is over, by all it has seen), how many `folds` were begun and the last
    loss of each, mean loss and accuracy of each source, the parameters that vary, `weights` (how
    many the network has), what it cost in `fold_epochs` and `seconds`, and the `cause` of its end
    if it is not whole.
    """
    started = [trial for trial in trials if trial.state != TrialState.WAITING]
    return pd.DataFrame([_row(trial) for trial in started], columns=_columns(started))


def _row(trial: FrozenTrial) -> dict[str, Any]:
    measured = trial.user_attrs
    losses = measured.get("fold_losses", [])
    complete = trial.state == TrialState.COMPLETE
    return {
        "trial": trial.number,
        "state": STATES[trial.state],
        "origin": measured.get("origin", "search"),
        "validation_loss": trial.value if complete else None,
        "validation_loss_sd": measured.get("validation_loss_sd") if complete else None,
        "estimate": measured.get("estimate"),
        "folds": len(losses),
        **{f"fold_{fold}": loss for fold, loss in enumerate(losses)},
        **{f"loss_{source}": loss for source, loss in measured.get("losses", {}).items()},
        **{f"accuracy_{source}": part for source, part in measured.get("accuracies", {}).items()},
        **trial.params,
        "weights": measured.get("weights"),
        "fold_epochs": measured.get("fold_epochs", 0),
        "seconds": measured.get("seconds"),
        "cause": measured.get("cause", ""),
    }


def _columns(trials: Sequence[FrozenTrial]) -> list[str]:
    """Returns every column of any row: the longest row's, then what only others have."""
    rows = [list(_row(trial)) for trial in trials]
    longest = max(rows, key=len, default=list(ALWAYS))
    return longest + [name for row in rows for name in row if name not in longest]


def write_trials(path: Path, trials: Sequence[FrozenTrial]) -> None:
    """Writes the table to a CSV file, whole or not at all."""
    with whole_file(path) as temporary:
        trials_table(trials).to_csv(temporary, index=False)


def read_trials(path: Path) -> pd.DataFrame:
    """Reads what `write_trials` wrote; an empty table where there is no such file yet.

    Raises:
        ResultsError: If the file is damaged.
    """
    if not path.is_file():
        return trials_table([])
    table = read_csv(path, ["trial", "validation_loss", "estimate", "fold_epochs"])
    if not set(table.get("state", [""])) <= set(STATES.values()):
        raise ResultsError(f"{path} is damaged: a state must be of {', '.join(STATES.values())}.")
    return table


def ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Returns the complete trials, the best first."""
    complete = table[table["state"] == "complete"]
    return complete.sort_values(["validation_loss", "trial"])
