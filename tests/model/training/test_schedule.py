"""Learning rates of every step, against torch's own schedulers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR

from model.configuration import Configuration
from model.training.schedule import learning_rates


def stepped(optimiser: torch.optim.Optimizer, schedule: LRScheduler, steps: int) -> list[float]:
    """Returns the rates that a scheduler of torch gives, one after another."""
    rates = [float(schedule.get_last_lr()[0])]
    for _ in range(steps):
        optimiser.step()
        schedule.step()
        rates.append(float(schedule.get_last_lr()[0]))
    return rates


@given(steps=st.integers(1, 300), rate=st.floats(1e-5, 0.1))
def test_one_cycle_is_torchs(steps: int, rate: float) -> None:
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=rate)
    schedule = OneCycleLR(optimiser, rate, total_steps=steps + 1, cycle_momentum=False)
    ours = learning_rates(Configuration(schedule="one-cycle", learning_rate=rate), steps)
    np.testing.assert_allclose(ours, stepped(optimiser, schedule, steps), rtol=1e-9)


@given(steps=st.integers(1, 300), rate=st.floats(1e-5, 0.1))
def test_cosine_is_torchs(steps: int, rate: float) -> None:
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=rate)
    schedule = CosineAnnealingLR(optimiser, T_max=steps)
    ours = learning_rates(Configuration(schedule="cosine", learning_rate=rate), steps)
    np.testing.assert_allclose(ours, stepped(optimiser, schedule, steps), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 7])
def test_constant_is_the_same_at_every_step(steps: int) -> None:
    rates = learning_rates(Configuration(schedule="constant", learning_rate=0.002), steps)
    assert rates.tolist() == [0.002] * (steps + 1)
    assert rates.dtype == torch.float64
