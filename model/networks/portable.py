"""A trained network as the function that others call: raw digits in, probabilities out."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from model.networks.averaged import members_of
from model.networks.digit_network import DigitNetwork, one_by_one
from model.networks.normalisation import Normalisation, scale_and_shift

WITHOUT_EFFECT = (nn.Dropout, nn.Dropout2d, nn.Identity)  # once trained


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
        layers = nn.Sequential(*portable_layers(network))
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


def portable_layers(network: DigitNetwork) -> list[nn.Module]:
    """Returns copies of a network's layers, by torch's own kinds, as they act once trained.

    A normalisation is taken up by the layer behind it where that is the same function.
    """
    acting = (each for each in one_by_one(network.layers) if not isinstance(each, WITHOUT_EFFECT))
    layers = [copy.deepcopy(each) for each in acting]
    kept: list[nn.Module] = []
    for place, layer in enumerate(layers):
        if not isinstance(layer, Normalisation):
            kept.append(layer)
        elif behind := _taking_up(layer, layers[place + 1 :]):
            _take_up(layer, behind)
        else:
            kept.append(_torchs_own(layer, any(isinstance(each, nn.Flatten) for each in kept)))
    return kept


def _taking_up(
    normalisation: Normalisation, behind: Sequence[nn.Module]
) -> nn.Conv2d | nn.Linear | None:
    """Returns the layer that can take a normalisation up, if there is one behind it.

    A convolution that pads cannot: its padding would have to be shifted, too.
    """
    layer = next((each for each in behind if not isinstance(each, nn.Flatten)), None)
    if normalisation.running_mean is None:
        return None
    if isinstance(layer, nn.Conv2d) and layer.groups == 1 and layer.padding in ((0, 0), "valid"):
        return layer
    return layer if isinstance(layer, nn.Linear) else None


@torch.no_grad()
def _take_up(normalisation: Normalisation, layer: nn.Conv2d | nn.Linear) -> None:
    """Changes a layer so that it also does what a normalisation before it does.

    Once trained, that scales and shifts each channel.
    """
    scale, shift = scale_and_shift(normalisation)
    inputs = layer.weight.shape[1] // len(scale)  # of a linear layer that each channel makes
    scale, shift = scale.repeat_interleave(inputs), shift.repeat_interleave(inputs)
    places = (1, -1, *[1] * (layer.weight.dim() - 2))
    if layer.bias is None:
        layer.bias = nn.Parameter(torch.zeros(len(layer.weight)))
    layer.bias += (layer.weight * shift.view(places)).flatten(1).sum(dim=1)
    layer.weight *= scale.view(places)


def _torchs_own(normalisation: Normalisation, flat: bool) -> nn.Module:
    """Returns a normalisation that stays, of rows or else of images."""
    kind = nn.BatchNorm1d if flat else nn.BatchNorm2d
    own = kind(
        normalisation.num_features,
        eps=normalisation.eps,
        affine=normalisation.affine,
        track_running_stats=normalisation.track_running_stats,
    )
    own.load_state_dict(normalisation.state_dict())
    return own
