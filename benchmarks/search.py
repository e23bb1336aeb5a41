"""Every way to search, replayed over one table of real learning curves.

    python -m benchmarks.search                 300 seeds each, at 1, 4 and 16 workers

Prints, for each way: the cost until a configuration within one standard error of the table's best
is cross-validated to the end, how often the best of those proposed was not, and draws regret
against cost. The cost counts epochs of one fold; 50 are a whole trial of `paper`. `--table` takes
another table, `--risk` another risk of shuzi's.
"""

import argparse
import multiprocessing
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.header import cores, header
from benchmarks.learning_curves import TABLE, LearningCurves
from benchmarks.replay.executor import Replay, Strategy, replay
from benchmarks.replay.peers import PEERS
from benchmarks.replay.shuzi_strategy import Shuzi
from model import Configuration
from search_spaces import SearchSpace, read_space
from tune.search.pruning import RISK

STRATEGIES: dict[str, Callable[[LearningCurves, SearchSpace, int, int], Strategy]] = {
    **PEERS,
    "shuzi": Shuzi,
}
BASE = "TPE, whole trials"


@dataclass(frozen=True)
class Ended:
    """What one replay came to.

    Attributes:
        to_target: Cost until a configuration near the best was whole; infinite if none was.
        lost: Whether the best of those proposed was not whole at the end.
        cost: Of the whole search.
        regrets: Of the best whole configuration, at each cost at which it changed.
    """

    to_target: float
    lost: bool
    cost: int
    regrets: list[tuple[int, float]]


def main() -> None:
    """Prints a table for each number of workers and draws the picture."""
    arguments = _arguments()
    curves = LearningCurves.read(arguments.table)
    console = Console(width=100, highlight=False)
    console.print(header("optuna", "ray", "numpy"))
    console.print(_about(curves))
    ended = {}
    for workers in arguments.workers:
        by_name = {name: _replayed(name, workers, arguments) for name in arguments.strategy}
        ended[workers] = by_name
        console.print(_table(by_name, workers, arguments))
    if arguments.picture:
        draw(ended, arguments.picture)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--strategy", nargs="+", choices=STRATEGIES, default=list(STRATEGIES))
    parser.add_argument("--table", type=Path, default=TABLE, help="of learning curves")
    parser.add_argument("--risk", type=float, default=RISK, help="shuzi's")
    parser.add_argument("--picture", type=Path, default=None, help="where to draw it")
    return parser.parse_args()


def _about(curves: LearningCurves) -> str:
    finals, target = curves.finals, curves.target
    return (
        f"{len(finals)} configurations of {curves.about['space']}, {curves.losses.shape[1]} folds, "
        f"{curves.losses.shape[2]} epochs of {curves.images:,} images\n"
        f"best loss {finals.min():.4f}; {(finals <= target).sum()} within one standard error of "
        f"it ({target:.4f}); median {np.median(finals):.4f}"
    )


def _replayed(name: str, workers: int, arguments: argparse.Namespace) -> list[Ended]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores(), mp_context=spawn) as pool:
        each = pool.map(
            partial(_one, name, workers, arguments),
            range(arguments.seeds),
            chunksize=5,
        )
        return list(track(each, f"{name}, {workers} workers", total=arguments.seeds))


def _one(name: str, workers: int, arguments: argparse.Namespace, seed: int) -> Ended:
    """Runs in a process of its own."""
    curves = LearningCurves.read(arguments.table)
    space = read_space(curves.about["space"], Configuration.check)
    begin = partial(Shuzi, risk=arguments.risk) if name == "shuzi" else STRATEGIES[name]
    strategy = begin(curves, space, arguments.trials, seed)
    return _judged(replay(strategy, curves, workers), curves)


def _judged(told: Replay, curves: LearningCurves) -> Ended:
    finals, target = curves.finals, curves.target
    near = [cost for cost, row in told.history if finals[row] <= target]
    best = min(told.proposed, key=lambda row: finals[row])
    regrets: list[tuple[int, float]] = []
    for cost, row in told.history:
        regret = float(finals[row] - finals.min())
        if not regrets or regret < regrets[-1][1]:
            regrets.append((cost, regret))
    return Ended(min(near, default=np.inf), best not in told.whole, told.cost, regrets)


def _table(by_name: dict[str, list[Ended]], workers: int, arguments: argparse.Namespace) -> Table:
    title = f"{workers} at a time, {arguments.trials} trials, {arguments.seeds} seeds"
    table = Table("search", box=SIMPLE_HEAD, title=title)
    for heading in ("median cost", "quartiles", "of TPE's", "best lost", "whole cost"):
        table.add_column(heading, justify="right", no_wrap=True)
    base = _median(by_name.get(BASE, []))
    for name, ended in by_name.items():
        low, _, high = _quartiles(ended)
        table.add_row(
            name,
            f"{_median(ended):,.0f}",
            f"{low:,.0f}-{high:,.0f}",
            "" if np.isnan(base) else f"1/{base / _median(ended):.2f}",
            f"{100 * statistics.fmean(each.lost for each in ended):.1f} %",
            f"{statistics.fmean(each.cost for each in ended):,.0f}",
        )
    return table


def _median(ended: list[Ended]) -> float:
    return statistics.median(each.to_target for each in ended) if ended else np.nan


def _quartiles(ended: list[Ended]) -> list[float]:
    ordered = sorted(each.to_target for each in ended)
    return [ordered[len(ordered) * part // 4] for part in (1, 2, 3)]


def draw(ended: dict[int, dict[str, list[Ended]]], path: Path) -> None:
    """Draws the median regret against the cost, a panel for each number of workers."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    figure, axes = plt.subplots(
        1, len(ended), figsize=(4.5 * len(ended), 4.5), sharey=True, layout="constrained"
    )
    costs = np.geomspace(50, 5000, 60)
    for axis, (workers, by_name) in zip(np.atleast_1d(axes), ended.items(), strict=True):
        for (name, each), style in zip(by_name.items(), _styles(len(by_name)), strict=True):
            medians = [_median_regret(each, cost) for cost in costs]
            axis.plot(costs, medians, label=name, **style)
        axis.set(xscale="log", yscale="log", title=f"{workers} at a time")
        axis.set_xlabel("cost, epochs of one fold")
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_xlim(50, 5000)
        axis.grid(alpha=0.3)
    np.atleast_1d(axes)[0].set_ylabel("loss above the best, nats (median over seeds)")
    handles, labels = np.atleast_1d(axes)[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=150)


def _styles(count: int) -> list[dict[str, object]]:
    """Returns as many lines that differ in colour and in dashes; the last is thick and black."""
    colours = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999"]
    dashes = ["-", "--", "-.", ":"]
    others: list[dict[str, object]] = [
        {"color": colours[k % len(colours)], "linestyle": dashes[k % len(dashes)]}
        for k in range(count - 1)
    ]
    return [*others, {"color": "black", "linewidth": 2.5}]


def _median_regret(ended: list[Ended], cost: float) -> float:
    regrets = [min((r for at, r in each.regrets if at <= cost), default=np.nan) for each in ended]
    known = np.isfinite(regrets)
    return float(np.median(np.where(known, regrets, np.inf))) if known.mean() > 0.5 else np.nan


if __name__ == "__main__":
    main()
