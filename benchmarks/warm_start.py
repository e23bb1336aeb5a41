"""What a search saves that starts from earlier ones, on other digits and of other spaces.

    python -m benchmarks.warm_start

Replayed over the tables of real learning curves, by shuzi's own code. For each seed the numbers of
the configurations are divided at random; earlier searches, one over each other table, see one half;
the new search sees the other half of its table. So it never meets a configuration that an earlier
search has tried. Told are the trials until one within one standard error of the half's best is
proposed, and the cost, in fold-epochs, until such a one is complete.
"""

import argparse
import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.learning_curves import TABLE, LearningCurves
from benchmarks.replay.executor import replay
from benchmarks.replay.shuzi_strategy import Shuzi
from benchmarks.shared.header import cores, header
from benchmarks.shared.processes import in_processes
from model.configuration import Configuration
from search_spaces import SearchSpace, read_space
from tune.planning.warm_start import EarlierSweep

TRIALS, WORKERS = 30, 4
ARMS = ("from nothing", "the same space", "other spaces", "all")
Needed = tuple[float, float]


def main() -> None:
    """Prints the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--table", type=Path, nargs="+", default=sorted(TABLE.parent.glob("*.npz")))
    arguments = parser.parse_args()
    console = Console(width=120, highlight=False)
    console.print(header("optuna", "numpy"))
    console.print(f"{TRIALS} trials, {WORKERS} at a time, {arguments.seeds} seeds")
    table = Table("table", *ARMS, box=SIMPLE_HEAD, caption="trials proposed; cost: medians")
    for path in arguments.table:
        jobs = [partial(_by_arm, path, arguments.table, seed) for seed in range(arguments.seeds)]
        each = list(in_processes(jobs, path.stem, cores()))
        arms = ([by_arm[arm] for by_arm in each if arm in by_arm] for arm in ARMS)
        table.add_row(path.stem, *(_medians(needed) for needed in arms))
    console.print(table)


def _medians(needed: list[Needed]) -> str:
    if not needed:
        return ""
    trials, cost = (statistics.median(each[part] for each in needed) for part in (0, 1))
    return f"{trials:.1f}; {cost:,.0f}"


def _by_arm(target: Path, tables: Sequence[Path], seed: int) -> dict[str, Needed]:
    """Runs in a process of its own: what each way needs on one half of a table."""
    curves, space = _half(target, seed, second=True)
    others = [path for path in tables if path != target]
    learnt = {path: _learnt(path, space, seed) for path in others}
    same = [each for path, each in learnt.items() if _space(path) == _space(target)]
    rest = [each for path, each in learnt.items() if _space(path) != _space(target)]
    arms = dict(zip(ARMS, ([], same, rest, [*same, *rest]), strict=True))
    return {
        name: _needed(curves, space, seed, earlier)
        for name, earlier in arms.items()
        if earlier or name == ARMS[0]
    }


def _space(path: Path) -> str:
    return str(LearningCurves.read(path).about["space"])


def _half(path: Path, seed: int, second: bool) -> tuple[LearningCurves, SearchSpace]:
    """Returns the baseline's row and one half of the others, the same rows of every table."""
    curves = LearningCurves.read(path)
    chosen = np.random.default_rng(seed).random(1000)[: len(curves.losses)] < 0.5
    rows = np.flatnonzero(chosen[1:] == second) + 1
    space = read_space(curves.about["space"], Configuration.check)
    return curves.part([0, *rows]), space


def _learnt(path: Path, space: SearchSpace, seed: int) -> EarlierSweep:
    """Searches the first half of another table."""
    curves, own = _half(path, seed, second=False)
    search = Shuzi(curves, own, min(TRIALS, len(curves.losses)), seed + 10_000)
    replay(search, curves, WORKERS)
    return search.learnt(space)


def _needed(
    curves: LearningCurves, space: SearchSpace, seed: int, earlier: Sequence[EarlierSweep]
) -> Needed:
    search = Shuzi(curves, space, min(TRIALS, len(curves.losses)), seed, earlier)
    told, finals = replay(search, curves, WORKERS), curves.finals
    near = [place for place, row in enumerate(told.proposed, 1) if finals[row] <= curves.target]
    complete = [cost for cost, row in told.history if finals[row] <= curves.target]
    return min(near, default=np.inf), min(complete, default=np.inf)


if __name__ == "__main__":
    main()
