"""Dropout that draws as few random bits as it needs."""

import torch
from torch import Tensor, nn

from model.bits import SAME_SIZE, spread_sign


class Dropout(nn.Dropout):
    """`torch.nn.Dropout` that costs a fraction of it on a CPU.

    There the rate is rounded to a 32,768th in bfloat16, a 2^31st in float32.
    """

    def forward(self, values: Tensor) -> Tensor:
        """Returns the values with some zeroed at random, the others scaled up."""
        if values.device.type != "cpu" or not self.training or self.p == 0:
            return super().forward(values)
        return values * _scales(values, self.p)


def _scales(like: Tensor, rate: float) -> Tensor:
    """Returns 0 as often as the rate says and else 1 / (1 - rate), laid out as `like` is."""
    bits = SAME_SIZE[like.dtype]
    largest = torch.iinfo(bits).max
    words = torch.empty(-(-like.numel() * like.element_size() // 8), dtype=torch.int64).random_()
    drawn = words.view(bits)[: like.numel()].bitwise_and_(largest)
    kept = spread_sign((round(rate * (largest + 1)) - 1) - drawn)
    scale = torch.tensor(1 / (1 - rate), dtype=like.dtype).view(bits)
    return kept.bitwise_and_(scale).view(like.dtype).as_strided(like.shape, like.stride())
