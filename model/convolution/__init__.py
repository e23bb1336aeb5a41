"""Convolution, pooling and ReLU in one: the library's on a GPU, ways that cost less on a CPU."""

from model.convolution.pooled import pooled_convolution

__all__ = ["pooled_convolution"]
