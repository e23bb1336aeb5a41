import pandas as pd
import pytest

from results.errors import ResultsError
from results.store.winner import winning_trial


def table(*rows: tuple[int, str, float | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["trial", "state", "validation_loss"])


def test_only_complete_trials_win() -> None:
    trials = table(
        (0, "complete", 0.5), (1, "failed", None), (2, "stopped", 0.1), (3, "complete", 0.4)
    )
    assert winning_trial(trials) == 3


def test_earlier_trial_wins_a_tie() -> None:
    assert winning_trial(table((0, "complete", 0.4), (1, "complete", 0.4))) == 0


def test_no_complete_trial_is_told_with_the_causes() -> None:
    trials = table((0, "failed", None)).assign(cause="the training loss is nan.")
    with pytest.raises(ResultsError, match=r"no trial is complete.* loss is nan"):
        winning_trial(trials)
