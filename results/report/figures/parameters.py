"""What matters: loss against each parameter, importance, and all parameters of all trials."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from optuna.distributions import BaseDistribution, CategoricalDistribution

from results.report.figures.history import loss_limits
from results.report.figures.style import BLUE, GREY, INK, VERMILION, WIDE, Drawn, drawn, scatter
from results.report.material import Material
from results.report.words import Words

SMALL = (2.9, 2.3)  # inches
BEHIND: Any = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}  # a text


def parameters(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws the loss against each parameter that varies."""
    trials = _with_loss(material.trials)
    if trials.empty:
        return
    for name, distribution in material.parameters.items():
        panel = _Panel(trials, name, distribution, material.winner, words)
        yield drawn(f"loss-{name}", words.name(name), panel.draw, SMALL)


def _with_loss(table: pd.DataFrame) -> pd.DataFrame:
    """Returns the trials that have ended with a loss, complete or forecast, as `loss`."""
    trials = table[table["state"].isin(("complete", "pruned"))]
    known: pd.DataFrame = trials[np.isfinite(trials["loss"])]
    return known


class _Panel:
    """The loss against one parameter."""

    def __init__(
        self,
        trials: pd.DataFrame,
        name: str,
        distribution: BaseDistribution,
        winner: int | None,
        words: Words,
    ) -> None:
        self._trials, self._name, self._winner, self._words = trials, name, winner, words
        self._distribution = distribution

    def draw(self, axes: Axes) -> None:
        low, high = loss_limits(self._trials["loss"])
        size = 16 if len(self._trials) < 100 else 7
        for state in ("pruned", "complete"):
            trials = self._trials[self._trials["state"] == state]
            scatter(axes, self._places(trials), trials["loss"], high, state, size)
        won = self._trials[self._trials["trial"] == self._winner]
        if not won.empty:
            axes.scatter(
                self._places(won), won["loss"], 130, facecolors="none", edgecolors=VERMILION, lw=2
            )
        axes.set(xlabel=self._words.name(self._name), ylabel=self._words.say("loss"))
        axes.set_ylim(low, high)
        self._scale(axes)

    def _places(self, trials: pd.DataFrame) -> list[float]:
        values = trials[self._name]
        if isinstance(self._distribution, CategoricalDistribution):
            return [float(self._distribution.choices.index(_plain(value))) for value in values]
        return [float(value) for value in values]

    def _scale(self, axes: Axes) -> None:
        if isinstance(self._distribution, CategoricalDistribution):
            choices = self._distribution.choices
            axes.set_xticks(range(len(choices)), [str(each) for each in choices])
            axes.set_xlim(-0.5, len(choices) - 0.5)
        elif getattr(self._distribution, "log", False):
            axes.set_xscale("log")


def _plain(value: object) -> object:
    """Returns a cell of a table as the choice that it was: integers may have become floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def importance(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws how much each parameter decides."""
    parts = material.known.importance
    if not parts:
        return
    caption = words.say("importance")
    size = (WIDE, 0.7 + 0.3 * len(parts))
    yield drawn("importance", caption, lambda axes: _draw_bars(axes, parts, words), size)


def _draw_bars(axes: Axes, parts: dict[str, float], words: Words) -> None:
    names = [words.name(name) for name in reversed(parts)]
    values = [100 * part for part in reversed(parts.values())]
    bars = axes.barh(names, values, 0.65, color=BLUE)
    axes.bar_label(bars, fmt="%.0f", padding=3)
    axes.set_xlabel(words.say("importance_x"))
    axes.set_xlim(0, max(values) * 1.12)


def coordinates(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws a line for each trial through all its parameters: parallel coordinates, turned."""
    trials = _with_loss(material.trials)
    if len(trials) < 2 or not material.parameters:
        return
    lines = _Lines(trials, material, words)
    size = (WIDE, 0.9 + 0.42 * (len(material.parameters) + 1))
    caption = words.say("coordinates", whose=words.say(material.whose_baseline))
    yield drawn("coordinates", caption, lines.draw, size)


class _Lines:
    """All trials through all parameters, a row for each; the last row is the loss."""

    def __init__(self, trials: pd.DataFrame, material: Material, words: Words) -> None:
        self._trials, self._material, self._words = trials, material, words
        self._low, self._high = loss_limits(trials["loss"])
        self._places = np.array([self._place(trial) for _, trial in trials.iterrows()])

    def _place(self, trial: "pd.Series[float]") -> list[float]:
        """Returns where a trial stands in each row, 0 at the left to 1 at the right."""
        along = [
            _part(trial[name], distribution)
            for name, distribution in self._material.parameters.items()
        ]
        return [*along, min(self._part_of_loss(float(trial["loss"])), 1.0)]

    def _part_of_loss(self, loss: float) -> float:
        return (loss - self._low) / (self._high - self._low)

    def draw(self, axes: Axes) -> None:
        rows = range(self._places.shape[1])
        complete = (self._trials["state"] == "complete").to_numpy()
        for place in np.lexsort((-self._places[:, -1], complete)):  # the best lie on top
            along, is_complete = self._places[place], complete[place]
            colour = colormaps["cividis"](0.85 * along[-1]) if is_complete else GREY
            width = 1.4 if len(self._places) < 100 else 0.7
            axes.plot(along, rows, color=colour, lw=width if is_complete else 0.3, alpha=0.85)
        self._mark(axes, self._material.baseline, INK, "--", 1.6)
        self._mark(axes, self._material.winner, VERMILION, "-", 3)
        self._label(axes)

    def _mark(self, axes: Axes, trial: int | None, colour: str, line: str, width: float) -> None:
        here = (self._trials["trial"] == trial).to_numpy()
        for along in self._places[here]:
            axes.plot(along, range(len(along)), line, color=colour, lw=width)
            if along[-1] >= 1:  # the loss is higher
                axes.plot(1, len(along) - 1, ">", color=colour, clip_on=False)

    def _label(self, axes: Axes) -> None:
        ends = [_ends(each) for each in self._material.parameters.values()]
        ends.append((f"{self._low:.3f}", f"{self._high:.3f}"))
        names = [
            f"{self._words.name(name)}{' (log)' * bool(getattr(each, 'log', False))}"
            for name, each in self._material.parameters.items()
        ]
        for row, (left, right) in enumerate(ends):
            axes.axhline(row, color="#bbbbbb", lw=0.8, zorder=0)
            for x, end, side in ((0, left, "left"), (1, right, "right")):
                axes.text(x, row + 0.1, end, ha=side, va="top", fontsize=8, color=INK, bbox=BEHIND)
        axes.set_yticks(range(len(ends)), [*names, self._words.say("loss")])
        axes.tick_params(axis="y", length=0, pad=6)
        axes.set(xlim=(-0.01, 1.01), ylim=(len(ends) - 0.4, -0.4), xticks=[])
        axes.spines[:].set_visible(False)


def _part(value: object, distribution: BaseDistribution) -> float:
    """Returns where a value stands between the ends of its distribution, 0 to 1."""
    if isinstance(distribution, CategoricalDistribution):
        choices = distribution.choices
        return choices.index(_plain(value)) / max(len(choices) - 1, 1)
    low, high, number = distribution.low, distribution.high, float(value)  # type: ignore[attr-defined,arg-type]
    if distribution.log:  # type: ignore[attr-defined]
        low, high, number = np.log(low), np.log(high), np.log(number)
    return float((number - low) / (high - low)) if high > low else 0.5


def _ends(distribution: BaseDistribution) -> tuple[str, str]:
    if isinstance(distribution, CategoricalDistribution):
        return str(distribution.choices[0]), str(distribution.choices[-1])
    return f"{distribution.low:g}", f"{distribution.high:g}"  # type: ignore[attr-defined]
