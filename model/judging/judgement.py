"""How well a network reads digits: counts, losses and the confusion of one digit for another."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from numpy.typing import NDArray
from torch import Tensor

from model.hardware.device import DeviceDigits, mixed_precision
from model.networks.digit_network import CLASSES, DigitNetwork

BATCH = {"cpu": 200, "cuda": 1000}  # images at a time; five folds keep the activations


@dataclass(frozen=True)
class SourceMeasures:
    """How a network reads the images of one source.

    Attributes:
        count: Images read.
        correct: Images read right.
        loss: Mean cross-entropy, nats.
    """

    count: int
    correct: int
    loss: float

    @property
    def accuracy(self) -> float:
        """The part read right, 0 to 1."""
        return self.correct / self.count


@dataclass(frozen=True)
class HardDigit:
    """A digit that is hard for a network to read.

    Attributes:
        index: In the digit set.
        read: What it is taken for.
        confidence: The probability of that, 0.1 to 1.
        probability: That of its label, 0 to 1.
    """

    index: int
    read: int
    confidence: float
    probability: float


@dataclass(frozen=True)
class Judgement:
    """How a network reads a set of digits.

    Attributes:
        sources: The measures of each source there is.
        confusion: (10, 10) int64: rows are the truth, columns what was read.
        hardest: As many as were asked for, the one first whose label is given the least
            probability.
    """

    sources: dict[str, SourceMeasures]
    confusion: NDArray[np.int64]
    hardest: tuple[HardDigit, ...] = ()

    @property
    def count(self) -> int:
        """Images read."""
        return sum(source.count for source in self.sources.values())

    @property
    def correct(self) -> int:
        """Images read right."""
        return sum(source.correct for source in self.sources.values())

    @property
    def loss(self) -> float:
        """Mean cross-entropy over all images, nats."""
        return sum(each.loss * each.count for each in self.sources.values()) / self.count

    @property
    def balanced_loss(self) -> float:
        """Mean over the sources of their losses, so that the largest does not decide alone."""
        return sum(each.loss for each in self.sources.values()) / len(self.sources)


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
