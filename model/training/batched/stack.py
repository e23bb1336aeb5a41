"""Networks in training that are trained as one piece of work."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from torch import Tensor

from model.hardware.device import mixed_precision, product_precision
from model.training.augmentation import augmented, drawn
from model.training.batched.batches import Batches, padded
from model.training.batched.networks import drawn_scales, logits, stacked
from model.training.replica import Replica
from model.training.steps import Steps


class Stack:
    """Replicas of one configuration that take each step together.

    Their weights lie in one stack, so that a step is one batched product for each layer and one
    AdamW, which goes number by number, for all (after Wang et al., "Horizontally Fused Training
    Arrays", MLSys 2021). What is random each draws from its own state, as if alone: so each comes
    to what it would alone, up to rounding. On a GPU one graph holds the step of all.

    Args:
        members: At least one, all with as many batches an epoch, and on one stream. The stack
            trains them instead of their own steps; they are judged one by one.
    """

    def __init__(self, members: Sequence[Replica]) -> None:
        first = self._first = members[0]
        self._members = members
        with first.on_stream():
            self._complete = stacked([member.network for member in members])
            self._steps = Steps(first.configuration, len(first.training), first.digits.device)
            self._optimiser = self._steps.optimiser(self._complete.parameters())
            self._totals = torch.zeros(len(members), device=first.digits.device)
            for member, total in zip(members, self._totals, strict=True):
                member.total = total
            self._prepare_batches()

    def _prepare_batches(self) -> None:
        steps = [member.steps for member in self._members]
        padding = torch.stack([member.training[0] for member in self._members])
        padding = padding.to(self._first.digits.device)
        self._full = Batches([each.batch for each in steps], self._steps.full, padding)
        if self._steps.left_over:
            self._last = Batches([each.left_over for each in steps], 1, padding)
            self._no_place = torch.zeros_like(self._steps.place)

    def begin_epoch(self) -> None:
        """Begins an epoch, in a new order of each member's images; see `Steps.begin`."""
        generators = [each for member in self._members for each in member.randomness.generators]
        with self._first.on_stream():
            for member in self._members:
                member.shuffle()
            self._fill_batches()
            self._steps.begin(self._full_batch, self._last_batch, generators)

    def _fill_batches(self) -> None:
        cut = [
            torch.tensor_split(member.order, [len(member.order) - member.steps.left_over])
            for member in self._members
        ]
        self._full.fill([full for full, _ in cut])
        if self._steps.left_over:
            self._last.fill([last for _, last in cut])

    def finish_epoch(self) -> None:
        """Trains what is left of the epoch; a GPU may still be at it afterwards."""
        with self._first.on_stream():
            self._steps.finish(self._full_batch, self._last_batch)

    def release(self) -> None:
        """Gives back what a GPU keeps for the steps; the networks stay."""
        self._first.release()  # waits for the stream
        self._steps.release()

    def _full_batch(self) -> None:
        self._step(self._full, self._full.at(self._steps.place))

    def _last_batch(self) -> None:
        self._step(self._last, self._last.at(self._no_place))

    def _step(self, batches: Batches, chosen: Tensor) -> None:
        """Trains each member on its batch of indices, (k, n)."""
        digits = self._first.digits
        numbers, scales = self._drawn(batches.sizes)
        flat = [each.flatten(0, 1) for each in numbers]
        images = augmented(digits.images[chosen.flatten()], self._first.configuration, flat)
        with mixed_precision(digits.device):
            read = logits(self._complete, images.view(*chosen.shape, 28, 28), scales, batches)
        losses = self._losses(read.float(), digits.labels[chosen], batches)
        self._steps.descend(self._optimiser, losses.sum())  # no member's loss moves another
        self._totals += losses.detach() * batches.counts

    def _losses(self, read: Tensor, labels: Tensor, batches: Batches) -> Tensor:
        """Returns each member's mean loss, (k,)."""
        losses = F.cross_entropy(read.flatten(0, 1), labels.flatten(), reduction="none")
        return (losses.view(labels.shape) * batches.parts).sum(1)

    def _drawn(self, sizes: Sequence[int]) -> tuple[list[Tensor], list[Tensor]]:
        """Draws for all members what changes images, and by what dropout multiplies."""
        device, configuration = self._first.digits.device, self._first.configuration
        numbers, scales = [], []
        for member, size in zip(self._members, sizes, strict=True):
            with member.randomness.applied():
                numbers.append(drawn(size, device, configuration))
                scales.append(drawn_scales(member.network, size, product_precision(device)))
        return (
            [padded(each) for each in zip(*numbers, strict=True)],
            [padded(each) for each in zip(*scales, strict=True)],
        )


def stacks(replicas: Sequence[Replica]) -> list[Stack]:
    """Puts replicas into as few stacks as can be: those with as many batches an epoch together.

    Others would not take their steps, or the learning rates of these, together: folds of 100 and
    101 images, say, in batches of 50.
    """
    alike: dict[tuple[int, bool], list[Replica]] = {}
    for each in replicas:
        alike.setdefault((each.steps.full, each.steps.left_over > 0), []).append(each)
    return [Stack(members) for members in alike.values()]
