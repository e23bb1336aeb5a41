"""How a trial's folds were trained (the student's figure 4)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import attrgetter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from model.training.fold_epoch import FoldEpoch
from results.report.figures.style import COLOURS, GREEN, INK, VERMILION, Drawn, drawn, legend_above
from results.report.material import Material
from results.report.words import Words

SIZE = (4.3, 3.0)  # inches
FEW = 4  # epochs
SOURCE_COLOURS = (INK, VERMILION, "#CC79A7", GREEN)  # others than those of the first folds


def training(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws loss and accuracy in each fold, of the winner's trial and of the baseline's."""
    shown = {"winner": material.winner, "baseline": material.baseline}
    if shown["winner"] == shown["baseline"]:
        del shown["baseline"]
    curves = {
        name: (trial, epochs)
        for name, trial in shown.items()
        if trial is not None and (epochs := material.epochs(trial))
    }
    all_epochs = [each for _, epochs in curves.values() for each in epochs]
    for name, (trial, epochs) in curves.items():
        whose = material.whose_baseline if name == "baseline" else "whose_winner"
        told = {"trial": trial, "whose": words.say(whose)}
        panel = _Panel(epochs, _limits(all_epochs), words)
        yield drawn(f"loss-of-{name}", words.say("curves", **told), panel.draw_losses, SIZE)
        accuracies = words.say("accuracies", **told)
        yield drawn(f"accuracy-of-{name}", accuracies, panel.draw_accuracies, SIZE)


def _limits(epochs: Sequence[FoldEpoch]) -> tuple[float, float]:
    """Returns the lowest and the highest loss to show: all curves fit between, but for odd ones."""
    losses = [loss for each in epochs for loss in (each.training_loss, each.validation_loss)]
    return 0.9 * max(min(losses), 1e-4), 1.1 * float(np.quantile(losses, 0.98))


class _Panel:
    """One trial's curves."""

    def __init__(
        self, epochs: Sequence[FoldEpoch], limits: tuple[float, float], words: Words
    ) -> None:
        self._folds = _by_fold(epochs)
        self._limits, self._words = limits, words
        self._epochs = sorted({each.epoch for each in epochs})
        self._marker = "." if len(self._epochs) < FEW else ""  # too few to see as a line

    def draw_losses(self, axes: Axes) -> None:
        for number, fold in enumerate(self._folds):
            colour = COLOURS[number % len(COLOURS)]
            for kind, line in (("training", "--"), ("validation", "-")):
                losses = [getattr(each, f"{kind}_loss") for each in fold]
                label = self._words.say("fold", number=number) if kind == "validation" else ""
                axes.plot(
                    _numbers(fold), losses, line, color=colour, lw=1.1, label=label,
                    marker=self._marker,
                )  # fmt: skip
        axes.set(ylabel=self._words.say("curve_loss"), yscale="log", ylim=self._limits)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: f"{loss:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        self._finish(axes)

    def draw_accuracies(self, axes: Axes) -> None:
        sources = {
            name for fold in self._folds for each in fold for name in each.validation.sources
        }
        for place, source in enumerate(sorted(sources)):
            colour = SOURCE_COLOURS[place % len(SOURCE_COLOURS)]
            self._draw_source(axes, source, colour, "-" if place else "--")
        axes.set_ylabel(self._words.say("accuracy_axis"))
        self._finish(axes)

    def _draw_source(self, axes: Axes, source: str, colour: str, line: str) -> None:
        parts: dict[int, list[float]] = defaultdict(list)
        for fold in self._folds:
            here = [each for each in fold if source in each.validation.sources]
            accuracies = [100 * each.validation.sources[source].accuracy for each in here]
            axes.plot(_numbers(here), accuracies, line, color=colour, lw=0.6, alpha=0.6)
            for each, accuracy in zip(here, accuracies, strict=True):
                parts[each.epoch].append(accuracy)
        epochs = sorted(parts)
        mean = [np.mean(parts[epoch]) for epoch in epochs]
        axes.plot(
            epochs,
            mean,
            line,
            color=colour,
            lw=2.2,
            label=self._words.value(source),
            marker=self._marker,
        )

    def _finish(self, axes: Axes) -> None:
        axes.set_xlabel(self._words.say("epoch"))
        if len(self._epochs) < FEW:
            axes.set_xticks(self._epochs)
        else:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_above(axes)


def _by_fold(epochs: Sequence[FoldEpoch]) -> list[list[FoldEpoch]]:
    """Returns the fold-epochs, in their order."""
    folds: dict[int, list[FoldEpoch]] = defaultdict(list)
    for each in sorted(epochs, key=attrgetter("fold", "epoch")):
        folds[each.fold].append(each)
    return list(folds.values())


def _numbers(epochs: Sequence[FoldEpoch]) -> list[int]:
    return [each.epoch for each in epochs]
