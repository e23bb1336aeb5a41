"""What is misread: confusion matrices (the student's figures 5 and 6), the hardest digits (1)."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from results.report.figures.style import INK, VERMILION, Drawn, drawn
from results.report.material import FIRST, LAST, Material, Network
from results.report.words import Words
from results.store.evaluation import EvaluationRow
from results.store.kept_pictures import KeptPictures
from results.store.readings import Readings

COLUMNS, ROWS = 8, 3  # of the hardest digits
SIDE, GAP, FOOT = 28, 6, 20  # pixels: of a digit, between, below each for what is said of it


def confusion(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws what the first and the last network take each held-out digit for."""
    for network in (FIRST, LAST):
        if row := material.row(network):
            panel = _Confusion(np.array(row["confusion"]), words)
            yield drawn(f"confusion-{network[0]}", _caption(row, words), panel.draw, (4.4, 4.1))


def _caption(row: EvaluationRow, words: Words) -> str:
    wrong = row["count"] - row["correct"]
    about = {"count": f"{row['count']:,}", "wrong": f"{wrong:,}"}
    return words.say("confusion", **_named((row["config"], row["trained_on"]), words), **about)


def _named(network: Network, words: Words) -> dict[str, str]:
    whose = words.say(f"whose_{network[0]}")
    return {"whose": whose[:1].upper() + whose[1:], "part": words.say(network[1])}


class _Confusion:
    """Counts of what was written and what was read."""

    def __init__(self, counts: NDArray[np.int64], words: Words) -> None:
        self._counts, self._words = counts, words

    def draw(self, axes: Axes) -> None:
        parts = self._counts / np.maximum(self._counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(np.sqrt(parts), cmap="Blues", vmin=0, vmax=1.15)
        for (written, read), count in np.ndenumerate(self._counts):
            if count:
                self._write(axes, written, read, int(count), dark=parts[written, read] > 0.3)
        axes.set_xticks(range(10))
        axes.set_yticks(range(10))
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel=self._words.say("read"), ylabel=self._words.say("truth"))

    def _write(self, axes: Axes, written: int, read: int, count: int, dark: bool) -> None:
        colour, weight = "white" if dark else INK, "bold" if written != read else "normal"
        axes.text(
            read, written, f"{count}", ha="center", va="center", color=colour, weight=weight,
            fontsize=8.5 if count < 1000 else 7,
        )  # fmt: skip


def hardest(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws the held-out digits that are hardest for the first and for the last network."""
    for network in (FIRST, LAST):
        readings = material.readings.get(network)
        if readings and material.pictures:
            caption = words.say("hardest", **_named(network, words))
            sheet = _Sheet(readings, material.pictures)
            if sheet.count:
                yield drawn(f"hardest-{network[0]}", caption, sheet.draw, (5.2, 2.95))


class _Sheet:
    """The hardest digits in rows, the hardest first."""

    def __init__(self, readings: Readings, pictures: KeptPictures) -> None:
        self._readings = readings
        self._images = dict(zip(pictures.indices.tolist(), pictures.images, strict=True))
        known = [index for index in readings.hardest.tolist() if index in self._images]
        self._shown = known[: COLUMNS * ROWS]

    @property
    def count(self) -> int:
        """How many there are to show."""
        return len(self._shown)

    def draw(self, axes: Axes) -> None:
        width, height = COLUMNS * (SIDE + GAP), ROWS * (SIDE + FOOT)
        paper = np.full((height, width), 255, np.uint8)
        for place, index in enumerate(self._shown):
            left, top = self._corner(place)
            paper[top : top + SIDE, left : left + SIDE] = 255 - self._images[index]
        axes.imshow(paper, cmap="gray", vmin=0, vmax=255, interpolation="none",
                    extent=(0, width, height, 0))  # fmt: skip
        for place, index in enumerate(self._shown):
            self._say(axes, index, *self._corner(place))
        axes.set_axis_off()

    def _corner(self, place: int) -> tuple[int, int]:
        row, column = divmod(place, COLUMNS)
        return column * (SIDE + GAP) + GAP // 2, row * (SIDE + FOOT) + 1

    def _say(self, axes: Axes, index: int, left: int, top: int) -> None:
        """Writes below a digit what it is, what it is taken for and how surely."""
        read, right = self._readings.read[index], self._readings.right[index]
        sure = f"{100 * self._readings.confidence[index]:.0f} %"
        told = f"{self._readings.labels[index]} → {read}\n{sure}"
        colour, weight = (INK, "normal") if right else (VERMILION, "bold")
        axes.text(
            left + SIDE / 2, top + SIDE + 2, told, ha="center", va="top", fontsize=8,
            color=colour, weight=weight,
        )  # fmt: skip
        if not right:
            frame = Rectangle((left - 1, top - 1), SIDE + 2, SIDE + 2, fill=False, ec=VERMILION)
            axes.add_patch(frame)
