"""What a phase is asked to do, and how it tells what it has found."""

import argparse
import json
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import torch

from datasets.errors import first_line
from model.configuration import BASELINE, Configuration
from model.hardware.processor import prepare_gpu, prepare_processor

DIGITS = 60_365  # of the real job: MNIST's, and two thirds of the student's photographs
TOY = 400
SMALL = Configuration(channels_1=32, channels_2=64, batch_size=100, epochs=4, schedule="one-cycle")
TOY_NETWORK = Configuration(channels_1=4, channels_2=8, batch_size=50, epochs=2)
WAYS = {"streams": False, "batched": True}  # how folds are trained; the argument `batched`
Line = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """What a phase is asked to do.

    Attributes:
        digits: Images in the pool of the complete trial.
        rehearse: Whether to do all at toy size on a CPU.
        seconds: After which the phase is ended.
    """

    digits: int
    rehearse: bool
    seconds: float

    @classmethod
    def asked(cls) -> Self:
        """Reads the command line of a phase."""
        parser = argparse.ArgumentParser()
        parser.add_argument("--digits", type=int, default=DIGITS)
        parser.add_argument("--rehearse", action="store_true")
        parser.add_argument("--seconds", type=float, default=480.0)
        return cls(**vars(parser.parse_args()))

    @property
    def device(self) -> torch.device:
        """Where everything runs."""
        return torch.device("cpu" if self.rehearse else "cuda")

    @property
    def complete(self) -> Configuration:
        """The baseline, the baseline."""
        return TOY_NETWORK if self.rehearse else BASELINE

    @property
    def small(self) -> Configuration:
        """A small network, of which many resources a GPU."""
        return TOY_NETWORK if self.rehearse else SMALL

    def size(self, full: int, toy: int) -> int:
        """Returns the size of something, or its toy size in a rehearsal."""
        return toy if self.rehearse else full

    def prepare(self, part: float = 1.0) -> None:
        """Has this process work as a worker of a sweep does, with a part of the GPU."""
        prepare_processor(1)
        if not self.rehearse:
            prepare_gpu(part)


def run_phase(lines: Callable[[Job], Iterator[Line]]) -> None:
    """Prints each line of a phase as soon as it is known, as JSON."""
    for line in lines(Job.asked()):
        print(json.dumps(line), flush=True)


def attempted(what: str, work: Callable[[], Line]) -> Line:
    """Returns what some work has found; where it fails, the reason, and the phase goes on.

    Warnings, as that steps are not replayed, are told in the line.
    """
    with warnings.catch_warnings(record=True) as warned:
        line = {"what": what, **_found(work)}
    said = {str(each.message).partition("\n")[0] for each in warned}
    return {**line, "warnings": sorted(said)} if said else line


def _found(work: Callable[[], Line]) -> Line:
    try:
        return work()
    except Exception as error:
        traceback.print_exc()
        return {"failed": f"{type(error).__name__}: {first_line(error)}"}
