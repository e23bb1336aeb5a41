"""The figures of a report, a group a file."""

from collections.abc import Callable, Iterator

from results.report.figures.errors import confusion, hardest
from results.report.figures.history import history
from results.report.figures.network import network
from results.report.figures.parameters import coordinates, importance, parameters
from results.report.figures.samples import samples
from results.report.figures.style import Drawn, styled
from results.report.figures.training import training
from results.report.material import Material
from results.report.words import Words

Draw = Callable[[Material, Words], Iterator[Drawn]]
GROUPS: tuple[Draw, ...] = (
    network,
    history,
    parameters,
    importance,
    coordinates,
    training,
    confusion,
    hardest,
    samples,
)

__all__ = ["Drawn", "draw_figures"]


def draw_figures(material: Material, words: Words) -> dict[str, list[Drawn]]:
    """Draws all figures for which there is something to show, by their group."""
    with styled():
        return {draw.__name__: list(draw(material, words)) for draw in GROUPS}
