"""JSON files that are written complete, carry a format, and must be of a kind to be believed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from datasets.atomic import atomic_file
from results.errors import ResultsError

FORMAT = 2  # counts up where files of before would be misread


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a JSON file, complete or not at all, its format first."""
    text = json.dumps({"format": FORMAT, **content}, indent=2, ensure_ascii=False)
    with atomic_file(path) as temporary:
        temporary.write_text(f"{text}\n", "utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Reads the content of a JSON file, without its format.

    Raises:
        ResultsError: If it is missing, damaged or of another format.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ResultsError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise ResultsError(f"{path} is damaged: it must be an object.")
    if (number := content.pop("format", None)) != FORMAT:
        raise ResultsError(
            f"{path} has format {number}, but this shuzi reads format {FORMAT}; "
            "read it with the shuzi that wrote it."
        )
    return content


def read_as(kind: TypeAdapter[Any], path: Path) -> Any:
    """Reads a JSON file whose content must be of a kind.

    Raises:
        ResultsError: If it is missing, damaged, or of another format or kind.
    """
    try:
        return kind.validate_python(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ResultsError(f"{path} is damaged: {place}: {first['msg']}") from error
