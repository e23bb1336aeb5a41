"""Paths and commands, as they can be typed from here."""

import shlex
from pathlib import Path

from results.store.folder import SweepFolder

DEFAULT = Path("runs")  # the folder of sweeps, where --out is left out


def short_path(path: Path) -> Path:
    """Returns the path as it is from here, where it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def command(what: str, folder: SweepFolder, more: str = "") -> str:
    """Returns a command on a sweep, quoted for the shell.

    Args:
        what: The command, `show`.
        folder: The sweep's.
        more: What stands behind the sweep's name.
    """
    out, default = folder.path.parent, DEFAULT.absolute()
    where = "" if out == default else f"--out {shlex.quote(str(short_path(out)))}"
    return " ".join(filter(None, ["shuzi", what, shlex.quote(folder.name), more, where]))
