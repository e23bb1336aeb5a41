"""Who is cross-validated again."""

import pandas as pd
import pytest

from tune.errors import SweepFailed
from tune.judging.choice import best_trials

STATES = ["complete", "stopped", "complete", "complete", "complete"]
TRIALS = pd.DataFrame(
    {
        "trial": range(5),
        "state": STATES,
        "validation_loss": [0.21, None, 0.11, 0.1133, 0.12],
    }
)


def test_finalists_are_the_best_whole_trials() -> None:
    assert best_trials(TRIALS, 3) == [2, 3, 4]
    assert best_trials(TRIALS, 5) == [2, 3, 4, 0]
    assert best_trials(TRIALS, 1) == [2]


def test_there_are_none_where_no_trial_is_whole() -> None:
    with pytest.raises(SweepFailed, match="no trial is complete"):
        best_trials(TRIALS[TRIALS["state"] == "stopped"], 3)
