"""The winner's network drawn, layer by layer (the report's figure 3)."""

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from model.configuration import Configuration
from results.report.figures.style import BLUE, INK, Drawn, drawn
from results.report.material import LAST, Material
from results.report.words import Words

GAP = 25  # between layers
LEAST, MOST = 4, 10  # sheets drawn of a stack of feature maps


def network(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws the winner's network."""
    if row := material.row(LAST):
        configuration = Configuration.from_dict(row["configuration"])
        count, weights = configuration.networks, row["weights"]
        alike = {"count": count, "each": f"{weights // count:,}", "weights": f"{weights:,}"}
        caption = words.say("network" if count == 1 else "network_of", **alike)
        layers = _layers(configuration, words)
        yield drawn("network", caption, lambda axes: _draw(axes, layers), (6.2, 2.6))


Layer = tuple[str, int, int, str]  # what comes out: size, channels, side; and how one gets there


def _layers(c: Configuration, words: Words) -> list[Layer]:
    if c.network == "fully-connected":
        widths, how = (256, 64, 10), words.say("linear_last")
        return [("28×28", 1, 28, "")] + [(f"{width}", width, 0, how) for width in widths]
    normed = words.say("normed") if c.normalisation == "batch" else ""
    first, second, third, fourth = (
        words.say(kind, normed=normed, rate=f"{rate:.2f}")
        for kind, rate in (
            ("convolution", c.dropout_1),
            ("convolution", c.dropout_2),
            ("linear", c.dropout_3),
            ("linear", c.dropout_4),
        )
    )
    return [
        (f"28×28\n{words.say('input')}", 1, 28, ""),
        (f"12×12\n×{c.channels_1}", c.channels_1, 12, first),
        (f"4×4\n×{c.channels_2}", c.channels_2, 4, second),
        (f"{c.hidden_1}", c.hidden_1, 0, third),
        (f"{c.hidden_2}", c.hidden_2, 0, fourth),
        (f"10\n{words.say('output')}", 10, 0, words.say("linear_last")),
    ]


def _draw(axes: Axes, layers: list[Layer]) -> None:
    left = 0.0
    for size, count, side, how in layers:
        if how:
            axes.annotate("", (left + GAP - 3, 0), (left + 2, 0), arrowprops={"arrowstyle": "->"})
            middle = left + GAP / 2 - 1
            axes.text(middle, 21, how, ha="center", va="bottom", fontsize=7.5, color="#444444")
            left += GAP
        width = _draw_maps(axes, left, side, count) if side else _draw_vector(axes, left, count)
        axes.text(left + width / 2, -20, size, ha="center", va="top", fontsize=8.5, color=INK)
        left += width
    axes.set(xlim=(-3, left + 3), ylim=(-33, 41), aspect="equal")
    axes.set_axis_off()


def _draw_maps(axes: Axes, left: float, side: int, count: int) -> float:
    """Draws a stack of square maps; returns its width."""
    sheets = 1 if count == 1 else min(MOST, max(LEAST, count // 12))
    for sheet in range(sheets):
        corner = (left + sheet * 1.3, -side / 2 + (sheets / 2 - sheet) * 1.3)
        axes.add_patch(Rectangle(corner, side, side, fc="#dcebf5", ec=BLUE, lw=0.8))
    return side + (sheets - 1) * 1.3


def _draw_vector(axes: Axes, left: float, count: int) -> float:
    """Draws a layer without places as a bar; returns its width."""
    height = min(6 + count / 4, 34)
    axes.add_patch(Rectangle((left, -height / 2), 4, height, fc="#dcebf5", ec=BLUE, lw=0.8))
    return 4
