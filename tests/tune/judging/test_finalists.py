"""Which trials are the finalists, and which wins without them."""

import pytest

from results.store.search.trial_records import State, TrialRecord
from tune.errors import SweepFailed
from tune.judging.finalists import best_trials


def trials(*ends: tuple[State, float | None]) -> list[TrialRecord]:
    return [
        TrialRecord(number, state, validation_loss=loss)
        for number, (state, loss) in enumerate(ends)
    ]


TRIALS = trials(
    ("complete", 0.21), ("pruned", None), ("complete", 0.11), ("complete", 0.1133),
    ("complete", 0.12),
)  # fmt: skip


def test_finalists_are_the_best_whole_trials() -> None:
    assert best_trials(TRIALS, 3) == [2, 3, 4]
    assert best_trials(TRIALS, 5) == [2, 3, 4, 0]
    assert best_trials(TRIALS, 1) == [2]


def test_there_are_none_where_no_trial_is_complete() -> None:
    with pytest.raises(SweepFailed, match="no trial is complete"):
        best_trials(TRIALS[1:2], 3)


def test_only_complete_trials_win() -> None:
    ends = trials(("complete", 0.5), ("failed", None), ("pruned", 0.1), ("complete", 0.4))
    assert best_trials(ends, 1) == [3]


def test_earlier_trial_wins_a_tie() -> None:
    assert best_trials(trials(("complete", 0.4), ("complete", 0.4)), 1) == [0]


def test_no_complete_trial_is_told_with_the_causes() -> None:
    failed = [TrialRecord(number, "failed", reason="its loss is nan.") for number in range(2)]
    told = r"no trial is complete.* 2 x its loss is nan\. Lower the learning rate"
    with pytest.raises(SweepFailed, match=told):
        best_trials(failed, 1)
