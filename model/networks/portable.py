"""A trained network as the function that others call: raw digits in, probabilities out."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from model.networks.networks import DigitCNN, DigitNetwork, FullyConnected, members_of
from model.networks.normalisation import BatchNorm


class PortableMember(nn.Module):
    """One network by torch's own layers, with its normalisation.

    Args:
        network: Trained; its weights are copied.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, network: DigitNetwork) -> None:
        super().__init__()
        self.register_buffer("mean", network.mean * 255)
        self.register_buffer("deviation", network.deviation * 255)
        layers = _layers(network)
        self.layers = layers.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]

    def forward(self, brightness: Tensor) -> Tensor:
        """Returns the logits, (n, 10), of digits (n, 1, 28, 28), float 0 to 255."""
        logits: Tensor = self.layers((brightness - self.mean) / self.deviation)
        return logits


class PortableNetwork(nn.Module):
    """A trained network, or the average of several, in evaluation mode.

    It is the trained network's function up to rounding, without its own ways to convolve.

    Args:
        network: Trained.
        temperature: What its logits are divided by; an average's are logarithms of probabilities.
    """

    temperature: Tensor

    def __init__(self, network: DigitNetwork, temperature: float) -> None:
        super().__init__()
        self.register_buffer("temperature", torch.tensor(temperature))
        self.members = nn.ModuleList(PortableMember(each) for each in members_of(network))
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        """Returns the probabilities of each label, (n, 10) float32.

        Args:
            images: (n, 28, 28) uint8, ink bright on black.
        """
        brightness = images.unsqueeze(1).float()
        logits = [member(brightness) for member in self.members]
        return (_together(logits) / self.temperature).softmax(dim=1)


def _together(logits: Sequence[Tensor]) -> Tensor:
    """Returns the logarithms of the averaged probabilities; of one network its logits."""
    if len(logits) == 1:
        return logits[0]
    return torch.stack([each.softmax(dim=1) for each in logits]).mean(dim=0).log()


def _layers(network: DigitNetwork) -> nn.Sequential:
    """Returns copies of a network's layers; ReLU comes before pooling, with which it commutes."""
    if isinstance(network, FullyConnected):
        return nn.Sequential(nn.Flatten(), *copy.deepcopy(network.layers))
    assert isinstance(network, DigitCNN)
    pooling = (nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(
        *(copy.deepcopy(network.convolution_1), *pooling),
        *(_taken_up(network.normalisation_1, network.convolution_2), *pooling, nn.Flatten()),
        *(_taken_up(network.normalisation_2, network.hidden_1), nn.ReLU()),
        *(_taken_up(network.normalisation_3, network.hidden_2), nn.ReLU()),
        _taken_up(network.normalisation_4, network.output),
    )


@torch.no_grad()
def _taken_up(normalisation: nn.Module, layer: nn.Conv2d | nn.Linear) -> nn.Conv2d | nn.Linear:
    """Returns a copy of a layer that also does what a normalisation before it does.

    Once trained, that scales and shifts each channel; no convolution here pads with anything that
    would have to be scaled, too.
    """
    copied = copy.deepcopy(layer)
    if not isinstance(normalisation, BatchNorm):
        return copied
    scale, shift = normalisation.scale_and_shift()
    inputs = layer.weight.shape[1] // len(scale)  # of a linear layer that each channel makes
    scale, shift = scale.repeat_interleave(inputs), shift.repeat_interleave(inputs)
    places = (1, -1, *[1] * (layer.weight.dim() - 2))
    assert copied.bias is not None
    copied.bias += (layer.weight * shift.view(places)).flatten(1).sum(dim=1)
    copied.weight *= scale.view(places)
    return copied
