"""A sweep's report: one page that can be mailed, and its figures as files."""

import base64
import importlib.metadata
from collections.abc import Mapping, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from datasets.atomic import atomic_file
from results.report import answer, facts
from results.report.figures import Drawn, draw_figures
from results.report.figures.network import layers
from results.report.material import Material
from results.report.words import Words, words_of
from results.store.folder import SweepFolder

Figures = Mapping[str, Sequence[Drawn]]


def write_report(folder: SweepFolder, language: str = "en") -> None:
    """Writes `report.html` and `figures/` of a sweep, of whatever can be read of it.

    Args:
        folder: The sweep's.
        language: `en` or `zh`.

    Raises:
        ResultsError: If there is no such language.
    """
    words = words_of(language)
    material = Material.of(folder)
    figures = draw_figures(material, words)
    _write_figures(folder, figures)
    with atomic_file(folder.report_html) as temporary:
        temporary.write_text(_page(material, words, figures), "utf-8")


def _write_figures(folder: SweepFolder, figures: Figures) -> None:
    folder.figures.mkdir(exist_ok=True)
    for figure in (each for group in figures.values() for each in group):
        with atomic_file(folder.figures / f"{figure.name}.svg") as temporary:
            temporary.write_text(figure.svg, "utf-8")


def _page(material: Material, words: Words, figures: Figures) -> str:
    loader = PackageLoader("results.report", "")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.filters["inline"] = _inline
    return environment.get_template("page.html").render(
        material=material,
        words=words,
        say=words.say,
        figures=figures,
        answer=answer,
        facts=facts,
        layers=layers(material, words),
        version=importlib.metadata.version("shuzi"),
    )


def _inline(figure: Drawn) -> str:
    """Returns a figure as an address that holds it: so the page needs no other file."""
    return "data:image/svg+xml;base64," + base64.b64encode(figure.svg.encode()).decode()
