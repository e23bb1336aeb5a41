"""Chooses the configurations that the shipped spaces try first, and measures what they save.

    python -m benchmarks.portfolio

A portfolio has the configurations of the lowest mean regret over the tables of a space; the regret
is the logarithm of a loss over the lowest of that table. A table's own is chosen on the others of
its space, whose digits or epochs are others; replays of 60 trials, four at a time, start with it or
without. A table has few configurations, so a random one is near the best sooner than in a space.
The portfolios printed at the end are chosen on all tables; `search_spaces/*.toml` have them.

The greedy choice of "Auto-sklearn 2.0" (Feurer et al., JMLR 2022) needs many tables. With one or
two it took each fold for a table of its own and chose what is good on one fold by chance.
"""

import argparse
import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.learning_curves import TABLE, LearningCurves
from benchmarks.replay.executor import replay
from benchmarks.replay.shuzi_strategy import Shuzi
from benchmarks.shared.header import cores, header
from benchmarks.shared.processes import in_processes
from model.configuration import Configuration
from search_spaces import read_space

SIZE, TRIALS, WORKERS = 3, 60, 4
Floats = NDArray[np.float64]


def main() -> None:
    """Prints the costs to the target, and the portfolios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--table", type=Path, nargs="+", default=sorted(TABLE.parent.glob("*.npz")))
    arguments = parser.parse_args()
    console = Console(width=120, highlight=False)
    console.print(header("optuna", "numpy"))
    tables = {path: LearningCurves.read(path) for path in arguments.table}
    console.print(_saved(tables, arguments.seeds))
    for space in sorted({str(curves.about["space"]) for curves in tables.values()}):
        own = [each for each in tables.values() if each.about["space"] == space]
        chosen = portfolio(own, own[0].parameters)
        console.print(f"{space}.toml:", *map(_as_toml, chosen), sep="\n\n", markup=False)


def portfolio(
    tables: Sequence[LearningCurves], among: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Returns the portfolio of tables of one space, of the parameters that all have; best first."""
    common = [each for each in among if all(each in table.parameters for table in tables)]
    regrets = np.mean([_regrets(table, common) for table in tables], axis=0)
    return [common[row] for row in regrets.argsort()[:SIZE]]


def _regrets(table: LearningCurves, common: Sequence[dict[str, Any]]) -> Floats:
    """Returns the regret of each configuration: (n,)."""
    logs = np.log(table.finals[[table.parameters.index(each) for each in common]])
    regrets: Floats = logs - logs.min()
    return regrets


def _saved(tables: dict[Path, LearningCurves], seeds: int) -> Table:
    title = (
        f"cost to the target, median (quartiles), and loss at the end above the table's best; "
        f"{TRIALS} trials, {WORKERS} at a time, {seeds} seeds"
    )
    table = Table("table", "portfolio of", "without", "with", box=SIMPLE_HEAD, title=title)
    for path, curves in tables.items():
        others = {p: t for p, t in tables.items() if p != path and _alike(t, curves)}
        if not others:
            continue
        first = portfolio(list(others.values()), curves.parameters)
        rows = [curves.parameters.index(each) for each in first]
        costs = [_cost(path, chosen, seeds) for chosen in ([], rows)]
        table.add_row(path.stem, ", ".join(p.stem for p in others), *costs)
    return table


def _cost(path: Path, first: Sequence[int], seeds: int) -> str:
    jobs = [partial(_replayed, path, first, seed) for seed in range(seeds)]
    return _quartiles(list(in_processes(jobs, path.stem, cores())))


def _alike(one: LearningCurves, other: LearningCurves) -> bool:
    return bool(one.about["space"] == other.about["space"])


def _replayed(path: Path, first: Sequence[int], seed: int) -> tuple[float, float]:
    """Runs in a process of its own: the cost to the target, and the loss above the table's best."""
    curves = LearningCurves.read(path)
    space = read_space(curves.about["space"], Configuration.check)
    trials = min(TRIALS, len(curves.losses))
    told = replay(Shuzi(curves, space, trials, seed, first=first), curves, WORKERS)
    near = [cost for cost, row in told.history if curves.finals[row] <= curves.target]
    loss = min(float(curves.finals[row]) for row in told.complete)
    return min(near, default=np.inf), loss / float(curves.finals.min()) - 1


def _quartiles(ended: list[tuple[float, float]]) -> str:
    costs, above = zip(*ended, strict=True)
    low, middle, high = statistics.quantiles(costs, n=4)
    return f"{middle:,.0f} ({low:,.0f}-{high:,.0f}), +{100 * statistics.fmean(above):.1f} %"


def _as_toml(parameters: dict[str, Any]) -> str:
    lines = (f"{name} = {_rounded(value)}" for name, value in parameters.items())
    return "\n".join(["[[portfolio]]", *lines])


def _rounded(value: float) -> str:
    """Writes a number with three digits: what is finer changes no loss."""
    return str(value) if isinstance(value, int) else f"{value:.3g}"


if __name__ == "__main__":
    main()
