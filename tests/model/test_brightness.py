"""How bright images are."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.brightness import CHUNK, brightness, mean_and_deviation


@given(count=st.integers(1, 40), seed=st.integers(0, 2**32 - 1), darkest=st.integers(0, 255))
def test_mean_and_deviation_are_those_of_all_values(count: int, seed: int, darkest: int) -> None:
    values = np.random.default_rng(seed).integers(darkest, 256, (count, 28, 28), dtype=np.uint8)
    mean, deviation = mean_and_deviation(brightness(torch.tensor(values)))
    assert abs(float(mean) - (values / 255).mean()) < 1e-12
    assert abs(float(deviation) - (values / 255).std()) < 1e-7


def test_more_images_than_are_counted_at_a_time_are_counted_the_same() -> None:
    images = torch.full((CHUNK + 3, 28, 28), 255, dtype=torch.uint8)
    assert {tuple(each) for each in brightness(images).tolist()} == {(784 * 255, 784 * 255**2)}
