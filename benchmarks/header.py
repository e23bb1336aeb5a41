"""What a figure was measured with."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def header(*packages: str) -> str:
    """Returns lines on processor, cores, Python and the versions of packages."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{_processor()}, {cores()} cores; Python {platform.python_version()}, {versions}"


def cores() -> int:
    """Returns how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
