"""Processes of their own for each side, so that memory is told apart and imports cost nothing."""

import importlib
import multiprocessing
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from typing import Self

from benchmarks.peers.part import Part, Read


class Side:
    """One side of the comparison, in one process or two that resources the folds.

    Args:
        module: Its loop, a module with `run`.
    """

    def __init__(self, module: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._module = module
        self._processes = [ProcessPoolExecutor(1, mp_context=spawn) for _ in range(2)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.shutdown()

    def run(self, part: Part, processes: int) -> tuple[float, Read, int]:
        """Runs a part.

        Args:
            part: Its threads are divided among the processes.
            processes: 1 or 2.

        Returns:
            The seconds it took, how the validation images were read, and the largest peak memory
            of a process so far, bytes.
        """
        parts = [
            replace(part, numbers=part.numbers[k::processes], threads=part.threads // processes)
            for k in range(processes)
        ]
        started = time.perf_counter()
        futures: list[Future[tuple[Read, int]]] = [
            process.submit(_run, self._module, each)
            for process, each in zip(self._processes, parts, strict=False)
        ]
        reads, peaks = zip(*(future.result() for future in futures), strict=True)
        seconds = time.perf_counter() - started
        read = Read(sum(each.correct for each in reads), sum(each.count for each in reads))
        return seconds, read, max(peaks)


def _run(module: str, part: Part) -> tuple[Read, int]:
    read: Read = importlib.import_module(module).run(part)
    return read, peak_bytes()


def peak_bytes() -> int:
    """Returns the largest memory that this process has held, bytes."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
