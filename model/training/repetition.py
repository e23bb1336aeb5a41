"""How often each training image is seen an epoch."""

import torch
from torch import Tensor

from model.configuration import Configuration


def repeated(
    training: Tensor, sources: Tensor, source_names: tuple[str, ...], configuration: Configuration
) -> Tensor:
    """Returns indices with those of Chinese images repeated.

    Args:
        training: (m,) int64, indices of the images to train on.
        sources: (m,) int64, the place of each one's source in `source_names`.
        source_names: Of the digits.
        configuration: Its `repetition` and `balance`.

    Returns:
        (at least m,) int64.
    """
    counts = torch.bincount(sources, minlength=len(source_names))
    often = repetitions(dict(zip(source_names, counts.tolist(), strict=True)), configuration)
    times = torch.tensor([often[name] for name in source_names])[sources]
    more = range(1, int(times.max()) if len(times) else 1)
    return torch.cat([training, *(training[times > seen] for seen in more)])


def repetitions(counts: dict[str, int], configuration: Configuration) -> dict[str, int]:
    """Returns how often the images of each source are seen an epoch.

    Those of MNIST once; those of a Chinese source as often as `repetition` says, and where the
    source is smaller than the largest Chinese one, more often by that ratio to the power of
    `balance`. Where all are Chinese, there is nothing to repeat them against.

    Args:
        counts: How many images of each source there are.
        configuration: What decides it.
    """
    chinese = {name: count for name, count in counts.items() if name != "mnist" and count}
    base = configuration.repetition if counts.get("mnist") else 1
    largest = max(chinese.values(), default=0)
    often = {
        name: round(base * (largest / count) ** configuration.balance)
        for name, count in chinese.items()
    }
    return {name: often.get(name, 1) for name in counts}
