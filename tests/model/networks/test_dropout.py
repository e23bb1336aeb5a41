import pytest
import torch

from model.networks.dropout import Dropout

ONES = torch.ones(200, 16, 12, 12).contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_values_are_dropped_at_the_rate_and_the_rest_scaled_up(
    rate: float, precision: torch.dtype
) -> None:
    torch.manual_seed(0)
    dropped = Dropout(rate)(ONES.to(precision))
    assert dropped.shape == ONES.shape
    assert abs(float((dropped == 0).float().mean()) - rate) < 0.005  # 5 standard deviations
    kept = dropped[dropped != 0].float()
    torch.testing.assert_close(kept, torch.full_like(kept, 1 / (1 - rate)), rtol=0.005, atol=0)


def test_each_place_is_dropped_alike_and_apart_from_its_neighbours() -> None:
    torch.manual_seed(0)
    kept = (Dropout(0.5)(ONES.bfloat16()) != 0).float().permute(0, 2, 3, 1).flatten(1)
    assert (kept.mean(0) - 0.5).abs().max() < 0.2
    flat = kept.flatten()
    for distance in range(1, 9):
        both = (flat[distance:] * flat[:-distance]).mean()
        assert abs(float(both) - 0.25) < 0.01


def test_gradients_pass_where_values_do() -> None:
    values = torch.ones(64, 8, requires_grad=True)
    dropped = Dropout(0.3)(values)
    dropped.sum().backward()
    torch.testing.assert_close(values.grad, dropped.detach())


def test_nothing_is_dropped_out_of_training_or_at_rate_0() -> None:
    torch.testing.assert_close(Dropout(0.5).eval()(ONES), ONES)
    torch.testing.assert_close(Dropout(0.0)(ONES), ONES)


def test_one_seed_drops_the_same() -> None:
    first, second = (torch.manual_seed(3) and Dropout(0.4)(ONES) for _ in range(2))
    torch.testing.assert_close(first, second)
