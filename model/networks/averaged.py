"""Several networks that read as one."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from model.networks.digit_network import DigitNetwork


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
