"""The search: its best loss by fold-epochs, and what became of each trial."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from results.report.figures.style import (
    HIGH,
    INK,
    STATES,
    WIDE,
    Drawn,
    drawn,
    legend_above,
    scatter,
)
from results.report.material import Material
from results.report.words import Words


def history(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws loss by fold-epochs, and each trial's fold-epochs and end."""
    ended = _in_order(material)
    if ended.empty:
        return
    if ended["loss"].notna().any():
        yield drawn("history", words.say("history"), lambda axes: _draw(axes, ended, words))
    fates = words.say("fates")
    yield drawn("fates", fates, lambda axes: _draw_fates(axes, ended, words), (WIDE, HIGH * 0.75))


def _in_order(material: Material) -> pd.DataFrame:
    """Returns the finished trials in the order of their ends, with the fold-epochs so far."""
    trials = material.trials[material.trials["state"].isin(STATES)].copy()
    ends = {trial.number: trial.datetime_complete for trial in material.known.study}
    trials["end"] = [ends.get(number) for number in trials["trial"]]
    trials = trials.sort_values(["end", "trial"])
    trials["loss"] = trials["loss"].replace(np.inf, np.nan)
    trials["so_far"] = trials["fold_epochs"].cumsum()
    return trials


def _draw(axes: Axes, ended: pd.DataFrame, words: Words) -> None:
    low, high = loss_limits(ended["loss"])
    size = 26 if len(ended) < 100 else 12
    for state in STATES:
        of_state = ended[ended["state"] == state]
        if not of_state.empty:
            loss = of_state["loss"].fillna(math.inf)
            scatter(axes, of_state["so_far"], loss, high, state, size, words.say(state))
    complete = ended[ended["state"] == "complete"]
    if not complete.empty:
        ends = [*complete["so_far"], ended["so_far"].iloc[-1]]
        best = complete["loss"].cummin()
        axes.step(ends, [*best, best.iloc[-1]], where="post", color=INK, label=words.say("best"))
    axes.set(xlabel=words.say("history_x"), ylabel=words.say("loss"), ylim=(low, high * 1.06))
    axes.set_xlim(left=0)
    legend_above(axes)


def loss_limits(losses: "pd.Series[float]") -> tuple[float, float]:
    """Returns limits that show what matters: hopeless losses stand at the upper one."""
    known = losses.dropna()
    least, middle = float(known.min()), float(known.median())
    most = min(float(known.max()), middle + 2 * (middle - least) + 0.2 * least)
    margin = 0.08 * max(most - least, 0.1 * least)
    return least - margin, most + margin


def _draw_fates(axes: Axes, ended: pd.DataFrame, words: Words) -> None:
    for state, (colour, _) in STATES.items():
        of_state = ended[ended["state"] == state]
        if not of_state.empty:
            hatch = "///" if state == "failed" else ""
            epochs, label = of_state["fold_epochs"].clip(lower=0.4), words.say(state)
            axes.bar(
                of_state["trial"],
                epochs,
                0.85,
                fc=colour,
                hatch=hatch,
                ec="white",
                lw=0,
                label=label,
            )
    axes.set(xlabel=words.say("trial"), ylabel=words.say("fates_y"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    legend_above(axes)
