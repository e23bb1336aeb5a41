"""The digits that a phase trains on: real ones where they are at hand, or else made up."""

import os
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from numpy.typing import NDArray

from datasets.digit_set import DigitSet, joined

CHINESE = 365  # of a complete pool
FOLDS = 5
FARTHEST = 3  # that a made-up digit is shifted, pixels


def folds_of(count: int) -> list[NDArray[np.int64]]:
    """Returns the validation indices of each fold; scikit-learn, which stratifies, may lack."""
    return [np.arange(fold, count, FOLDS) for fold in range(FOLDS)]


def pool_of(count: int) -> tuple[DigitSet, str]:
    """Returns the pool of a sweep, and whether it is `real` or `made up`."""
    folder = os.environ.get("SHUZI_DATA")
    if not folder or count < 10 * CHINESE:
        return made_up(count), "made up"
    try:
        return _real(Path(folder), count), "real"
    except (ImportError, OSError, ValueError) as error:
        return made_up(count), f"made up, for the real cannot be read: {error}"


def _real(folder: Path, count: int) -> DigitSet:
    from benchmarks.shared.real_digits import RealDigits

    real = RealDigits(folder)
    order = np.random.default_rng(0).permutation
    mnist, chinese = real.mnist.train, real.chinese("tongji")
    return joined(
        [
            mnist.select(np.sort(order(len(mnist))[: count - CHINESE])),
            chinese.select(np.sort(order(len(chinese))[:CHINESE])),
        ]
    )


def made_up(count: int) -> DigitSet:
    """Returns the same digits each time: a blurred pattern for each label, shifted, with noise."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(10, (count,), generator=generator)
    patterns = F.interpolate(torch.rand(10, 1, 6, 6, generator=generator).round(), (28, 28))
    shifts = torch.randint(-FARTHEST, FARTHEST + 1, (count, 2), generator=generator)
    rows, columns = ((torch.arange(28) + shift) % 28 for shift in shifts.T[:, :, None])
    images = patterns[:, 0][labels[:, None, None], rows[:, :, None], columns[:, None, :]]
    noisy = 200 * images + 40 * torch.rand(images.shape, generator=generator)
    pixels, truth = noisy.byte().numpy(), labels.numpy()
    chinese = min(CHINESE, count // 4)
    return joined(
        [
            DigitSet.of(pixels[chinese:], truth[chinese:], "mnist"),
            DigitSet.of(pixels[:chinese], truth[:chinese], "tongji"),
        ]
    )
