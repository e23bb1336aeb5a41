"""How folds differ."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tune.search.forecasting.fold_effects import PRIOR_NOISE, FoldEffects

Floats = NDArray[np.float64]
OFFSETS = np.array([0.3, -0.2, 0.1, -0.1, -0.1])
SLOPES = np.array([1.0, 1.2, 0.8, 1.0, 1.0])


def losses(trials: int, noise: float) -> tuple[Floats, Floats]:
    """Returns levels (trials,) and the log losses (trials, folds) at them."""
    rng = np.random.default_rng(0)
    levels = rng.normal(0, 0.3, trials)
    noisy = OFFSETS + SLOPES * levels[:, None] + noise * rng.standard_normal((trials, 5))
    return levels, noisy


def test_folds_are_alike_before_anything_is_known() -> None:
    effects = FoldEffects.fitted(np.full((3, 5), np.nan), np.zeros((3, 5)))
    assert effects.offsets.tolist() == [0] * 5
    assert effects.slopes.tolist() == [1] * 5
    assert effects.noise == pytest.approx(PRIOR_NOISE)


def test_offsets_slopes_and_noise_are_found() -> None:
    levels, noisy = losses(300, 0.05)
    effects = FoldEffects.fitted(noisy, np.zeros_like(noisy))
    assert effects.offsets == pytest.approx(OFFSETS, abs=0.03)
    assert effects.slopes == pytest.approx(SLOPES, abs=0.05)
    assert effects.noise == pytest.approx(0.05, rel=0.2)
    assert effects.levels(noisy).mean(axis=1) == pytest.approx(levels, abs=0.12)


def test_what_is_told_with_doubt_says_nothing_of_the_noise() -> None:
    _, noisy = losses(300, 0.05)
    doubtful = noisy + 0.5 * np.random.default_rng(1).standard_normal(noisy.shape)
    effects = FoldEffects.fitted(doubtful, np.full_like(noisy, 0.25))
    assert effects.noise < 0.15


def test_mean_is_that_of_losses_not_of_logarithms() -> None:
    effects = FoldEffects(OFFSETS, SLOPES, 0.1)
    assert effects.mean(np.array([0.2])) == pytest.approx(np.exp(OFFSETS + SLOPES * 0.2).mean())
