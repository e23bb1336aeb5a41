"""Digits in: MNIST, photographs and drawn digits become digit sets, split once and for all."""

from datasets.chinese import load_chinese
from datasets.digit_set import LABELS, SIDE, DigitSet, joined
from datasets.errors import DataError
from datasets.mnist import Mnist, load_mnist
from datasets.splits import fold_indices, held_out_split, stratified_count, without_copies

__all__ = [
    "LABELS",
    "SIDE",
    "DataError",
    "DigitSet",
    "Mnist",
    "fold_indices",
    "held_out_split",
    "joined",
    "load_chinese",
    "load_mnist",
    "stratified_count",
    "without_copies",
]
