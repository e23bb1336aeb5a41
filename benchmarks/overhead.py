"""What a trial costs besides its training: a trainable that returns at once, on real Ray.

    python -m benchmarks.overhead

Prints the wall time a trial takes on two slots, and how much the driver's memory grows by it.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import ray.cloudpickle
from rich.console import Console

import tune.search.ray_tune
import tune.search.search
from benchmarks.header import header
from model import Configuration, FoldEpoch
from model.judging import Judgement, SourceMeasures
from results import SweepFolder
from search_spaces import read_space
from tune import SweepRequest
from tune.cluster import ray_cluster
from tune.cross_validation import CrossValidation
from tune.data import load_data
from tune.plan import Plan
from tune.share import Share
from tune.stopping import Stop


class Immediate(CrossValidation):
    """Takes no time: its losses are made up."""

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Starts another trial."""
        going = super().reset_config(new_config)
        self._epochs = _made_up(new_config)
        return going


def _made_up(config: dict[str, Any]) -> Iterator[list[FoldEpoch]]:
    configuration = Configuration.from_dict(config["configuration"])
    loss = 0.1 + 20 * abs(0.01 - configuration.learning_rate)
    measures = {"mnist": SourceMeasures(100, 90, loss)}
    for epoch in range(1, configuration.epochs + 1):
        judgement = Judgement(measures, np.zeros((10, 10), np.int64))
        yield [FoldEpoch(fold, epoch, 0.001, loss, judgement) for fold in config["folds"]]


def main() -> None:
    """Runs a search of such trials with each pruner and prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=200)
    trials = parser.parse_args().trials
    print(header("ray", "optuna"))
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with ray_cluster(None), patch.object(tune.search.ray_tune, "CrossValidation", Immediate):
        _searched("none", 10)  # starts the workers
        for pruner in ("none", "ladder"):
            seconds, grown = _searched(pruner, trials)
            print(
                f"--pruner {pruner}: {trials} trials on 2 slots in {seconds:.1f} s, "
                f"{seconds / trials:.3f} s a trial; memory {grown / trials / 1000:+.1f} kB a trial"
            )


def _searched(pruner: Any, trials: int) -> tuple[float, float]:
    """Returns the seconds that a search takes and the bytes that the driver grows by."""
    with tempfile.TemporaryDirectory() as out:
        request = SweepRequest(
            name="overhead", out=Path(out), mnist_count=100, trials=trials, epochs=1, pruner=pruner
        )
        space = read_space(request.space, Configuration.check)
        folder = SweepFolder.vacant(request.out, request.name)
        folder.make({})
        data = load_data(request, space.folds)
        before, started = _resident(), time.perf_counter()
        plan = Plan(request, space, data, Share(1, 0, 2), folder)
        tune.search.search.search(plan, Console(quiet=True), Stop())
        seconds = time.perf_counter() - started
        return seconds, _resident() - before


def _resident() -> int:
    """Returns the memory that this process holds, bytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


if __name__ == "__main__":
    main()
