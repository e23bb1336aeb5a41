"""What the search knows and the tables need: the content of `search.json`."""

from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from results.store.formats.json_files import read_as, write_json
from results.store.search.journal import Beginning


@dataclass(frozen=True)
class SearchRecord:
    """What is known of a search besides its trials, when `trials.csv` was last written.

    Attributes:
        journal: All that `study.journal` held, of which both files speak.
        table: Sha256 of `trials.csv`, hex.
        reported: How many results each trial has reported, by its number.
        importance: How much each parameter decides, together 1; empty with few trials.
        missed: The probability that a pruned trial is better than the best; none before the
            search is over.
    """

    journal: Beginning
    table: str
    reported: list[int]
    importance: dict[str, float]
    missed: float | None


def write_search_record(path: Path, record: SearchRecord) -> None:
    """Writes `search.json`, complete or not at all."""
    write_json(path, asdict(record))


def read_search_record(path: Path) -> SearchRecord:
    """Reads `search.json`.

    Raises:
        ResultsError: If it is missing, damaged or of another format.
    """
    record: SearchRecord = read_as(TypeAdapter(SearchRecord), path)
    return record
