"""What tells whether a file is as it was."""

import hashlib
from pathlib import Path


def sha256(path: Path) -> str:
    """Returns the sha256 of a file, hex; nothing where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
