"""shuzi searches for the best small network to read digits written by Chinese people.

    import shuzi

    folder = shuzi.run_sweep(shuzi.SweepRequest(name="first", trials=20))
    folder = shuzi.open_sweep("first")

What is named here is loaded when it is first asked for, so that `import shuzi` waits for nothing.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from shuzi.rooms import require_own_rooms

if TYPE_CHECKING:
    from datasets.errors import DataError as DataError
    from datasets.errors import ExtensionError as ExtensionError
    from results.errors import ResultsError as ResultsError
    from results.store.folder import SweepFolder as SweepFolder
    from search_spaces.errors import SpaceError as SpaceError
    from tune.errors import Interrupted as Interrupted
    from tune.errors import SweepEnded as SweepEnded
    from tune.errors import SweepError as SweepError
    from tune.errors import SweepFailed as SweepFailed
    from tune.planning.request import SweepRequest as SweepRequest
    from tune.sweep import run_sweep as run_sweep

PLACES = {
    "DataError": "datasets.errors",
    "ExtensionError": "datasets.errors",
    "Interrupted": "tune.errors",
    "ResultsError": "results.errors",
    "SpaceError": "search_spaces.errors",
    "SweepEnded": "tune.errors",
    "SweepError": "tune.errors",
    "SweepFailed": "tune.errors",
    "SweepFolder": "results.store.folder",
    "SweepRequest": "tune.planning.request",
    "run_sweep": "tune.sweep",
}
__all__ = ["open_sweep", *PLACES]


def open_sweep(name: str, out: Path | str = "runs") -> "SweepFolder":
    """Returns the folder of a sweep that was made before.

    Args:
        name: The sweep's.
        out: The folder of sweeps.

    Raises:
        ResultsError: If there is no such sweep.
    """
    require_own_rooms()
    from results.store.folder import SweepFolder

    return SweepFolder.existing(Path(out), name)


if not TYPE_CHECKING:  # there, all that is not named above is an error

    def __getattr__(name: str) -> object:
        if name not in PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        require_own_rooms()
        return getattr(import_module(PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
