"""The same trial as shuzi's workers run it."""

import torch

from benchmarks.peers.part import Part, Read
from model.hardware.device import DeviceDigits
from model.hardware.processor import prepare_processor
from model.training.cross_validation import cross_validate


def run(part: Part) -> Read:
    """Cross-validates; the folds not asked for are left out."""
    prepare_processor(part.threads)
    digits = DeviceDigits.of(part.pool, torch.device(part.device))
    *_, last = cross_validate(part.configuration, digits, part.folds, part.seed, part.numbers)
    return Read(
        sum(fold.validation.correct for fold in last), sum(fold.validation.count for fold in last)
    )
