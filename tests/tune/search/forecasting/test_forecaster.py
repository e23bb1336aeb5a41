"""What the losses so far say of the loss of a complete trial."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tune.search.forecasting.forecaster import GROWTH, MOST, Forecaster
from tune.search.forecasting.trial_levels import Known, Processes

Floats = NDArray[np.float64]
FOLDS, EPOCHS = 5, 10


def shown(forecaster: Forecaster, trial: int, curves: Floats, epochs: list[int]) -> None:
    """Shows the forecaster the first fold-epochs of a trial."""
    for fold, seen in enumerate(epochs):
        for epoch in range(seen):
            forecaster.observe(trial, fold, epoch + 1, float(curves[fold, epoch]))


def drawn(rng: np.random.Generator, level: float, noise: float = 0.0) -> Floats:
    """Returns curves (folds, epochs): a level, the same fall and the same offsets for all."""
    fall = -1.5 * (1 - np.exp(-np.arange(EPOCHS) / 3))
    offsets = np.array([0.1, -0.2, 0.0, 0.05, 0.05])
    curves: Floats = np.exp(
        level + fall + offsets[:, None] + noise * rng.standard_normal((FOLDS, EPOCHS))
    )
    return curves


def test_nothing_is_known_of_no_trial() -> None:
    assert Forecaster(FOLDS, EPOCHS).losses() == {}


def test_whole_trial_stands_at_its_mean_loss_and_that_is_certain() -> None:
    forecaster, curves = Forecaster(FOLDS, EPOCHS), drawn(np.random.default_rng(0), 0.0, 0.1)
    shown(forecaster, 7, curves, [EPOCHS] * FOLDS)
    assert forecaster.losses()[7] == pytest.approx(curves[:, -1].mean())
    assert forecaster.forecasts().spreads[0] == pytest.approx(0.0)


def test_what_is_to_come_is_estimated_from_those_that_are_further() -> None:
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(0)
    for trial in range(8):
        shown(forecaster, trial, drawn(rng, 0.1 * trial), [EPOCHS] * FOLDS)
    unseen = drawn(rng, 0.3)
    shown(forecaster, 9, unseen, [4, 0, 0, 0, 0])
    assert forecaster.losses()[9] == pytest.approx(unseen[:, -1].mean(), rel=0.02)


def test_a_fold_that_is_hardly_begun_counts_little_beside_one_that_is_complete() -> None:
    forecaster, complete = Forecaster(FOLDS, EPOCHS), drawn(np.random.default_rng(0), 0.0)
    shown(forecaster, 1, complete, [EPOCHS] * FOLDS)
    shown(forecaster, 2, complete, [0, EPOCHS])
    shown(forecaster, 3, np.vstack([complete[:2], 2 * complete[2:]]), [0, EPOCHS, 1])
    alone, beside = (forecaster.losses()[trial] for trial in (2, 3))
    assert 1 < beside / alone < 2**0.2  # the root of 2, if both counted alike
    assert forecaster.forecasts().spreads[2] < forecaster.forecasts().spreads[1]


def beside_six(level: float, noise: float, seed: int) -> tuple[float, float]:
    """Returns how far off the forecast of a trial is, in log loss, and how far it says it may be.

    The trial has had three epochs, beside six complete ones at levels of 0 and above.
    """
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(seed)
    for trial in range(6):
        shown(forecaster, trial, drawn(rng, abs(rng.normal()) / 2, noise), [EPOCHS] * FOLDS)
    unseen = drawn(rng, level, noise)
    shown(forecaster, 9, unseen, [3, 0, 0, 0, 0])
    forecasts = forecaster.forecasts()
    off = math.log(unseen[:, -1].mean() / forecaster.losses()[9])
    return off, float(forecasts.spreads[forecasts.places[9]])


@pytest.mark.parametrize("noise", [0.01, 0.05, 0.1])
def test_forecast_is_as_far_off_as_it_says_where_trials_are_nearly_as_good(noise: float) -> None:
    drawn_ones = np.array([beside_six(0.0, noise, seed) for seed in range(100)])
    off = np.abs(drawn_ones[:, 0]) / drawn_ones[:, 1]
    assert (off > 2).mean() <= 0.25
    assert (off > 5).mean() <= 0.03


@given(noise=st.floats(0.01, 0.1), seed=st.integers(0, 1000), level=st.floats(0.9, 3.0))
def test_a_bad_trial_is_told_to_be_bad(noise: float, seed: int, level: float) -> None:
    off, _ = beside_six(level, noise, seed)
    assert level - off > 0.4


def test_less_is_unknown_with_every_epoch_and_every_fold() -> None:
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(1)
    for trial in range(3):
        shown(forecaster, trial, drawn(rng, 0.1 * trial, 0.02), [EPOCHS] * FOLDS)
    spreads = []
    for seen in ([1, 0, 0, 0, 0], [5, 0, 0, 0, 0], [10, 0, 0, 0, 0], [10, 10, 10, 0, 0]):
        shown(forecaster, 9, drawn(np.random.default_rng(2), 0.0, 0.02), seen)
        spreads.append(forecaster.forecasts().spreads[-1])
    assert spreads == sorted(spreads, reverse=True)


def test_a_fold_that_is_harder_for_all_is_held_against_none() -> None:
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(0)
    for trial in range(8):
        shown(forecaster, trial, drawn(rng, 0.0), [EPOCHS] * FOLDS)
    shown(forecaster, 8, drawn(rng, 0.0), [10, 0, 0, 0, 0])  # the hardest alone
    assert forecaster.losses()[8] == pytest.approx(forecaster.losses()[0], rel=0.02)


def test_epochs_are_counted_by_fold() -> None:
    forecaster = Forecaster(FOLDS, EPOCHS)
    shown(forecaster, 3, drawn(np.random.default_rng(0), 0.0), [10, 4, 0, 0, 0])
    assert forecaster.epochs_seen(3) == [10, 4, 0, 0, 0]
    assert forecaster.epochs_seen(4) == [0] * FOLDS


def test_a_fold_on_which_the_first_were_lucky_is_held_against_none_that_come_later() -> None:
    """Only the lucky were given other folds: compared with these alone, the fold looks easy."""
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(0)
    noise = np.exp(0.15 * rng.standard_normal((40, FOLDS)))
    curves = [drawn(rng, 0.0) * each[:, None] for each in noise]
    lucky = np.argsort(noise[:, 1])[:8]
    for trial in range(40):
        seen = [EPOCHS] * FOLDS if trial in lucky else [1, EPOCHS]
        shown(forecaster, trial, curves[trial], seen)
    others = [trial for trial in range(40) if trial not in lucky]
    true = np.mean([curves[trial][:, -1].mean() for trial in others])
    told = np.mean([forecaster.losses()[trial] for trial in others])
    assert told == pytest.approx(true, rel=0.05)


def test_parameters_tell_what_the_first_epochs_do_not() -> None:
    """Losses after an epoch are alike; those at the end hang on the second parameter."""
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(0)
    for trial in range(24):
        parameters = rng.uniform(size=3).tolist()
        curves = drawn(rng, 0.0, 0.02) * np.linspace(1, np.exp(parameters[1] - 0.5), EPOCHS)
        forecaster.begin(trial, parameters)
        shown(forecaster, trial, curves, [EPOCHS] * 2 if trial < 16 else [1])
    unseen = range(16, 24)
    told = [forecaster.losses()[trial] for trial in unseen]
    second = [forecaster._parameters[trial][1] for trial in unseen]
    assert np.corrcoef(told, second)[0, 1] > 0.9


def test_chances_of_two_that_may_stop_each_other_add_up_to_one() -> None:
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(0)
    for trial in range(6):
        shown(forecaster, trial, drawn(rng, 0.05 * trial, 0.05), [EPOCHS, trial])
    forecasts = forecaster.forecasts()
    chances = forecasts.chances_of(np.array([1, 4, 0]), np.array([4, 1, 5]))
    assert chances[0] + chances[1] == pytest.approx(1)
    assert chances[2] > 0.5
    assert forecasts.chances(np.arange(6)) == pytest.approx(1)


def test_an_epoch_between_two_fits_changes_its_own_forecast_alone() -> None:
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(0)
    for trial in range(30):
        shown(forecaster, trial, drawn(rng, 0.05 * trial, 0.05), [EPOCHS] * 3)
    before = dict(forecaster.losses())
    forecaster.observe(3, 3, 1, 0.2)
    after = forecaster.losses()
    assert {trial for trial in before if after[trial] != before[trial]} == {3}


def test_what_is_shown_between_two_fits_moves_a_forecast_about_as_a_fit_would() -> None:
    curves = drawn(np.random.default_rng(1), 0.3, 0.05)
    told = []
    for growth in (GROWTH, 0.0):  # fitted now and then, or at each fold
        forecaster, rng = Forecaster(FOLDS, EPOCHS, growth), np.random.default_rng(0)
        for trial in range(30):
            shown(forecaster, trial, drawn(rng, 0.05 * trial, 0.05), [EPOCHS] * 3)
            forecaster.forecasts()
        shown(forecaster, 30, curves, [EPOCHS])
        told.append(forecaster.losses()[30])
    assert told[0] == pytest.approx(told[1], rel=0.02)


def test_models_are_fitted_anew_as_results_grow_by_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    fits: list[int] = []

    class Counted(Processes):
        def __init__(self, known: Known) -> None:
            fits.append(len(known.levels))
            super().__init__(known)

    monkeypatch.setattr("tune.search.forecasting.forecaster.Processes", Counted)
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(0)
    for trial in range(200):
        shown(forecaster, trial, drawn(rng, 0.05, 0.05), [3])
        forecaster.forecasts()
    assert 60 < len(fits) < 90  # 33, then each 3 %


def test_who_has_just_shown_something_is_forecast_however_many_are_better() -> None:
    forecaster, rng = Forecaster(FOLDS, EPOCHS), np.random.default_rng(0)
    for trial in range(MOST + 20):
        shown(forecaster, trial, drawn(rng, 0.01 * trial, 0.01), [EPOCHS])
    for trial in range(MOST, MOST + 20):
        shown(forecaster, trial, drawn(rng, 0.01 * trial, 0.01), [EPOCHS] * 3)
        assert trial in forecaster.forecasts().places
