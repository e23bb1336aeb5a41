"""What parameters and first epochs say of a trial."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tune.search.forecasting.trial_levels import CLIP, Known, Processes, TrialLevels

Floats = NDArray[np.float64]


def told(parameters: Floats, first: Floats, levels: Floats, variance: float = 0.001) -> TrialLevels:
    """Returns what trials come to of which some levels are known."""
    variances = np.full(len(levels), variance)
    return Processes(Known(parameters, first, levels, variances, 0.001)).levels()


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


def some_known() -> Known:
    rng = np.random.default_rng(0)
    parameters, first = rng.uniform(-0.5, 0.5, (30, 3)), rng.normal(size=30)
    levels = np.where(np.arange(30) % 3, 0.4 * parameters[:, 0], np.nan)
    return Known(parameters, first, levels, np.full(30, 0.004), 0.001)


def one_of(known: Known, place: int, **changes: Floats) -> Known:
    """Returns what is known of one trial alone."""
    of_trials = ("parameters", "first", "levels", "variances")
    own = {name: getattr(known, name)[[place]] for name in of_trials}
    return replace(known, **{**own, **changes})


def test_processes_that_hardly_count_are_left_out() -> None:
    assert 1 <= len(Processes(some_known()).weights) < 16


@pytest.mark.parametrize("place", range(6))
def test_one_trial_comes_to_the_same_alone_as_among_all(place: int) -> None:
    processes = Processes(some_known())
    among_all = processes.levels()
    alone = processes.of(one_of(some_known(), place), place)
    assert alone.centers[:, 0] == pytest.approx(among_all.centers[:, place], abs=1e-9)
    assert alone.spreads[:, 0] == pytest.approx(among_all.spreads[:, place], abs=1e-9)


def test_a_new_trial_comes_to_what_one_like_it_without_a_fold_comes_to() -> None:
    processes = Processes(some_known())
    new = processes.of(one_of(some_known(), 0), None)
    assert new.centers[:, 0] == pytest.approx(processes.levels().centers[:, 0])
    assert new.spreads[:, 0] == pytest.approx(processes.levels().spreads[:, 0])


@pytest.mark.parametrize("place", [0, 1])
def test_what_a_trial_shows_moves_it_as_far_as_all_fitted_anew_would(place: int) -> None:
    known = some_known()
    told = 0.4 * known.parameters[[place], 0] + 0.02
    levels = known.levels.copy()
    levels[place] = told[0]
    moved = Processes(known).of(one_of(known, place, levels=told), place)
    anew = Processes(replace(known, levels=levels)).levels()
    assert centers(moved)[0] == pytest.approx(centers(anew)[place], abs=0.01)
    assert moved.spreads.mean() == pytest.approx(anew.spreads[:, place].mean(), rel=0.1)
