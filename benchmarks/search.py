"""Every way to search, replayed over tables of real learning curves.

    python -m benchmarks.search                      300 seeds each, at 1, 4, 16 and 64 workers
    python -m benchmarks.search --part 0.6 --strategy shuzi --risk 0.005 0.02 0.1
    python -m benchmarks.search --trials 500 --picture FILE.png             trials without end

Prints, for each table and way: the cost until a configuration within one standard error of the
table's best is cross-validated to the end, how often the best of those proposed was not, and what
the best that was comes to. The cost counts fold-epochs; 50 are a complete trial of `paper`.
In a table one configuration is the best in every replay, whose luck decides; `--part` has each seed
see another part of the table.
"""

import argparse
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from scipy.stats import binomtest

from benchmarks.learning_curves import TABLE, LearningCurves
from benchmarks.replay.executor import Replay, Strategy, replay
from benchmarks.replay.peers import PEERS
from benchmarks.replay.shuzi_strategy import Shuzi
from benchmarks.shared.header import cores, header
from benchmarks.shared.processes import in_processes
from model.configuration import Configuration
from search_spaces import SearchSpace, read_space
from tune.planning.request import RISK

STRATEGIES: dict[str, Callable[[LearningCurves, SearchSpace, int, int], Strategy]] = {
    **PEERS,
    "shuzi": Shuzi,
}
BASE = "TPE, complete trials"
COLUMNS = 3  # of the picture
LEAST_REGRET = 1e-4  # nats, as low as is drawn


@dataclass(frozen=True)
class Ended:
    """What one replay came to.

    Attributes:
        to_target: Cost until a configuration near the best was complete; infinite if none was.
        lost: Whether the best of those proposed was not complete at the end.
        missed: How probable shuzi says that is; NaN for others.
        loss: Of the best complete configuration, nats.
        cost: Of the complete search.
        regrets: Of the best complete configuration, at each cost at which it changed.
    """

    to_target: float
    lost: bool
    missed: float
    loss: float
    cost: int
    regrets: list[tuple[int, float]]


def main() -> None:
    """Prints a table for each table of curves and number of workers, and draws the picture."""
    arguments = _arguments()
    console = Console(width=140, highlight=False)
    console.print(header("optuna", "ray", "numpy"))
    ended = {}
    for path in arguments.table:
        console.print(_about(path))
        for workers in arguments.workers:
            by_name = _by_name(path, workers, arguments)
            ended[path.stem, workers] = by_name
            console.print(_table(by_name, workers, arguments))
    if arguments.picture:
        draw(ended, arguments.picture)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--strategy", nargs="+", choices=STRATEGIES, default=list(STRATEGIES))
    tables = sorted(TABLE.parent.glob("*.npz"))
    parser.add_argument("--table", type=Path, nargs="+", default=tables, help="of learning curves")
    parser.add_argument("--part", type=float, default=1.0, help="of a table, at random, each seed")
    parser.add_argument("--risk", type=float, nargs="+", default=[RISK], help="shuzi's; each")
    parser.add_argument("--picture", type=Path, default=None, help="where to draw it")
    return parser.parse_args()


def _by_name(path: Path, workers: int, arguments: argparse.Namespace) -> dict[str, list[Ended]]:
    """Replays every strategy, and shuzi with every risk."""
    ended = {}
    for name in arguments.strategy:
        for risk in arguments.risk if name == "shuzi" else [RISK]:
            called = f"shuzi, risk {risk:.3g}" if name == "shuzi" else name
            ended[called] = _replayed(_Replayed(name, risk, path, workers, arguments), called)
    return ended


@dataclass(frozen=True)
class _Replayed:
    """What is replayed with each seed; it can be sent to another process."""

    name: str
    risk: float
    path: Path
    workers: int
    arguments: argparse.Namespace

    def one(self, seed: int) -> Ended:
        """Runs in a process of its own."""
        curves = self._curves(seed)
        trials = min(self.arguments.trials, len(curves.losses))
        space = read_space(curves.about["space"], Configuration.check)
        begin = partial(Shuzi, risk=self.risk) if self.name == "shuzi" else STRATEGIES[self.name]
        strategy = begin(curves, space, trials, seed)
        told = replay(strategy, curves, self.workers)
        return _judged(told, curves, strategy.missed() if isinstance(strategy, Shuzi) else np.nan)

    def _curves(self, seed: int) -> LearningCurves:
        """Returns the table, or a part of it: the baseline's row and others at random."""
        curves, rng = LearningCurves.read(self.path), np.random.default_rng(seed)
        if self.arguments.part == 1:
            return curves
        others = len(curves.losses) - 1
        return curves.part([0, *(1 + rng.permutation(others)[: int(self.arguments.part * others)])])


def _about(path: Path) -> str:
    curves = LearningCurves.read(path)
    finals, target = curves.finals, curves.target
    return (
        f"{path.stem}: {len(finals)} configurations of {curves.about['space']}, "
        f"{curves.losses.shape[1]} folds, {curves.losses.shape[2]} epochs of {curves.images:,} "
        f"images\nbest loss {finals.min():.4f}; {(finals <= target).sum()} within one standard "
        f"error of it ({target:.4f}); median {np.median(finals):.4f}"
    )


def _replayed(replayed: _Replayed, called: str) -> list[Ended]:
    jobs = [partial(replayed.one, seed) for seed in range(replayed.arguments.seeds)]
    return list(in_processes(jobs, f"{called}, {replayed.workers} workers", cores()))


def _judged(told: Replay, curves: LearningCurves, missed: float) -> Ended:
    finals, target = curves.finals, curves.target
    near = [cost for cost, row in told.history if finals[row] <= target]
    best = min(told.proposed, key=lambda row: finals[row])
    regrets: list[tuple[int, float]] = []
    for cost, row in told.history:
        regret = float(finals[row] - finals.min())
        if not regrets or regret < regrets[-1][1]:
            regrets.append((cost, regret))
    loss = min(float(finals[row]) for row in told.complete)
    to_target = min(near, default=np.inf)
    return Ended(to_target, best not in told.complete, missed, loss, told.cost, regrets)


def _table(by_name: dict[str, list[Ended]], workers: int, arguments: argparse.Namespace) -> Table:
    title = f"{workers} at a time, {arguments.trials} trials, {arguments.seeds} seeds"
    table = Table(Column("search", no_wrap=True), box=SIMPLE_HEAD, title=title)
    for heading in (
        "to the target",
        "quartiles",
        "of TPE's",
        "best lost",
        "as it says",
        "loss",
        "above TPE's",
        "complete cost",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    base = by_name.get(BASE, [])
    for name, ended in by_name.items():
        low, _, high = _quartiles(ended)
        loss, usual = _mean(ended, "loss"), _mean(base, "loss")
        table.add_row(
            name,
            f"{_median(ended):,.0f}",
            f"{low:,.0f}-{high:,.0f}",
            f"1/{_median(base) / _median(ended):.2f}" if base else "",
            _percent(_mean(ended, "lost"), len(ended)),
            f"{100 * _mean(ended, 'missed'):.1f} %" if name.startswith("shuzi") else "",
            f"{loss:.4f}",
            f"{100 * (loss / usual - 1):+.1f} %" if base else "",
            f"{_mean(ended, 'cost'):,.0f}",
        )
    return table


def _mean(ended: list[Ended], name: str) -> float:
    return statistics.fmean(getattr(each, name) for each in ended) if ended else np.nan


def _percent(part: float, count: int) -> str:
    """Writes a part of a count with its 95 % interval (Wilson)."""
    found = binomtest(round(part * count), count).proportion_ci(method="wilson")
    return f"{100 * part:.1f} % ({100 * found.low:.1f}-{100 * found.high:.1f})"


def _median(ended: list[Ended]) -> float:
    return statistics.median(each.to_target for each in ended) if ended else np.nan


def _quartiles(ended: list[Ended]) -> list[float]:
    ordered = sorted(each.to_target for each in ended)
    return [ordered[len(ordered) * part // 4] for part in (1, 2, 3)]


def draw(ended: dict[tuple[str, int], dict[str, list[Ended]]], path: Path) -> None:
    """Draws the mean regret by fold-epochs, for each table and number of workers."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    columns = min(COLUMNS, len(ended))
    rows = -(-len(ended) // columns)
    size = 4.5 * columns, 3.6 * rows + 1.2
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for place, ((name, count), by_name) in enumerate(ended.items()):
        axis = axes.flat[place]
        costs = np.geomspace(60, max(e.cost for each in by_name.values() for e in each), 120)
        for (called, each), style in zip(by_name.items(), _styles(len(by_name)), strict=True):
            axis.plot(costs, [_mean_regret(each, cost) for cost in costs], label=called, **style)
        axis.set(xscale="log", yscale="log", title=f"{name}, {count} at a time")
        axis.set_ylim(bottom=LEAST_REGRET)
        axis.set_xlabel("fold-epochs")
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.grid(alpha=0.3)
    figure.supylabel("loss above the best, nats (mean over seeds)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
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


def _mean_regret(ended: list[Ended], cost: float) -> float:
    """Returns the mean over seeds, once three quarters of them have a complete trial."""
    regrets = [min((r for at, r in each.regrets if at <= cost), default=np.nan) for each in ended]
    known = np.isfinite(regrets)
    if known.mean() < 0.75:
        return np.nan
    return max(LEAST_REGRET, float(np.mean(np.array(regrets)[known])))


if __name__ == "__main__":
    main()
