"""Trials that find the GPU's memory full: is it known, let go, and does the next one run?"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial, wraps
from itertools import product
from typing import Any
from unittest.mock import patch

import torch

from benchmarks.gpu.job import WAYS, Job, Line, attempted, run_phase
from benchmarks.gpu.measuring import memory
from benchmarks.gpu.pool import folds_of, made_up
from datasets.errors import first_line
from model.hardware.device import DeviceDigits
from model.hardware.out_of_memory import freed, is_out_of_memory
from model.training.cross_validation import cross_validate
from model.training.fold_epoch import FoldEpoch
from model.training.replay import Replayed, captures
from model.training.replica import Replica
from model.training.steps import Steps

PLACES: dict[str, tuple[type, str]] = {
    "warm-up": (Steps, "begin"),
    "capture": (Replayed, "capture"),
    "judging": (Replica, "judge"),
}
LEFT = 64 * 2**20  # bytes beside the ballast, less than a trial needs
SIMULATED = "no memory, as a GPU would say"


def lines(job: Job) -> Iterator[Line]:
    """Yields what came of a full memory at each place."""
    job.prepare()
    digits = _digits(job)
    for place, way in product(PLACES, WAYS):
        if place == "capture" and not captures(job.device):
            yield {"what": f"{place}, {way}", "lacks": "a CPU captures nothing"}
        else:
            yield attempted(f"{place}, {way}", partial(_full_at, job, digits, place, way))
    if job.rehearse:
        yield {"what": "ballast", "lacks": "a CPU's memory is not filled"}
    else:
        yield attempted("ballast", lambda: _in_fresh_process(job))


def _digits(job: Job) -> DeviceDigits:
    return DeviceDigits.of(made_up(job.size(10_000, 200)), job.device)


def _full_at(job: Job, digits: DeviceDigits, place: str, way: str) -> Line:
    """Runs a trial, whose process gets no more memory from a place on."""
    owner, method = PLACES[place]
    starved = _starved(getattr(owner, method), job.device)
    with _limit_lifted(job.device), patch.object(owner, method, starved):
        error = _error(_epochs(job, digits, way))
    return _handled(job, digits, error)


def _starved(function: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    @wraps(function)
    def starved(*arguments: Any) -> Any:
        _keep_to_what_is_held(device)
        return function(*arguments)

    return starved


def _keep_to_what_is_held(device: torch.device) -> None:
    """Has torch refuse more of a GPU's memory; for a CPU the refusal itself is raised."""
    if device.type != "cuda":
        raise torch.OutOfMemoryError(SIMULATED)
    torch.cuda.empty_cache()
    _, total = torch.cuda.mem_get_info()
    torch.cuda.set_per_process_memory_fraction(torch.cuda.memory_reserved() / total)


@contextmanager
def _limit_lifted(device: torch.device) -> Iterator[None]:
    """Lifts the limit when a block is over."""
    try:
        yield
    finally:
        if device.type == "cuda":
            torch.cuda.set_per_process_memory_fraction(1.0)


def _epochs(job: Job, digits: DeviceDigits, way: str) -> Iterator[Sequence[FoldEpoch]]:
    """Large batches: what they need is not found in what is left of blocks that are held."""
    large = replace(job.complete, epochs=2, batch_size=job.size(1000, 50))
    return cross_validate(large, digits, folds_of(len(digits.labels)), seed=0, batched=WAYS[way])


def _error(epochs: Iterator[Sequence[FoldEpoch]]) -> Exception | None:
    try:
        for _ in epochs:
            pass
    except Exception as error:
        return error
    return None


def _handled(job: Job, digits: DeviceDigits, error: Exception | None) -> Line:
    """Does as a worker does that finds too little memory, then trains something small."""
    if error is None:
        return {"failed": "the trial found memory enough"}
    line: Line = {"error": type(error).__name__, "says": first_line(error)[:100]}
    known, before = is_out_of_memory(error), memory(job.device)
    freed(error)
    after = memory(job.device)
    line |= {"known": known, "before": before["reserved"], "after": after["reserved"]}
    *_, last = cross_validate(job.small, digits, folds_of(len(digits.labels)), seed=0, numbers=[0])
    line["loss_of_a_small_trial"] = round(last[0].validation.loss, 3)
    return line if known else {**line, "failed": "it is not taken for a full memory"}


def _in_fresh_process(job: Job) -> Line:
    """Fills the card before its libraries have taken their part, which only happens once."""
    torch.cuda.empty_cache()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_beside_ballast, job).result()


def _beside_ballast(job: Job) -> Line:
    job.prepare()
    digits = _digits(job)
    free, _ = torch.cuda.mem_get_info()
    ballast = torch.empty(free - LEFT, dtype=torch.uint8, device=job.device)
    error = _error(_epochs(job, digits, "streams"))
    del ballast
    return _handled(job, digits, error)


if __name__ == "__main__":
    run_phase(lines)
