"""The journal of a study, looked at without Optuna: a line of JSON for each operation.

A journal only grows. So what was its beginning once still is, or the journal is damaged.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results.errors import ResultsError

# Optuna's operations on a trial that neither begin it nor end it: SET_TRIAL_PARAM,
# SET_TRIAL_INTERMEDIATE_VALUE, SET_TRIAL_USER_ATTR and SET_TRIAL_SYSTEM_ATTR.
ON_THE_WAY = (5, 7, 8, 9)


@dataclass(frozen=True)
class Beginning:
    """The beginning of a journal, up to the end of a line.

    Attributes:
        bytes: How long it is.
        sha256: Of its content, hex.
    """

    bytes: int
    sha256: str


class JournalReader:
    """Follows a journal as it grows; reads each line once.

    Args:
        path: The journal's.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._bytes, self._sha256 = path, 0, hashlib.sha256()

    def beginning(self) -> Beginning:
        """Returns all complete lines that there are now."""
        with self._path.open("rb") as file:
            file.seek(self._bytes)
            lines = _whole_lines(file.read())
        self._bytes += len(lines)
        self._sha256.update(lines)
        return Beginning(self._bytes, self._sha256.hexdigest())


def has_news(path: Path, beginning: Beginning) -> bool:
    """Tells whether trials have begun or ended, or the search has, after what was once all.

    Half a line at the end, which a crash leaves, is passed over.

    Args:
        path: The journal's.
        beginning: What was all of it once.

    Raises:
        ResultsError: If it does not begin so, or what follows is no JSON.
    """
    content = path.read_bytes() if path.is_file() else b""
    size = beginning.bytes
    if Beginning(size, hashlib.sha256(content[:size]).hexdigest()) != beginning:
        raise ResultsError(f"{path} is damaged: its first {size:,} bytes have changed.")
    lines = _whole_lines(content[size:]).splitlines()
    return any(_operation(line, path) not in ON_THE_WAY for line in lines)


def _whole_lines(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]


def _operation(line: bytes, path: Path) -> Any:
    try:
        return json.loads(line)["op_code"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ResultsError(f"{path} is damaged: {error!r}") from error
