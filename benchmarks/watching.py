"""What it costs to watch a search: its event files and table, its counts, its view in a terminal.

    python -m benchmarks.watching
    python -m benchmarks.watching --immediate --trials 1000

Runs a real search in a terminal of 80 x 24 and sums what the driver spends on watching: the time
that passes, in which it may wait for a core where others are at work, and the time of a core that
it takes. The view has a thread of its own, so that the search does not wait for it. With
`--immediate` trials take no time to train, which is the most that there can be to watch.
"""

import argparse
import contextlib
import os
import pty
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import ray.cloudpickle
from rich.console import Console
from rich.live import Live

import benchmarks.overhead
import tune.search.ray_tune
import tune.search.search
from benchmarks.header import header
from benchmarks.overhead import Immediate
from model import Configuration
from results import SweepFolder
from search_spaces import read_space
from tune import SweepRequest
from tune.cluster import ray_cluster
from tune.data import load_data
from tune.plan import Plan
from tune.progress import SearchProgress
from tune.recorder import Recorder
from tune.share import Share
from tune.stopping import Stop

ON_TRIAL = ("on_trial_start", "on_trial_result", "on_trial_complete", "on_trial_error")
CALLBACKS = (*ON_TRIAL, "on_step_end", "on_experiment_end")


@dataclass
class Part:
    """A part of watching, and what it has cost: seconds of wall time and of a core."""

    name: str
    wall: float = 0.0
    cpu: float = 0.0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Returns the function, which now adds what it costs."""

        @wraps(function)
        def counted(*arguments: Any, **named: Any) -> Any:
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                self.wall += time.perf_counter() - wall
                self.cpu += time.thread_time() - cpu

        return counted


def main() -> None:
    """Runs a search and prints what each part of watching took of its time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--mnist-count", type=int, default=500)
    parser.add_argument("--immediate", action="store_true")
    arguments = parser.parse_args()
    print(header("ray", "optuna", "rich"))
    ray.cloudpickle.register_pickle_by_value(benchmarks.overhead)
    with ray_cluster(None), contextlib.ExitStack() as patched:
        if arguments.immediate:
            patched.enter_context(patch.object(tune.search.ray_tune, "CrossValidation", Immediate))
        parts = [patched.enter_context(part) for part in _parts()]
        seconds = _searched(arguments.trials, arguments.mnist_count)
    print(f"{arguments.trials} trials, 2 at a time, in {seconds:.1f} s")
    for part in [*parts, Part("all", sum(p.wall for p in parts), sum(p.cpu for p in parts))]:
        print(
            f"{part.name:28} {part.wall:6.2f} s pass {100 * part.wall / seconds:5.2f} %, "
            f"of a core {part.cpu:6.2f} s {100 * part.cpu / seconds:5.2f} %"
        )


def _parts() -> list[contextlib.AbstractContextManager[Part]]:
    return [
        _measured("event files and trials.csv", Recorder, CALLBACKS),
        _measured("counts and lines", SearchProgress, CALLBACKS),
        _measured("view, drawn twice a second", Live, ["refresh"]),
    ]


@contextmanager
def _measured(name: str, owner: type, methods: Sequence[str]) -> Iterator[Part]:
    """Adds up what some methods of a class cost while a block runs."""
    part = Part(name)
    with contextlib.ExitStack() as patched:
        for method in methods:
            timed = part.timed(getattr(owner, method))
            patched.enter_context(patch.object(owner, method, timed))
        yield part


def _searched(trials: int, mnist_count: int) -> float:
    """Returns the seconds that a search takes, from its first worker's start."""
    with tempfile.TemporaryDirectory() as out, _terminal() as console:
        request = SweepRequest(
            name="watched", out=Path(out), mnist_count=mnist_count, trials=trials
        )
        space = read_space(request.space, Configuration.check)
        folder = SweepFolder.vacant(request.out, request.name)
        folder.make({})
        plan = Plan(request, space, load_data(request, space.folds), Share(1, 0, 2), folder)
        started = time.perf_counter()
        tune.search.search.search(plan, console, Stop())
        return time.perf_counter() - started


@contextmanager
def _terminal() -> Iterator[Console]:
    """Gives a terminal whose other end reads what comes and forgets it."""
    controller, place = pty.openpty()
    reader = threading.Thread(target=_read_all, args=(controller,), daemon=True)
    reader.start()
    with os.fdopen(place, "w") as file:
        yield Console(file=file, width=80, height=24, _environ={"TERM": "xterm-256color"})
    reader.join()
    os.close(controller)


def _read_all(controller: int) -> None:
    with contextlib.suppress(OSError):  # the other end is closed
        while os.read(controller, 65536):
            pass


if __name__ == "__main__":
    main()
