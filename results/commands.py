"""Paths and commands, as they can be typed from here."""

import shlex
from pathlib import Path

from datasets.terminal.wrapping import filled
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
    return " ".join(_words(what, folder, more))


def command_lines(what: str, folder: SweepFolder, width: int, more: str = "") -> list[str]:
    """Returns the same on lines of some width, which a shell takes as one."""
    first, *others = filled(_words(what, folder, more), width - 4, " ")
    lines = [first, *(f"  {line}" for line in others)]
    return [*(f"{line} \\" for line in lines[:-1]), lines[-1]]


def _words(what: str, folder: SweepFolder, more: str) -> list[str]:
    out, default = folder.path.parent, DEFAULT.absolute()
    where = "" if out == default else f"--out {shlex.quote(str(short_path(out)))}"
    return list(filter(None, ["shuzi", what, shlex.quote(folder.name), more, where]))
