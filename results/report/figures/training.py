"""How a trial's folds were trained (the report's figure 4)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from results.report.figures.style import BLUE, COLOURS, ORANGE, Drawn, drawn, legend_above
from results.report.material import Material
from results.report.words import Words

SIZE = (4.3, 3.0)  # inches
FEW = 4  # epochs


def training(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws loss and accuracy in each fold, of the winner's trial and of the report's."""
    shown = {"winner": material.winner, "report": material.report}
    if shown["winner"] == shown["report"]:
        del shown["report"]
    curves = {
        name: (trial, epochs)
        for name, trial in shown.items()
        if trial is not None and (epochs := material.epochs(trial))
    }
    losses = [row for _, epochs in curves.values() for row in epochs]
    for name, (trial, epochs) in curves.items():
        told = {"trial": trial, "whose": words.say(f"whose_{name}")}
        panel = _Panel(epochs, _top(losses), words)
        yield drawn(f"loss-of-{name}", words.say("curves", **told), panel.draw_losses, SIZE)
        accuracies = words.say("accuracies", **told)
        yield drawn(f"accuracy-of-{name}", accuracies, panel.draw_accuracies, SIZE)


def _top(epochs: Sequence[dict[str, Any]]) -> float:
    """Returns the highest loss to show: one that all curves fit below, but for odd ones."""
    losses = [row[name] for row in epochs for name in ("training_loss", "validation_loss")]
    return float(np.quantile(losses, 0.98)) * 1.1


class _Panel:
    """One trial's curves."""

    def __init__(self, epochs: Sequence[dict[str, Any]], top: float, words: Words) -> None:
        self._table = pd.DataFrame(epochs).sort_values(["fold", "epoch"])
        self._top, self._words = top, words
        self._epochs = sorted(set(self._table["epoch"]))
        self._marker = "." if len(self._epochs) < FEW else ""  # too few to see as a line

    def draw_losses(self, axes: Axes) -> None:
        kinds = {"training": (ORANGE, "--"), "validation": (BLUE, "-")}
        for kind, (colour, line) in kinds.items():
            for number, (_, fold) in enumerate(self._table.groupby("fold")):
                label = "" if number else self._words.say(kind)
                axes.plot(
                    fold["epoch"], fold[f"{kind}_loss"], line, color=colour, lw=1.1, label=label,
                    marker=self._marker,
                )  # fmt: skip
        axes.set(ylabel=self._words.say("curve_loss"), ylim=(0, self._top))
        self._finish(axes)

    def draw_accuracies(self, axes: Axes) -> None:
        for place, source in enumerate(
            sorted({name for each in self._table["sources"] for name in each})
        ):
            self._draw_source(axes, source, COLOURS[place % len(COLOURS)], "-" if place else "--")
        axes.set_ylabel(self._words.say("accuracy_axis"))
        self._finish(axes)

    def _draw_source(self, axes: Axes, source: str, colour: str, line: str) -> None:
        here = self._table[[source in each for each in self._table["sources"]]]
        parts = [_percent(each[source]) for each in here["sources"]]
        table = here.assign(accuracy=parts)
        for _, fold in table.groupby("fold"):
            axes.plot(
                fold["epoch"], fold["accuracy"], line, color=colour, lw=0.6, alpha=0.6,
                marker=self._marker,
            )  # fmt: skip
        mean = table.groupby("epoch")["accuracy"].mean()
        axes.plot(mean.index, mean, line, color=colour, lw=2.2, label=source, marker=self._marker)

    def _finish(self, axes: Axes) -> None:
        axes.set_xlabel(self._words.say("epoch"))
        if len(self._epochs) < FEW:
            axes.set_xticks(self._epochs)
        else:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_above(axes)


def _percent(measures: dict[str, Any]) -> float:
    return float(100 * measures["correct"] / measures["count"])
