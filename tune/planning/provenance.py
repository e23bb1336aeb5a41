"""Which software and hardware a sweep ran on."""

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

import joblib

PACKAGES = ("shuzi", "torch", "ray", "optuna", "numpy", "scikit-learn", "scikit-image", "pillow")


def versions() -> dict[str, str]:
    """Returns the versions of Python and of the packages that results depend on."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found}


def hardware() -> dict[str, Any]:
    """Returns the processor, cores, memory (GiB) and GPUs of this machine."""
    import torch

    gpus = [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())]
    return {
        "processor": _processor(),
        "cores": joblib.cpu_count(),  # those that this process may use
        "memory_gib": round(_memory_bytes() / 2**30, 1),
        "gpus": gpus,
        "system": platform.platform(),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, AttributeError):  # not on this system
        return 0
