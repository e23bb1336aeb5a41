"""How many trials a search needs that starts from an earlier one, and one that does not.

    python -m benchmarks.warm_start

Replayed over the table of real learning curves, by shuzi's own code: for each seed the table is
divided at random; a first search sees one half, with all losses a third higher, as on other digits;
the second sees the other half, with and without what the first has learnt. Counted are the trials
until one within one standard error of the second half's best has been proposed.
"""

import argparse
import multiprocessing
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
from rich.progress import track

from benchmarks.header import cores, header
from benchmarks.learning_curves import LearningCurves
from benchmarks.replay.executor import replay
from benchmarks.replay.shuzi_strategy import Shuzi
from model import Configuration
from search_spaces import read_space
from tune.warm_start import EarlierSweep

TRIALS = 40
OTHER_DIGITS = 4 / 3


def main() -> None:
    """Prints the medians and quartiles."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    seeds = parser.parse_args().seeds
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores(), mp_context=spawn) as pool:
        pairs = list(track(pool.map(_needed, range(seeds)), total=seeds))
    print(header("optuna", "numpy"))
    for name, counts in zip(("without", "with"), zip(*pairs, strict=True), strict=True):
        low, middle, high = statistics.quantiles(counts, n=4)
        spread = f"(quartiles {low:.1f}-{high:.1f}), n = {seeds}"
        print(f"{name} --warm-start: {middle:.1f} trials {spread}")
    fewer = statistics.fmean(after < before for before, after in pairs)
    print(f"fewer with it in {100 * fewer:.0f} % of the seeds")


def _needed(seed: int) -> tuple[float, float]:
    """Runs in a process of its own: the trials needed without and with an earlier search."""
    curves = LearningCurves.read()
    order = 1 + np.random.default_rng(seed).permutation(len(curves.losses) - 1)
    halves = [curves.part([0, *order[half::2]]) for half in (0, 1)]
    first = replace(halves[0], losses=OTHER_DIGITS * halves[0].losses)
    return _trials(halves[1], seed, None), _trials(halves[1], seed, _learnt(first, seed))


def _learnt(curves: LearningCurves, seed: int) -> EarlierSweep:
    search = Shuzi(curves, read_space("paper", Configuration.check), TRIALS, seed)
    replay(search, curves, workers=1)
    return search.learnt()


def _trials(curves: LearningCurves, seed: int, earlier: EarlierSweep | None) -> float:
    space = read_space("paper", Configuration.check)
    search = Shuzi(curves, space, len(curves.losses), seed + 10_000, earlier)
    proposed = replay(search, curves, workers=1).proposed
    near = [place for place, row in enumerate(proposed, 1) if curves.finals[row] <= curves.target]
    return min(near, default=len(proposed) + 1)


if __name__ == "__main__":
    main()
