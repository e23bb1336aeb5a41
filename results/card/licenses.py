"""Where the digits of a sweep's sources come from, and on what terms."""

from collections.abc import Iterable, Mapping
from typing import Any

from datasets.sources.origin import OWN, Origin


def origins(sources: Iterable[str], data: Mapping[str, Any]) -> dict[str, Origin]:
    """Returns where each source comes from, as it was written down when the sweep began.

    So no code of a source of the user's own is needed to say it, wherever the card is written.

    Args:
        sources: Of the pool.
        data: As `sweep.json` has it.
    """
    told = data.get("origins", {})
    return {source: Origin(**told[source]) if source in told else OWN for source in sources}


def rows(origins: Mapping[str, Origin]) -> list[tuple[str, str, str]]:
    """Returns each source with what it is and its license."""
    return [(source, origin.about, origin.license) for source, origin in origins.items()]


def unlicensed(origins: Mapping[str, Origin]) -> list[str]:
    """Returns the sources of which no license is known."""
    return [source for source, origin in origins.items() if not origin.licensed]
