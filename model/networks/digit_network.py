"""What every network is: layers from normalised digits to logits."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from model.brightness import mean_and_deviation

CLASSES = 10


class DigitNetwork(nn.Module):
    """A network that reads raw digits: it normalises them itself, by its training images.

    A subclass takes the `Configuration` alone, and declares its layers. How it is trained,
    exported and drawn, and how large it is, follows from them.

    Attributes:
        layers: From normalised digits (n, 1, 28, 28) to logits (n, 10), in the order in which they
            are evaluated; of torch's own kinds, or an `nn.Sequential` of these. They are also the
            network's own submodules, as an `nn.Sequential` that is assigned to an attribute is.
        mean: Brightness of the training images, 0 to 1; a buffer, so it is saved with the weights.
        deviation: Its standard deviation.
    """

    layers: Iterable[nn.Module]
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
        x = images
        for layer in self.layers:
            x = layer(x)
        return x


def one_by_one(layers: Iterable[nn.Module]) -> Iterator[nn.Module]:
    """Yields layers, those of an `nn.Sequential` each by itself."""
    for layer in layers:
        if isinstance(layer, nn.Sequential):
            yield from one_by_one(layer)
        else:
            yield layer
