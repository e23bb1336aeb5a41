"""Batch normalisation is torch's own function, however the channels lie."""

import pytest
import torch
from torch import Tensor, nn

from model.networks.normalisation import BatchNorm, scale_and_shift

LAYOUTS = {
    "places first": (2, 3, 0, 1),
    "images first": (0, 3, 1, 2),
    "channels first": (0, 1, 2, 3),
}


def laid_out(layout: str) -> Tensor:
    """Returns (7, 5, 4, 4) with such a layout in memory."""
    values = torch.randn(7, 5, 4, 4, generator=torch.Generator().manual_seed(0))
    order = LAYOUTS[layout]
    back = tuple(order.index(place) for place in range(4))
    return values.permute(back).contiguous().permute(order)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("training", [True, False])
def test_it_is_torchs_own_function(layout: str, training: bool) -> None:
    ours, torchs = BatchNorm(5).train(training), nn.BatchNorm2d(5).train(training)
    inputs = [laid_out(layout).requires_grad_() for _ in range(2)]
    outputs = [each(values) for each, values in zip((ours, torchs), inputs, strict=True)]
    torch.testing.assert_close(outputs[0], outputs[1], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours.running_var, torchs.running_var)
    for output in outputs:
        (output**3).sum().backward()
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("layout", ["places first", "images first"])
def test_it_leaves_the_layout_as_it_was(layout: str) -> None:
    values = laid_out(layout)
    assert BatchNorm(5)(values).stride() == values.stride()


def test_a_batch_of_one_is_normalised_by_the_running_deviation() -> None:
    normalisation = BatchNorm(3)
    normalisation(torch.randn(50, 3) * 2 + 1)
    one = torch.randn(1, 3)
    torch.testing.assert_close(normalisation(one), normalisation.eval()(one))
    scale, shift = scale_and_shift(normalisation)
    torch.testing.assert_close(normalisation(one), one * scale + shift)
