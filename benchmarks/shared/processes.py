"""Work done side by side, in processes of one thread each."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

from rich.progress import track

from model.hardware.processor import prepare_processor

Result = TypeVar("Result")


def in_processes(
    jobs: Sequence[Callable[[], Result]], title: str, workers: int
) -> Iterator[Result]:
    """Yields what each job returns as it is done, with a progress bar.

    Args:
        jobs: Functions that can be sent to another process.
        title: What is done, in a word.
        workers: How many processes there are.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=spawn, initializer=prepare_processor, initargs=(1,)
    ) as pool:
        futures = [pool.submit(job) for job in jobs]
        for future in track(as_completed(futures), title, len(futures), disable=not futures):
            yield future.result()
