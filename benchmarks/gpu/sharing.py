"""Processes that resources the card, each with a small trial: what all of them come to."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache, partial

from benchmarks.gpu.job import Job, Line, attempted, run_phase
from benchmarks.gpu.measuring import wait_for
from benchmarks.gpu.pool import FOLDS, folds_of, made_up
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.training.cross_validation import cross_validate

PROCESSES, FEW = 4, 2


def lines(job: Job) -> Iterator[Line]:
    """Yields images a second of one to four processes, with a small network and the baseline's."""
    spawn, most = multiprocessing.get_context("spawn"), job.size(PROCESSES, FEW)
    with ExitStack() as stack:
        pools = [stack.enter_context(ProcessPoolExecutor(1, mp_context=spawn)) for _ in range(most)]
        _together(job, job.small, pools)  # starts them and captures for the first time
        for name, configuration in (("small", job.small), ("baseline's", job.complete)):
            for count in range(1, most + 1):
                work = partial(_measured, job, configuration, pools[:count])
                yield attempted(f"{name}, processes {count}", work)


def _measured(job: Job, configuration: Configuration, pools: Sequence[ProcessPoolExecutor]) -> Line:
    seconds = _together(job, configuration, pools)
    images = len(pools) * _count(job) * (FOLDS - 1) * _epochs(job)
    return {"seconds": round(seconds, 3), "images_per_s": round(images / seconds)}


def _together(
    job: Job, configuration: Configuration, pools: Sequence[ProcessPoolExecutor]
) -> float:
    """Returns the seconds until a trial in each of some processes is over."""
    started = time.perf_counter()
    running = [pool.submit(_trial, job, configuration) for pool in pools]
    for each in running:
        each.result()
    return time.perf_counter() - started


def _trial(job: Job, configuration: Configuration) -> None:
    """Runs in a process of its own."""
    digits = _digits(job)
    short = Configuration.from_dict({**configuration.to_dict(), "epochs": _epochs(job)})
    for _ in cross_validate(short, digits, folds_of(len(digits.labels)), seed=0):
        pass
    wait_for(job.device)


@cache
def _digits(job: Job) -> DeviceDigits:
    job.prepare(1 / PROCESSES)
    return DeviceDigits.of(made_up(_count(job)), job.device)


def _count(job: Job) -> int:
    return job.size(12_000, 200)


def _epochs(job: Job) -> int:
    return job.size(3, 1)


if __name__ == "__main__":
    run_phase(lines)
