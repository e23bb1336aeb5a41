"""The networks: the report's small CNN, its widths and rates free, and the course's plain one."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from torch import Tensor, nn

from model.brightness import mean_and_deviation
from model.configuration import Configuration
from model.convolution import pooled_convolution
from model.networks.dropout import Dropout
from model.networks.normalisation import BatchNorm

CLASSES = 10


class DigitNetwork(nn.Module):
    """A network that reads raw digits: it normalises them itself, by its training images.

    Attributes:
        mean: Brightness of the training images, 0 to 1; a buffer, so it is saved with the weights.
        deviation: Its standard deviation.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(0.0))
        self.register_buffer("deviation", torch.tensor(1.0))

    def normalise_by(self, sums: Tensor) -> None:
        """Takes the mean and deviation of images.

        Args:
            sums: (n, 2), how bright they are, as `model.brightness.brightness` returns it.
        """
        mean, deviation = mean_and_deviation(sums)
        self.mean.copy_(mean)
        self.deviation.copy_(deviation.clamp_min(1e-3))

    def normalised(self, images: Tensor) -> Tensor:
        """Returns images, (n, 28, 28) uint8 or float 0 to 255, as (n, 1, 28, 28) float32."""
        scaled = (images.float() / 255 - self.mean) / self.deviation
        return scaled.unsqueeze(1).contiguous(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        """Returns logits (n, 10) of raw digits (n, 28, 28), uint8 or float 0 to 255."""
        return self.logits(self.normalised(images))

    def logits(self, images: Tensor) -> Tensor:
        """Returns logits (n, 10) of normalised digits (n, 1, 28, 28)."""
        raise NotImplementedError


class DigitCNN(DigitNetwork):
    """The report's network: two 5 x 5 convolutions and three linear layers, with dropout.

    Pooling comes before ReLU: the maximum and ReLU commute, so it is the same function at a
    quarter of the work.

    Args:
        configuration: Gives channels, dropout rates and hidden widths; its defaults make the
            report's 1,087,402 parameters.
    """

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        c = configuration
        self.convolution_1 = nn.Conv2d(1, c.channels_1, 5)
        self.convolution_2 = nn.Conv2d(c.channels_1, c.channels_2, 5)
        self.dropout_1 = Dropout(c.dropout_1)
        self.dropout_2 = nn.Dropout2d(c.dropout_2)
        self.hidden_1 = nn.Linear(16 * c.channels_2, c.hidden_1)
        self.dropout_3 = Dropout(c.dropout_3)
        self.hidden_2 = nn.Linear(c.hidden_1, c.hidden_2)
        self.dropout_4 = Dropout(c.dropout_4)
        self.output = nn.Linear(c.hidden_2, CLASSES)
        self.normalisation_1 = _normalisation(c, c.channels_1)
        self.normalisation_2 = _normalisation(c, c.channels_2)
        self.normalisation_3 = _normalisation(c, c.hidden_1)
        self.normalisation_4 = _normalisation(c, c.hidden_2)

    def logits(self, images: Tensor) -> Tensor:
        """See `DigitNetwork.logits`."""
        x = self.dropout_1(self.normalisation_1(_pooled(self.convolution_1, images)))
        x = self.dropout_2(self.normalisation_2(_pooled(self.convolution_2, x)))
        x = self.dropout_3(self.normalisation_3(F.relu(self.hidden_1(x.flatten(1)))))
        x = self.dropout_4(self.normalisation_4(F.relu(self.hidden_2(x))))
        logits: Tensor = self.output(x)
        return logits


def _normalisation(configuration: Configuration, width: int) -> nn.Module:
    return BatchNorm(width) if configuration.normalisation == "batch" else nn.Identity()


def _pooled(convolution: nn.Conv2d, images: Tensor) -> Tensor:
    assert convolution.bias is not None
    return pooled_convolution(images, convolution.weight, convolution.bias)


class FullyConnected(DigitNetwork):
    """The fully connected network that the course asked for: 784-256-64-10 with ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, CLASSES)
        )

    def logits(self, images: Tensor) -> Tensor:
        """See `DigitNetwork.logits`."""
        logits: Tensor = self.layers(images.flatten(1))
        return logits


class AveragedNetworks(DigitNetwork):
    """Several networks that read as one: their probabilities are averaged.

    It errs less than any of them does (Lakshminarayanan et al., NeurIPS 2017). What it returns as
    logits are the logarithms of the averages. Each network normalises the digits itself.

    Args:
        members: At least one, trained or fresh.
    """

    def __init__(self, members: Sequence[DigitNetwork]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, images: Tensor) -> Tensor:
        """Returns log-probabilities (n, 10) of raw digits (n, 28, 28), uint8 or float 0 to 255."""
        each = torch.stack([member(images).float().log_softmax(dim=1) for member in self.members])
        return each.logsumexp(dim=0) - math.log(len(each))


def averaged(networks: Sequence[DigitNetwork]) -> DigitNetwork:
    """Returns networks as one; a single one as it is. Of averages, the networks are averaged."""
    members = [member for network in networks for member in members_of(network)]
    return members[0] if len(members) == 1 else AveragedNetworks(members).eval()


def members_of(network: DigitNetwork) -> list[DigitNetwork]:
    """Returns the networks that one consists of: itself, if it is no average."""
    if not isinstance(network, AveragedNetworks):
        return [network]
    return [member for member in network.members if isinstance(member, DigitNetwork)]


def build(configuration: Configuration) -> DigitNetwork:
    """Makes the network of a configuration with fresh weights from torch's random state."""
    return averaged([_build_one(configuration) for _ in range(configuration.networks)])


def _build_one(configuration: Configuration) -> DigitNetwork:
    plain = configuration.network == "fully-connected"
    network = FullyConnected() if plain else DigitCNN(configuration)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def count_parameters(configuration: Configuration) -> int:
    """Returns how many trainable parameters the network of a configuration has."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build(configuration).parameters())
