"""The batches of all members of a stack, whose sizes may differ."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


class Batches:
    """For each member as many batches an epoch, padded to the largest member's.

    Padding is an image of the member's own training, which counts nothing.

    Args:
        sizes: Images in a batch of each member, at least 1.
        steps: Batches an epoch.
        padding: (k,) int64, the image that each member is padded by.

    Attributes:
        sizes: As given.
        counts: (k,) float32, the sizes on the device.
        parts: (k, n) float32, by which an image counts for its batch's mean: 1 / size, or 0.
    """

    def __init__(self, sizes: Sequence[int], steps: int, padding: Tensor) -> None:
        self.sizes = sizes
        self.counts = torch.tensor(sizes, dtype=torch.float32, device=padding.device)
        places = torch.arange(max(sizes), device=padding.device)
        counts = self.counts.unsqueeze(1)
        self.parts = (places < counts).float() / counts
        self._indices = padding.view(-1, 1, 1).repeat(1, steps, max(sizes))

    def fill(self, orders: Sequence[Tensor]) -> None:
        """Takes the images of an epoch: for each member (steps * size,) int64."""
        for place, (order, size) in enumerate(zip(orders, self.sizes, strict=True)):
            self._indices[place, :, :size].copy_(order.view(-1, size))

    def at(self, place: Tensor) -> Tensor:
        """Returns the batches, (k, n) int64, at a place in the epoch, (1,) int64."""
        return self._indices.index_select(1, place).squeeze(1)


def padded(tensors: Sequence[Tensor]) -> Tensor:
    """Returns tensors of (size, ...) as one, (k, n, ...), with zeros where a member is smaller."""
    if len({len(each) for each in tensors}) == 1:
        return torch.stack(list(tensors))
    return pad_sequence(list(tensors), batch_first=True)
