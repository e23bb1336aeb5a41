"""What parameters and first epochs say of a trial."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tune.search.forecasting.trial_levels import CLIP, Known, Processes, TrialLevels

Floats = NDArray[np.float64]


def told(parameters: Floats, first: Floats, levels: Floats, variance: float = 0.001) -> TrialLevels:
    """Returns what trials come to of which some levels are known."""
    variances = np.full(len(levels), variance)
    return Processes().levels(Known(parameters, first, levels, variances, 0.001), anew=True)


def centers(levels: TrialLevels) -> Floats:
    """Returns the expected levels."""
    expected: Floats = levels.weights @ levels.centers
    return expected


def test_before_anything_is_known_the_lower_first_loss_is_the_better() -> None:
    levels = told(np.zeros((3, 2)), np.array([0.5, 0.7, 0.9]), np.full(3, np.nan))
    assert np.all(np.diff(centers(levels)) > 0)
    assert levels.spreads.min() > 0.5
    assert levels.weights.sum() == pytest.approx(1)


def test_what_a_parameter_does_is_learnt() -> None:
    rng = np.random.default_rng(0)
    parameters = rng.uniform(-0.5, 0.5, (40, 3))
    true = 0.4 * parameters[:, 1]
    known = np.where(np.arange(40) < 25, true, np.nan)
    levels = told(parameters, rng.normal(size=40), known)
    assert centers(levels)[25:] == pytest.approx(true[25:], abs=0.06)
    assert levels.spreads[:, 25:].max() < 0.25


def test_how_far_first_epochs_can_be_trusted_is_learnt() -> None:
    rng = np.random.default_rng(0)
    first, chance = rng.normal(size=40), rng.normal(size=40)
    spreads = []
    for levels in (0.15 * first, 0.15 * chance):
        known = np.where(np.arange(40) < 25, levels, np.nan)
        mixture = told(np.zeros((40, 1)), first, known)
        spreads.append(mixture.spreads[:, 25:].mean())
    assert spreads[0] < 0.6 * spreads[1]


def test_how_bad_the_bad_are_is_no_matter() -> None:
    parameters, first = np.zeros((4, 1)), np.zeros(4)
    some = [told(parameters, first, np.array([0, 0.2, bad, np.nan])) for bad in (CLIP, 9.0)]
    assert centers(some[0]) == pytest.approx(centers(some[1]))


def test_processes_that_counted_last_time_are_not_weighed_anew() -> None:
    processes, rng = Processes(), np.random.default_rng(0)
    parameters, first = rng.uniform(-0.5, 0.5, (30, 3)), rng.normal(size=30)
    known = Known(parameters, first, 0.4 * parameters[:, 0], np.full(30, 0.001), 0.001)
    anew = processes.levels(known, anew=True)
    again = processes.levels(known, anew=False)
    assert len(anew.weights) == len(again.weights) < 16
    assert centers(again) == pytest.approx(centers(anew), abs=1e-6)
