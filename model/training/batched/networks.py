"""Networks of one shape as one network, whose weights have the members as leading dimension."""

import copy
import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from torch import Tensor, nn

from model.networks.cnn import DigitCNN
from model.networks.digit_network import DigitNetwork
from model.networks.fully_connected import FullyConnected
from model.training.batched.batches import Batches
from model.training.batched.layers import batch_normalised, linear, pooled_convolution

STACKED = ("cnn", "fully-connected")  # the configurations' networks whose stack is written below


def stacked(members: Sequence[DigitNetwork]) -> DigitNetwork:
    """Returns a network whose weights and buffers are those of all members, (k, ...) each.

    The members' own become views of them: what trains the stack trains each member. The stack is
    for `logits`; it cannot be called.
    """
    stack = copy.deepcopy(members[0])
    for of_stack, *parts in zip(*map(_tensors, (stack, *members)), strict=True):
        of_stack.data = torch.stack([part.detach() for part in parts])
        for part, view in zip(parts, of_stack.data, strict=True):
            part.data = view
    return stack


def _tensors(network: DigitNetwork) -> list[Tensor]:
    return list(itertools.chain(network.parameters(), network.buffers()))


def drawn_scales(network: DigitNetwork, count: int, precision: torch.dtype) -> list[Tensor]:
    """Draws by what each dropout of one network multiplies a batch of images.

    They are dropout of ones, laid out in memory as the network's own activations are on a CPU: so
    each place gets the same random bits as if the network were trained alone.

    Args:
        network: In training.
        count: n, images.
        precision: Of the activations.

    Returns:
        (n, p, p, d) after the first convolution, (n, 1, 1, d) after the second and (n, d) after
        each hidden layer; nothing for a network without dropout.
    """
    if not isinstance(network, DigitCNN):
        return []
    ones = torch.ones((), dtype=precision, device=network.mean.device)
    images = ones.new_ones(12, 12, count, network.convolution_1.out_channels)
    channels = ones.new_ones(count, network.convolution_2.out_channels, 1, 1)
    return [
        network.dropout_1(images.permute(2, 3, 0, 1)).permute(0, 2, 3, 1),
        network.dropout_2(channels).permute(0, 2, 3, 1),
        network.dropout_3(ones.new_ones(count, network.hidden_1.out_features)),
        network.dropout_4(ones.new_ones(count, network.hidden_2.out_features)),
    ]


def logits(
    stack: DigitNetwork, images: Tensor, scales: Sequence[Tensor], batches: Batches
) -> Tensor:
    """Returns the logits of all members in training, (k, n, 10).

    Args:
        stack: As `stacked` makes it.
        images: (k, n, 28, 28), uint8 or float 0 to 255.
        scales: What `drawn_scales` draws for each member, padded and stacked.
        batches: What the images are.
    """
    normalised = (images.float() / 255 - _wide(stack.mean)) / _wide(stack.deviation)
    if isinstance(stack, FullyConnected):
        return _of_plain(stack, normalised.flatten(2))
    assert isinstance(stack, DigitCNN)
    precise_enough = normalised.to(scales[0].dtype)  # before each pixel is copied 25 times
    return _of_cnn(stack, precise_enough.unsqueeze(-1), scales, batches)


def _wide(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)


def _of_plain(stack: FullyConnected, x: Tensor) -> Tensor:
    for layer in stack.layers:
        if isinstance(layer, nn.Linear):
            x = linear(x, layer.weight, layer.bias)
        elif not isinstance(layer, nn.Flatten):  # the rows are flat
            x = layer(x)
    return x


def _of_cnn(stack: DigitCNN, x: Tensor, scales: Sequence[Tensor], batches: Batches) -> Tensor:
    x = _convolved(x, stack.convolution_1)
    x = _normalised(x, stack.normalisation_1, batches) * scales[0]
    x = _convolved(x, stack.convolution_2)
    x = _normalised(x, stack.normalisation_2, batches) * scales[1]
    x = F.relu(_linear(x.permute(0, 1, 4, 2, 3).flatten(2), stack.hidden_1))
    x = F.relu(_linear(_normalised(x, stack.normalisation_3, batches) * scales[2], stack.hidden_2))
    return _linear(_normalised(x, stack.normalisation_4, batches) * scales[3], stack.output)


def _convolved(images: Tensor, layer: nn.Conv2d) -> Tensor:
    assert layer.bias is not None
    return pooled_convolution(images, layer.weight, layer.bias)


def _linear(rows: Tensor, layer: nn.Linear) -> Tensor:
    return linear(rows, layer.weight, layer.bias)


def _normalised(values: Tensor, norm: nn.Module, batches: Batches) -> Tensor:
    if not isinstance(norm, nn.BatchNorm1d):
        return values
    return batch_normalised(values, norm, batches)
