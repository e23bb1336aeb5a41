"""Batch normalisation that goes by memory as it lies."""

import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from torch import Tensor, nn

PLACES_FIRST, IMAGES_FIRST = (2, 3, 0, 1), (0, 2, 3, 1)  # ways to lay (n, d, p, p) out, d last
BACK = {PLACES_FIRST: (2, 3, 0, 1), IMAGES_FIRST: (0, 3, 1, 2)}


class BatchNorm(nn.BatchNorm1d):
    """Batch normalisation (Ioffe and Szegedy, ICML 2015) of channels, or of a hidden layer.

    All that a channel has is one column, so channels of images that lie place by place cost a ninth
    of what `torch.nn.BatchNorm2d` takes on a CPU. A batch of one row has no deviation: it is
    normalised by the running one.
    """

    def forward(self, values: Tensor) -> Tensor:
        """Returns values, (n, d) or (n, d, p, p), normalised by channel, laid out as before."""
        if values.dim() == 2:
            return self._by_column(values)
        places_first = values.permute(PLACES_FIRST).is_contiguous()
        order = PLACES_FIRST if places_first else IMAGES_FIRST
        laid = values.permute(order)
        normalised = self._by_column(laid.reshape(-1, laid.shape[-1]))
        return normalised.view(laid.shape).permute(BACK[order])

    def _by_column(self, rows: Tensor) -> Tensor:
        if len(rows) > 1 or not self.training:
            return super().forward(rows)
        return F.batch_norm(
            rows, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
        )


Normalisation = nn.BatchNorm1d | nn.BatchNorm2d  # torch's own, or as above


def scale_and_shift(normalisation: Normalisation) -> tuple[Tensor, Tensor]:
    """Returns by what a trained one multiplies each channel, and what it adds: (d,) each."""
    assert normalisation.running_mean is not None
    assert normalisation.running_var is not None
    deviation = (normalisation.running_var + normalisation.eps).sqrt()
    if not normalisation.affine:
        return 1 / deviation, -normalisation.running_mean / deviation
    scale = normalisation.weight / deviation
    return scale, normalisation.bias - normalisation.running_mean * scale
