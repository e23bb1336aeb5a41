"""shuzi's folders are top-level packages; another package of the same name may hide one."""

import importlib.util
from pathlib import Path

ROOMS = ("datasets", "model", "search_spaces", "tune", "results")


class HiddenRoomError(ImportError):
    """Another package has the name of one of shuzi's folders, and is found before it."""


def require_own_rooms() -> None:
    """Checks that each folder of shuzi's is the one that will be imported.

    Raises:
        HiddenRoomError: If another package hides one.
    """
    here = Path(__file__).resolve().parents[1]
    for name in ROOMS:
        found = importlib.util.find_spec(name)
        origin = found.origin if found else None
        if origin is None or Path(origin).resolve().parents[1] != here:
            raise HiddenRoomError(
                f"another package named {name} ({origin}) hides shuzi's own: "
                "give shuzi a virtual environment of its own."
            )
