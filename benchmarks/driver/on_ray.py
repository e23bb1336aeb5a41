"""A real sweep on Ray whose workers make their losses up: what is left is shuzi's own cost."""

import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.driver.made_up import MadeUpLosses
from benchmarks.driver.memory import most_memory
from model.configuration import Configuration
from results.known_trials import known_trials
from results.store.folder import SweepFolder
from search_spaces import read_space
from tune.planning.request import SweepRequest
from tune.sweep import run_sweep
from tune.workers.trainable import JOB, CrossValidation

SPACE = "paper"


class MadeUpTraining(CrossValidation):
    """Returns each epoch at once."""

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Starts another job in the same worker."""
        job = self._job = new_config[JOB]
        space, configuration = read_space(SPACE, Configuration.check), job.configuration
        varied = {name: getattr(configuration, name) for name in space.distributions()}
        place = space.coordinates(varied)
        losses = MadeUpLosses(len(place), len(self._folds), configuration.epochs)
        self._epochs = iter(
            [losses.epoch(job.trial, place, fold, epoch)]
            for fold in job.folds
            for epoch in range(1, configuration.epochs + 1)
        )
        return True


def print_sweep_on_ray(trials: int) -> None:
    """Runs a sweep and prints its pace, tenth by tenth, its memory, and what it leaves."""
    with tempfile.TemporaryDirectory() as out:
        request = SweepRequest(
            name="made-up", out=Path(out), space=SPACE, mnist_count=100, trials=trials, finalists=1
        )
        before, started = most_memory(), os.times()
        folder = run_sweep(request, Console(quiet=True), trainable=MadeUpTraining)
        ended = os.times()
        busy = ended.user + ended.system - started.user - started.system
        print(f"\n{SPACE}: {trials:,} trials on Ray, whose workers return at once")
        _print_pace(folder)
        print(f"  the driver was busy for {busy:.0f} s, retraining and report included")
        print(f"  memory: {before:,.0f} MB before, {most_memory():,.0f} MB at the most")
        _print_size(folder, trials)


def _print_pace(folder: SweepFolder) -> None:
    study = known_trials(folder).study
    begins = sorted(t.datetime_start.timestamp() for t in study if t.datetime_start)
    end = max(t.datetime_complete.timestamp() for t in study if t.datetime_complete)
    tenth = max(1, len(begins) // 10)
    times = [*begins[::tenth][:10], begins[-1]]
    paces = [(b - a) / tenth for a, b in pairwise(times)]
    print(f"  s a trial by tenths: {' '.join(f'{pace:.3f}' for pace in paces)}", end="; ")
    print(f"all {(end - begins[0]) / len(begins):.3f}")


def _print_size(folder: SweepFolder, trials: int) -> None:
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    size, journal = sum(path.stat().st_size for path in files), folder.journal.stat().st_size
    print(f"  folder: {size / trials / 1000:.1f} kB a trial in {len(files):,} files", end="; ")
    print(f"journal: {journal / trials / 1000:.1f} kB a trial; {time.strftime('%Y-%m-%d')}")
