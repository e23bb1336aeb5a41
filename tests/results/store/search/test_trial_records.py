"""Each trial's record is read as it was written, or the file is refused."""

import math
from pathlib import Path

import pytest

from results.errors import ResultsError
from results.store.search.trial_records import (
    TrialRecord,
    best_first,
    count_states,
    read_records,
    rows_of,
    write_records,
)

COMPLETE = TrialRecord(
    trial=0,
    state="complete",
    origin="report",
    validation_loss=0.1 + 0.2,
    validation_loss_se=1e-17,
    forecast=0.25,
    fold_losses=(0.5, math.inf),
    losses={"mnist": 0.1, "a, b": 0.2},
    accuracies={"mnist": 0.9, "a, b": 0.8},
    parameters={"channels_1": 8, "learning_rate": 1e-5, "schedule": "cosine", "wide": True},
    weights=100,
    fold_epochs=20,
    seconds=1.5,
)
FAILED = TrialRecord(1, "failed", parameters={"channels_1": 7}, cause='it said "no";\nsee')
RUNNING = TrialRecord(2, "running")


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    assert read_records(path) == []
    for records in ([], [COMPLETE], [FAILED, COMPLETE, RUNNING]):
        write_records(path, records)
        assert read_records(path) == records


def test_each_row_has_the_columns_of_all() -> None:
    first, second = rows_of([RUNNING, COMPLETE])
    assert list(first) == list(second)
    assert (first["channels_1"], second["channels_1"]) == (None, 8)


def test_best_is_first_and_of_two_alike_the_earlier() -> None:
    made = [TrialRecord(n, "complete", validation_loss=loss) for n, loss in ((3, 0.4), (1, 0.4))]
    best = TrialRecord(7, "complete", validation_loss=0.1)
    assert [each.trial for each in best_first([*made, FAILED, best])] == [7, 1, 3]


def test_states_are_counted_the_most_frequent_first() -> None:
    assert list(count_states([FAILED, COMPLETE, RUNNING, COMPLETE])) == [
        "complete",
        "failed",
        "running",
    ]


HEAD = "trial,state,validation_loss,forecast,fold_epochs\n"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "its last line is cut off"),
        (HEAD + "0,complete,0.5,0.5,1", "its last line is cut off"),
        ("trial,state\n", "it lacks the columns fold_epochs, forecast, validation_loss"),
        (HEAD + "0,complete,0.5\n", "line 2 is not as long as the first"),
        (HEAD + "0,complete,0.5,0.5,1,1\n", "line 2 is not as long as the first"),
        (HEAD + "0,lost,0.5,0.5,1\n", "a state must be of complete, .* but is 'lost'"),
        (HEAD + "0,complete,,0.5,1\n", "trial 0 is complete, but has no loss"),
        (HEAD + "0,complete,low,0.5,1\n", "'low'"),
        (HEAD + "0,complete,0.5,0.5,inf\n", "infinity"),
    ],
)
def test_damaged_table_is_refused_with_the_reason(tmp_path: Path, content: str, rule: str) -> None:
    path = tmp_path / "trials.csv"
    path.write_text(content)
    with pytest.raises(ResultsError, match=rf"trials\.csv is damaged: .*{rule}"):
        read_records(path)
