"""How sure a network is, and how sure it should be."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.judging.calibration import calibrated, calibration_error, fitted_temperature


def drawn(temperature: float, count: int = 20_000) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits that are too large by a factor: labels are drawn by those divided by it."""
    dice = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn((count, 10), generator=dice)
    labels = torch.multinomial(logits.softmax(dim=1), 1, generator=dice).squeeze(1)
    return logits * temperature, labels


def test_error_is_that_of_the_bins_by_hand() -> None:
    sure, unsure = [0.91] + [0.01] * 9, [0.4, 0.6] + [0.0] * 8
    probabilities = np.array([sure, sure, sure, unsure], np.float32)
    labels = np.array([0, 0, 3, 1])
    by_hand = 3 / 4 * abs(0.91 - 2 / 3) + 1 / 4 * abs(0.6 - 1)
    assert calibration_error(probabilities, labels) == pytest.approx(by_hand, abs=1e-6)


def test_error_of_certainty_is_the_part_read_wrong() -> None:
    certain = np.eye(10, dtype=np.float32)[[3, 3, 3, 3]]
    assert calibration_error(certain, np.array([3, 3, 3, 4])) == 0.25


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_temperature_is_found_again_and_puts_the_confidence_right(temperature: float) -> None:
    logits, labels = drawn(temperature)
    found = fitted_temperature(logits, labels, torch.zeros_like(labels))
    assert found == pytest.approx(temperature, rel=0.03)
    probabilities = logits.softmax(dim=1).numpy()
    after = calibration_error(calibrated(probabilities, found), labels.numpy())
    assert after < 0.015
    if temperature != 1:
        assert calibration_error(probabilities, labels.numpy()) > 5 * after


def test_the_largest_source_does_not_decide_the_temperature_alone() -> None:
    many, few = drawn(1.0, 9_000), drawn(4.0, 1_000)
    logits, labels = torch.cat([many[0], few[0]]), torch.cat([many[1], few[1]])
    sources = torch.cat([torch.zeros(9_000, dtype=torch.long), torch.ones(1_000, dtype=torch.long)])
    alone = fitted_temperature(logits, labels, torch.zeros_like(labels))
    assert fitted_temperature(logits, labels, sources) > alone + 0.5


def test_temperature_stays_within_its_bounds() -> None:
    labels = torch.arange(10)
    always_right, always_wrong = torch.eye(10), 9 * torch.eye(10).roll(1, dims=1)
    assert fitted_temperature(always_right, labels, labels * 0) == pytest.approx(0.2, rel=0.01)
    assert fitted_temperature(always_wrong, labels, labels * 0) == pytest.approx(5.0, rel=0.01)


@given(st.floats(0.2, 5), st.integers(0, 2**32 - 1))
def test_calibrated_probabilities_are_those_of_the_divided_logits(
    temperature: float, seed: int
) -> None:
    logits = torch.randn((5, 10), generator=torch.Generator().manual_seed(seed)) * 8
    expected = (logits / temperature).softmax(dim=1).numpy()
    found = calibrated(logits.softmax(dim=1).numpy(), temperature)
    np.testing.assert_allclose(found, expected, atol=1e-5)
