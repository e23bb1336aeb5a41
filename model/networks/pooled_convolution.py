"""A convolution, ReLU and pooling as one layer, which a CPU computes in ways that cost less."""

from torch import Tensor, nn

from model.convolution import pooled_convolution


class PooledConvolution(nn.Sequential):
    """A convolution, ReLU and the maxima of 2 x 2: the same function up to rounding.

    Args:
        convolution: k x k, with a bias, without stride or padding, of which images of s x s come
            out with an even side, s - k + 1.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__(convolution, nn.ReLU(), nn.MaxPool2d(2))

    def forward(self, images: Tensor) -> Tensor:
        """Returns (n, d, p, p), where p = (s - k + 1) / 2, of images (n, c, s, s)."""
        convolution = self[0]
        assert isinstance(convolution, nn.Conv2d)
        assert convolution.bias is not None
        return pooled_convolution(images, convolution.weight, convolution.bias)
