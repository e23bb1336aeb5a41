"""What a fold's loss comes to at its last epoch."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tune.search.forecasting.falls import PRIOR_SPREAD, Falls

Floats = NDArray[np.float64]
EPOCHS = 5


def falling(slope: float, noise: float, folds: int) -> Floats:
    """Returns log losses (folds, epochs), of which the last are a line of the first."""
    rng = np.random.default_rng(0)
    first = rng.normal(0.5, 0.4, folds)
    last = -1 + slope * (first - 0.5) + noise * rng.standard_normal(folds)
    parts = np.linspace(0, 1, EPOCHS)
    curves: Floats = first[:, None] * (1 - parts) + last[:, None] * parts
    return curves


def test_before_any_fold_has_ended_losses_keep_their_distances() -> None:
    falls = Falls.fitted(np.empty((0, EPOCHS)))
    early = falls.last(np.array([0.3, 0.8]), np.array([1, 1]))
    assert early[1] - early[0] == pytest.approx(0.5)
    assert falls.spreads[0] == pytest.approx(PRIOR_SPREAD)
    assert np.all(np.diff(falls.spreads) < 0)


@pytest.mark.parametrize("slope", [0.5, 1.0, 1.5])
def test_the_last_loss_is_told_from_the_first(slope: float) -> None:
    falls = Falls.fitted(falling(slope, 0.0, 60))
    told = falls.last(np.array([0.1, 0.5, 0.9]), np.zeros(3, np.int64))
    assert told == pytest.approx(-1 + slope * np.array([-0.4, 0, 0.4]), abs=0.05)
    assert falls.spreads[0] < 0.3 * PRIOR_SPREAD


def test_spread_is_that_of_the_folds_once_there_are_many() -> None:
    falls = Falls.fitted(falling(1.0, 0.3, 400))
    assert falls.spreads[0] == pytest.approx(0.3, rel=0.1)
    assert falls.spreads[-1] == 0


def test_a_loss_after_the_last_epoch_is_told_as_it_is() -> None:
    falls = Falls.fitted(falling(0.7, 0.1, 20))
    assert falls.last(np.array([-0.4]), np.array([EPOCHS - 1])) == pytest.approx(-0.4)
