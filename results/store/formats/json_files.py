"""JSON files that are written whole, and must be of a kind to be believed."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from datasets.atomic import whole_file
from results.errors import ResultsError


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def read_json(path: Path) -> Any:
    """Reads a JSON file.

    Raises:
        ResultsError: If it is missing or damaged.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ResultsError(f"{path} cannot be read: {error}") from error


def read_as(kind: TypeAdapter[Any], path: Path) -> Any:
    """Reads a JSON file whose content must be of a kind.

    Raises:
        ResultsError: If it is missing, damaged or of another kind.
    """
    try:
        return kind.validate_python(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ResultsError(f"{path} is damaged: {place}: {first['msg']}") from error
