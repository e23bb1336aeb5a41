"""Digits in: MNIST, photographs and drawn digits become digit sets, split once and for all.

What loads digits is imported from its own file (`datasets.mnist`, `datasets.chinese`), so that
workers, which receive theirs, do not wait for it.
"""

from datasets.digit_set import LABELS, SIDE, DigitSet, joined
from datasets.errors import DataError
from datasets.splits import fold_indices, held_out_split, stratified_count, without_copies

__all__ = [
    "LABELS",
    "SIDE",
    "DataError",
    "DigitSet",
    "fold_indices",
    "held_out_split",
    "joined",
    "stratified_count",
    "without_copies",
]
