"""How all figures look: safe for colour-blind eyes, readable in grey and at a telephone's width."""

import io
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito, "Color universal design" (2008); their lightness differs, too.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
GREY, INK = "#8a8a8a", "#222222"
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, "#CC79A7", "#56B4E9")
STATES = {"complete": (BLUE, "o"), "pruned": (GREY, "v"), "failed": (VERMILION, "x")}
WIDE, HIGH = 5.2, 3.4  # inches, of a figure, which a telephone shows at three quarters

STYLE: Any = {
    "font.family": ["sans-serif"],
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.labelcolor": INK,
    "legend.frameon": False,
    "svg.fonttype": "none",  # text stays text, in the fonts of whoever reads
    "svg.hashsalt": "shuzi",  # the same figure is the same file
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Drawn:
    """A figure and what it is called.

    Attributes:
        name: Of its file.
        svg: Its content.
        caption: What is to be seen.
    """

    name: str
    svg: str
    caption: str


@contextmanager
def styled() -> Iterator[None]:
    """Runs a block in which figures are drawn and saved."""
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # The font that measures text need not have the letters that the reader's will have.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
        yield


def scatter(
    axes: Axes,
    x: Iterable[float],
    losses: Iterable[float],
    high: float,
    state: str,
    size: float,
    label: str = "",
) -> None:
    """Draws trials of a state; one whose loss is beyond the axis is an arrow at its edge.

    Args:
        axes: To draw on.
        x: (n,) of the trials.
        losses: (n,) theirs; infinite where there is none.
        high: The highest loss that is shown.
        state: Theirs, which decides colour and mark.
        size: Of a mark, square points.
        label: In a legend.
    """
    (colour, mark), order = STATES[state], 3 if state == "complete" else 2
    x, losses = np.asarray(list(x), float), np.asarray(list(losses), float)
    here = losses <= high
    axes.scatter(x[here], losses[here], size, colour, marker=mark, label=label, zorder=order,
                 clip_on=False)  # fmt: skip
    axes.scatter(x[~here], np.full((~here).sum(), high), 1.3 * size, colour, marker="^",
                 zorder=order, clip_on=False)  # fmt: skip


def legend_above(axes: Axes) -> None:
    """Adds a legend in a line above the axes, where it covers nothing."""
    axes.legend(
        fontsize=8,
        ncols=5,
        columnspacing=1,
        handlelength=2.4,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0,
    )


def drawn(
    name: str, caption: str, draw: Callable[[Axes], None], size: tuple[float, float] = (WIDE, HIGH)
) -> Drawn:
    """Draws one pair of axes.

    Args:
        name: Of the file.
        caption: What is to be seen.
        draw: Draws on the axes.
        size: Width and height, inches.
    """
    figure = Figure(figsize=size)
    draw(figure.add_subplot())
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": "shuzi"})
    return Drawn(name, written.getvalue(), caption)
