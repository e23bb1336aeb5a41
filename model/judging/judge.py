"""How well a network reads digits is found out here."""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from numpy.typing import NDArray
from torch import Tensor

from model.hardware.device import DeviceDigits, mixed_precision
from model.judging.judgement import HardDigit, Judgement, SourceMeasures
from model.networks.digit_network import CLASSES, DigitNetwork

BATCH = {"cpu": 200, "cuda": 1000}  # images at a time; five folds keep the activations


def judge(
    network: DigitNetwork, digits: DeviceDigits, chosen: Tensor, hardest: int = 0
) -> Judgement:
    """Judges a network as it is trained, in mixed precision; it is left in evaluation mode.

    Args:
        network: On the device of the digits.
        digits: The digits.
        chosen: (m,) int64 indices of those to read, m at least 1.
        hardest: How many of the hardest to tell of; a GPU is waited for once more if any.
    """
    with mixed_precision(digits.device):
        return judged(logits_of(network, digits, chosen), digits, chosen, hardest)


@torch.inference_mode()
def judged(logits: Tensor, digits: DeviceDigits, chosen: Tensor, hardest: int = 0) -> Judgement:
    """Judges a network by its logits.

    Args:
        logits: (m, 10) float32, as `logits_of` returns them.
        digits: The digits.
        chosen: (m,) int64 indices of those that were read, m at least 1.
        hardest: How many of the hardest to tell of.
    """
    labels, sources = digits.labels[chosen], digits.sources[chosen]
    losses = F.cross_entropy(logits, labels, reduction="none").double()
    read = logits.argmax(dim=1)
    return Judgement(
        _by_source(digits.source_names, sources, read == labels, losses),
        _confusion(labels, read),
        _hardest(logits, losses, chosen, hardest) if hardest else (),
    )


@torch.inference_mode()
def logits_of(network: DigitNetwork, digits: DeviceDigits, chosen: Tensor) -> Tensor:
    """Returns the logits of digits, (m, 10) float32, computed in float32 unless in autocast.

    Args:
        network: On the device of the digits; it is left in evaluation mode.
        digits: The digits.
        chosen: (m,) int64 indices of those to read, m at least 1.
    """
    network.eval()
    parts = torch.split(chosen, BATCH[digits.device.type])
    return torch.cat([network(digits.images[part]) for part in parts]).float()


def _by_source(
    names: tuple[str, ...], sources: Tensor, right: Tensor, losses: Tensor
) -> dict[str, SourceMeasures]:
    measures = {}
    for place, name in enumerate(names):
        here = sources == place
        if count := int(here.sum()):
            loss = float(losses[here].mean())
            measures[name] = SourceMeasures(count, int(right[here].sum()), loss)
    return measures


def _confusion(labels: Tensor, read: Tensor) -> NDArray[np.int64]:
    pairs = torch.bincount(labels * CLASSES + read, minlength=CLASSES * CLASSES)
    return pairs.view(CLASSES, CLASSES).cpu().numpy()


def _hardest(logits: Tensor, losses: Tensor, chosen: Tensor, count: int) -> tuple[HardDigit, ...]:
    loss, places = losses.topk(min(count, len(losses)))
    confidence, read = logits[places].softmax(dim=1).max(dim=1)
    columns = (column.tolist() for column in (chosen[places], read, confidence, (-loss).exp()))
    return tuple(HardDigit(*row) for row in zip(*columns, strict=True))
