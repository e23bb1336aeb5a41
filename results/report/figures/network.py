"""The winner's network drawn, layer by layer (the student's figure 3)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import nn

from datasets.digit_set import SIDE
from model.configuration import Configuration
from model.networks.kinds import layer_shapes
from results.report.figures.style import BLUE, INK, Drawn, drawn
from results.report.material import LAST, Material
from results.report.words import Words

GAP = 25  # between stages
WIDTH = 6.2  # inches, of six stages; those of more are as wide each
LEAST, MOST = 4, 10  # sheets drawn of a stack of feature maps


def network(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws the winner's network."""
    if row := material.row(LAST):
        configuration = Configuration.from_dict(row["configuration"])
        count, weights = configuration.networks, row["weights"]
        alike = {"count": count, "each": f"{weights // count:,}", "weights": f"{weights:,}"}
        caption = words.say("network" if count == 1 else "network_of", **alike)
        stages = _stages(configuration, words)
        sizes = _sizes(stages, words)
        width = max(WIDTH, len(stages))
        yield drawn("network", caption, lambda axes: _draw(axes, stages, sizes), (width, 2.6))


class Stage(NamedTuple):
    """What comes out of some layers, and how one gets there.

    Attributes:
        shape: Channels, height and width; of a vector its length alone.
        how: What the layers do, a line each.
    """

    shape: tuple[int, ...]
    how: str

    @property
    def is_vector(self) -> bool:
        """Whether there are no places, or a single one."""
        return max(self.shape[1:], default=1) == 1


def _stages(configuration: Configuration, words: Words) -> list[Stage]:
    """Returns the image, and a stage for each layer with weights, and what comes behind it."""
    stages = [Stage((1, SIDE, SIDE), "")]
    for layer, shape in layer_shapes(configuration):
        if isinstance(layer, nn.Flatten):
            continue
        if isinstance(layer, nn.Conv2d | nn.Linear) or len(stages) == 1:
            stages.append(Stage((), ""))
        how = "\n".join(filter(None, (stages[-1].how, _how(layer, words))))
        stages[-1] = Stage(shape, how)
    return stages


def layers(material: Material, words: Words) -> list[tuple[str, str]]:
    """Returns in words what each stage does, and the size of what comes out: for small screens."""
    row = material.row(LAST)
    if row is None:
        return []
    stages = _stages(Configuration.from_dict(row["configuration"]), words)
    names = [words.say("input"), *[", ".join(each.how.splitlines()) for each in stages[1:]]]
    return [(name, _size(each).replace("\n", "")) for name, each in zip(names, stages, strict=True)]


def _how(layer: nn.Module, words: Words) -> str:
    """Says what a layer does; nothing of what every network does between others."""
    match layer:
        case nn.Conv2d(kernel_size=(height, width)):
            return words.say("convolution", size=f"{height}×{width}")
        case nn.Linear():
            return words.say("linear")
        case nn.MaxPool2d(kernel_size=size):
            return words.say("max_pool", size=_kernel(size))
        case nn.AvgPool2d(kernel_size=size):
            return words.say("average_pool", size=_kernel(size))
        case nn.AdaptiveAvgPool2d():
            return words.say("global_pool")
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return words.say("batch_norm")
        case nn.Dropout(p=rate) | nn.Dropout2d(p=rate):
            return words.say("dropout", rate=f"{rate:.2f}")
    return ""


def _kernel(size: int | tuple[int, ...]) -> str:
    return "×".join(map(str, [size] if isinstance(size, int) else dict.fromkeys(size)))


def _sizes(stages: Sequence[Stage], words: Words) -> list[str]:
    """Returns what stands below each stage; the ends are named where others have two lines, too."""
    sizes = [_size(stage) for stage in stages]
    if any("\n" in size for size in sizes[1:]):
        sizes[0] += f"\n{words.say('input')}"
        sizes[-1] += f"\n{words.say('output')}"
    return sizes


def _size(stage: Stage) -> str:
    if stage.is_vector:
        return f"{stage.shape[0]}"
    count, height, width = stage.shape
    return f"{height}×{width}" + f"\n×{count}" * (count > 1)


def _draw(axes: Axes, stages: Sequence[Stage], sizes: Sequence[str]) -> None:
    left = 0.0
    for stage, size in zip(stages, sizes, strict=True):
        if left:
            _draw_arrow(axes, left, stage.how)
            left += GAP
        draw = _draw_vector if stage.is_vector else _draw_maps
        width = draw(axes, left, *stage.shape)
        axes.text(left + width / 2, -20, size, ha="center", va="top", fontsize=8.5, color=INK)
        left += width
    axes.set(xlim=(-3, left + 3), ylim=(-33, 41), aspect="equal")
    axes.set_axis_off()


def _draw_arrow(axes: Axes, left: float, how: str) -> None:
    axes.annotate("", (left + GAP - 3, 0), (left + 2, 0), arrowprops={"arrowstyle": "->"})
    middle = left + GAP / 2 - 1
    axes.text(middle, 21, how, ha="center", va="bottom", fontsize=7.5, color="#444444")


def _draw_maps(axes: Axes, left: float, count: int, height: int, width: int) -> float:
    """Draws a stack of maps; returns its width."""
    sheets = 1 if count == 1 else min(MOST, max(LEAST, count // 12))
    for sheet in range(sheets):
        corner = (left + sheet * 1.3, -height / 2 + (sheets / 2 - sheet) * 1.3)
        axes.add_patch(Rectangle(corner, width, height, fc="#dcebf5", ec=BLUE, lw=0.8))
    return width + (sheets - 1) * 1.3


def _draw_vector(axes: Axes, left: float, count: int, *_: int) -> float:
    """Draws a layer without places as a bar; returns its width."""
    height = min(6 + count / 4, 34)
    axes.add_patch(Rectangle((left, -height / 2), 4, height, fc="#dcebf5", ec=BLUE, lw=0.8))
    return 4
