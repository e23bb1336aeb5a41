"""The page, in the language of whoever opens it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
STATIC = HERE / "static"
ENGLISH = "en"

Sentences = Mapping[str, str]


def languages() -> dict[str, Sentences]:
    """Returns the sentences of each language there is, by their key."""
    paths = sorted((HERE / "words").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in paths}


def language_of(wanted: str, known: Mapping[str, Sentences]) -> str:
    """Returns the known language that a browser likes best.

    Args:
        wanted: Its `Accept-Language`, such as `zh-CN,zh;q=0.9,en;q=0.8`.
        known: By their codes, as `zh`.
    """
    for tag in sorted(wanted.split(","), key=_liking, reverse=True):
        code = tag.strip().lower()[:2]
        if code in known and _liking(tag) > 0:
            return code
    return ENGLISH


def _liking(tag: str) -> float:
    try:
        return float(tag.partition(";q=")[2] or 1)
    except ValueError:
        return 0


def render(name: str, **values: Any) -> str:
    """Fills in one of this folder's pages."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(name).render(**values)
