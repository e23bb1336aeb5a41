"""Small trials one after another: does one leave memory, or what it trained, to the next?"""

import gc
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from benchmarks.gpu.job import WAYS, Job, Line, attempted, run_phase
from benchmarks.gpu.measuring import memory
from benchmarks.gpu.pool import folds_of, made_up
from model.hardware.device import DeviceDigits
from model.training.batched import Stack
from model.training.cross_validation import cross_validate
from model.training.replica import Replica

TRIALS = 12


def lines(job: Job) -> Iterator[Line]:
    """Yields what is held after each trial, and what grew from the second to the last."""
    job.prepare()
    digits = DeviceDigits.of(made_up(job.size(4000, 100)), job.device)
    held: list[Line] = []
    for number in range(1, TRIALS + 1):
        way = list(WAYS)[number % len(WAYS)]
        work = partial(_after_trial, job, digits, way)
        held.append(attempted(f"trial {number}, {way}", work))
        yield held[-1]
    yield attempted("growth", lambda: _growth(held))


def _after_trial(job: Job, digits: DeviceDigits, way: str) -> Line:
    started = time.perf_counter()
    few = replace(job.small, epochs=2)
    folds = folds_of(len(digits.labels))
    for _ in cross_validate(few, digits, folds, seed=0, batched=WAYS[way]):
        pass
    seconds = time.perf_counter() - started
    return {"seconds": round(seconds, 3), "live": _live(), **memory(job.device)}


def _live() -> int:
    """Returns how many networks in training live on; what holds itself does until a collection."""
    return sum(type(each) in (Replica, Stack) for each in gc.get_objects())


def _growth(held: list[Line]) -> Line:
    second, last = held[1], held[-1]
    names = ("allocated", "reserved")
    grown = {name: last[name] - second[name] for name in names if last[name] is not None}
    line = {"live": last["live"], **grown}
    if last["live"] or grown.get("allocated", 0) > 1:
        return {**line, "failed": "a trial leaves something behind"}
    return line


if __name__ == "__main__":
    run_phase(lines)
