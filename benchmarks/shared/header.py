"""What a figure was measured with."""

import platform
from importlib.metadata import version

from tune.planning.provenance import hardware


def header(*packages: str) -> str:
    """Returns lines on processor, cores, Python and the versions of packages."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    processor = hardware()["processor"]
    return f"{processor}, {cores()} cores; Python {platform.python_version()}, {versions}"


def cores() -> int:
    """Returns how many cores this process may use."""
    return hardware()["cores"] or 1
