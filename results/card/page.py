"""The model card of a sweep's winner: `winner/card.md`."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from datasets.atomic import atomic_file
from results.card import facts, licenses
from results.card.metadata import head
from results.report import answer
from results.report import facts as told
from results.report.material import LAST, Material
from results.report.words import words_of
from results.store.evaluation import EvaluationRow
from results.store.folder import SweepFolder


def write_card(folder: SweepFolder, language: str = "en") -> bool:
    """Writes the card of what can be read of a sweep.

    Args:
        folder: The sweep's.
        language: `en` or `zh`.

    Returns:
        Whether there was a winner to write of.
    """
    material = Material.of(folder)
    row = material.row(LAST)
    if row is None or material.manifest is None:
        return False
    with atomic_file(folder.card) as temporary:
        temporary.write_text(_card(material, row, language), "utf-8")
    return True


def _card(material: Material, row: EvaluationRow, language: str) -> str:
    environment = Environment(
        loader=PackageLoader("results.card", ""),
        autoescape=False,  # it is no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    return environment.get_template(f"card.{language}.md.jinja").render(
        material=material,
        row=row,
        manifest=material.manifest,
        evaluation=material.evaluation,
        words=words_of(language),
        answer=answer,
        told=told,
        facts=facts,
        licenses=licenses,
        head=head,
    )


def _cell(value: Any) -> str:
    """Writes a value so that it stays in one cell of a table."""
    return " ".join(str(value).splitlines()).replace("|", "\\|")
