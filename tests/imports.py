"""What a command of shuzi imports, in a process of its own."""

import subprocess
import sys
from pathlib import Path

# What takes a second or more to import, or brings along what does.
HEAVY = {
    *("torch", "ray", "optuna", "sklearn", "mlxtend", "scipy"),
    *("pandas", "matplotlib", "onnx", "onnxruntime"),
}


def said_and_imported(folder: Path, command: str) -> tuple[str, set[str]]:
    """Runs shuzi in a folder; returns what it printed, and the packages that it imported."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "shuzi", *command.split()],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = (line.rpartition("|")[2].strip() for line in ended.stderr.splitlines())
    return ended.stdout, {module.partition(".")[0] for module in modules}
