"""Rows that are kept as they come, a line each, so that a broken run goes on where it was."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def read_rows(path: Path) -> list[Any]:
    """Returns the rows that a file has; none where there is no such file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def keep_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows to a file."""
    with path.open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
