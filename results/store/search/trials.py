"""The trials of a sweep as Optuna's study, which holds the truth, has them; and as a table."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from results.store.search.trial_records import State, TrialRecord, columns_of, read_records

STATES: dict[TrialState, State] = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
BEGUN = (TrialState.RUNNING, *FINISHED)
FORECASTS = "forecasts"  # of a study: by all that its search has seen, (trial, loss) each
UNLIKELY = "unlikely"  # why a trial was pruned: likely worse than another
SEARCH_OVER = "search over"  # why a trial was pruned: the search left it before its last epoch
MISSED = "missed"  # of a study: the probability that a trial that was pruned is better than all


def trials_of(study: optuna.Study) -> list[FrozenTrial]:
    """Returns all trials of a study; once its search is over, with forecasts by all it has seen.

    Those made when the trials ended cannot be compared: at first nobody knows which fold is hard.
    """
    trials = study.get_trials(deepcopy=False)
    return with_forecasts(trials, dict(study.user_attrs.get(FORECASTS, ())))


def with_forecasts(
    trials: Sequence[FrozenTrial], forecasts: Mapping[int, float]
) -> list[FrozenTrial]:
    """Returns the trials with other forecasts of their losses, by their numbers."""
    return [_with_forecast(trial, forecasts.get(trial.number)) for trial in trials]


def _with_forecast(trial: FrozenTrial, forecast: float | None) -> FrozenTrial:
    if forecast is None:
        return trial
    other = copy.copy(trial)
    other.user_attrs = {**trial.user_attrs, "forecast": forecast}
    return other


def records_of(trials: Sequence[FrozenTrial]) -> list[TrialRecord]:
    """Returns a record of each trial that was begun, in their order."""
    return [_record(trial) for trial in trials if trial.state != TrialState.WAITING]


def _record(trial: FrozenTrial) -> TrialRecord:
    measured = trial.user_attrs
    complete = trial.state == TrialState.COMPLETE
    return TrialRecord(
        trial=trial.number,
        state=STATES[trial.state],
        origin=measured.get("origin", "search"),
        validation_loss=trial.value if complete else None,
        validation_loss_se=measured.get("validation_loss_se") if complete else None,
        forecast=measured.get("forecast"),
        fold_losses=tuple(measured.get("fold_losses", ())),
        losses=measured.get("losses", {}),
        accuracies=measured.get("accuracies", {}),
        parameters=trial.params,
        weights=measured.get("weights"),
        fold_epochs=measured.get("fold_epochs", 0),
        seconds=measured.get("seconds"),
        reason=measured.get("reason", ""),
        cause=measured.get("cause", ""),
    )


def table_of(records: Sequence[TrialRecord]) -> pd.DataFrame:
    """Returns a row for each record, see `TrialRecord.to_row`."""
    return pd.DataFrame([record.to_row() for record in records], columns=columns_of(records))


def trials_table(trials: Sequence[FrozenTrial]) -> pd.DataFrame:
    """Returns a row for each trial that was begun, in their order, see `TrialRecord.to_row`."""
    return table_of(records_of(trials))


def read_trials(path: Path) -> pd.DataFrame:
    """Reads `trials.csv`; an empty table where there is no such file yet.

    Raises:
        ResultsError: If the file is damaged.
    """
    return table_of(read_records(path))
