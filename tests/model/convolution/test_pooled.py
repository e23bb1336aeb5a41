"""The ways to convolve on a CPU are the library's function up to rounding, gradients too."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from model.convolution import patches, pooled_convolution
from model.convolution.pooling import largest_and_masks, largest_of_four


def library(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.relu(F.max_pool2d(F.conv2d(images, weight, bias), 2))


def case(n: int, c: int, d: int, side: int, kernel: int) -> list[Tensor]:
    torch.manual_seed(n + c + d)
    images = torch.randn(n, c, side, side).contiguous(memory_format=torch.channels_last)
    weight, bias = torch.randn(d, c, kernel, kernel) / (kernel * c**0.5), torch.randn(d)
    return [images.requires_grad_(c > 1), weight.requires_grad_(), bias.requires_grad_()]


def outputs_and_gradients(function: object, tensors: list[Tensor]) -> list[Tensor]:
    for tensor in tensors:
        tensor.grad = None
    assert callable(function)
    result = function(*tensors)
    torch.manual_seed(1)
    (result.float() * torch.randn(result.shape)).sum().backward()
    return [result, *(tensor.grad for tensor in tensors if tensor.grad is not None)]


@settings(max_examples=30)
@given(
    n=st.integers(1, 7),
    c=st.sampled_from([1, 2, 32, 33]),
    d=st.sampled_from([1, 5, 40]),
    half=st.integers(3, 7),
    kernel=st.sampled_from([1, 3, 5]),
)
def test_every_way_is_the_librarys_function(n: int, c: int, d: int, half: int, kernel: int) -> None:
    tensors = case(n, c, d, 2 * half, kernel)
    expected = outputs_and_gradients(library, tensors)
    for ours, theirs in zip(
        outputs_and_gradients(pooled_convolution, tensors), expected, strict=True
    ):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("c", "d", "side"), [(1, 128, 28), (128, 256, 12), (32, 64, 12)])
def test_in_bfloat16_it_is_as_near_to_float32_as_the_library(c: int, d: int, side: int) -> None:
    tensors = case(20, c, d, side, 5)
    exact = outputs_and_gradients(library, tensors)
    with torch.autocast("cpu", torch.bfloat16):
        ours = outputs_and_gradients(pooled_convolution, tensors)
        theirs = outputs_and_gradients(library, tensors)
    for one, other, truth in zip(ours, theirs, exact, strict=True):
        distance = (one.float() - truth).norm() / truth.norm()
        assert distance < 2 * (other.float() - truth).norm() / truth.norm()


def test_results_are_in_autocasts_precision() -> None:
    tensors = case(3, 32, 40, 12, 5)
    with torch.autocast("cpu", torch.bfloat16):
        result = pooled_convolution(*tensors)
    assert result.dtype == torch.bfloat16


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_of_equal_values_the_first_has_the_gradient_as_in_the_library(
    precision: torch.dtype,
) -> None:
    torch.manual_seed(0)
    values = torch.randint(-2, 3, (500, 4, 3)).to(precision).requires_grad_()
    squares = values.detach().permute(0, 2, 1).reshape(500, 3, 2, 2).requires_grad_()
    gradient = torch.randn(500, 3).to(precision)
    largest_of_four(values).backward(gradient)  # type: ignore[no-untyped-call]
    F.max_pool2d(squares, 2).backward(gradient[..., None, None])  # type: ignore[no-untyped-call]
    assert values.grad is not None
    assert squares.grad is not None
    torch.testing.assert_close(values.grad.permute(0, 2, 1), squares.grad.flatten(2))


@pytest.mark.parametrize("trains", [True, False])
def test_what_only_a_gradient_needs_is_made_where_one_is_wanted(
    monkeypatch: pytest.MonkeyPatch, trains: bool
) -> None:
    asked = []

    def noted(values: Tensor, out: Tensor, masks: bool) -> tuple[Tensor, ...]:
        asked.append(masks)
        return largest_and_masks(values, out, masks)

    monkeypatch.setattr(patches, "largest_and_masks", noted)
    weight = torch.nn.Parameter(torch.randn(8, 1, 5, 5))
    with torch.set_grad_enabled(trains):
        pooled_convolution(torch.randn(3, 1, 28, 28), weight, torch.zeros(8))
    assert set(asked) == {trains}
