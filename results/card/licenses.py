"""Where the digits of a sweep's sources come from, and on what terms."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from datasets.downloads.public import CHEN, MNIST, REPORT_DIGITS, PublicDigits
from datasets.sources.chinese import NAMES


class Origin(NamedTuple):
    """What a source is, its license in a line, and whether there is one."""

    about: str
    license: str
    licensed: bool


def _public(digits: PublicDigits, licensed: bool) -> Origin:
    about = digits.about.rpartition(", ")[0]  # without how much there is to download
    return Origin(about, digits.license, licensed)


CHOSEN = {
    "chen": _public(CHEN, True),
    "report": _public(REPORT_DIGITS, False),
    "embedded": Origin("drawn by shuzi itself, by no person", "MIT, as shuzi", True),
}
UNKNOWN = Origin(
    "digits of the user's own",
    "not known to shuzi: to be asked of whoever wrote and photographed them",
    False,
)


def origins(sources: Iterable[str], request: Mapping[str, Any]) -> dict[str, Origin]:
    """Returns where each source comes from: known only where it was chosen by its public name.

    Args:
        sources: Of the pool.
        request: As `sweep.json` has it; a folder may have any name, that of public digits too.
    """
    choices = request.get("chinese", [])
    chosen = {NAMES[choice]: CHOSEN[choice] for choice in choices if choice in CHOSEN}
    if any(Path(choice).name.startswith("Chen-MNIST") for choice in choices):
        chosen[NAMES["chen"]] = CHOSEN["chen"]
    known = {"mnist": _public(MNIST, True), **chosen}
    return {source: known.get(source, UNKNOWN) for source in sources}


def rows(origins: Mapping[str, Origin]) -> list[tuple[str, str, str]]:
    """Returns each source with what it is and its license."""
    return [(source, origin.about, origin.license) for source, origin in origins.items()]


def unlicensed(origins: Mapping[str, Origin]) -> list[str]:
    """Returns the sources of which no license is known."""
    return [source for source, origin in origins.items() if not origin.licensed]
