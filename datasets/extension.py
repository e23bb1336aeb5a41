"""Code of your own by its name, `module:attribute`, as uvicorn and gunicorn take it.

What can be extended in this way says itself what it asks of the code that it is given.
"""

import difflib
import importlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from datasets.errors import ExtensionError

_found: dict[str, Path] = {}  # of each module from a current folder its file, or package's folder


def extension(name: str) -> object:
    """Imports what a name stands for.

    Args:
        name: `small:Small` is what `small.py` calls `Small`; the module may have dots. It is looked
            for where Python always looks, and then in the current folder.

    Raises:
        ExtensionError: If the name is of another form, there is no such module, it cannot be
            imported, or it has no such attribute.
    """
    module_name, attribute = _parts(name)
    module = _imported(module_name, name)
    if not hasattr(module, attribute):
        close = difflib.get_close_matches(attribute, vars(module), 1)
        hint = f"; did you mean {close[0]}?" if close else "."
        raise ExtensionError(f"{name}: {_place(module)} has no {attribute}{hint}")
    return getattr(module, attribute)


def extension_files() -> list[Path]:
    """Returns the files, and folders of packages, that extensions have come from so far.

    Those are left out that Python finds by itself: they are installed, also on other machines.
    """
    return list(_found.values())


@contextmanager
def own_code(name: str) -> Iterator[None]:
    """Tells in one line whatever the code of an extension raises in a block.

    Args:
        name: The extension's.

    Raises:
        ExtensionError: If the block raises any exception. The message has its kind, its text and
            the line of the extension's file that it passed last.
    """
    try:
        yield
    except ExtensionError:
        raise
    except Exception as error:  # of any kind: it is not our code
        told = f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(".")
        raise ExtensionError(f"{name}: {told}{_line(name, error)}.") from error


def _parts(name: str) -> tuple[str, str]:
    module, _, attribute = name.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), attribute)):
        raise ExtensionError(
            f"{name} must be like small:Small, which is what small.py calls Small."
        )
    return module, attribute


def _imported(module_name: str, name: str) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)  # last, so that no file there takes the place of a package
    with own_code(name):
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name and f"{module_name}.".startswith(f"{error.name}."):
                raise ExtensionError(_missing(name, module_name, folder)) from error
            raise  # the module is there: it imports another that is not
    _take_down(module_name.split(".")[0], folder)
    return module


def _missing(name: str, module: str, folder: str) -> str:
    return (
        f"{name}: there is no module {module} in {folder}, and none is installed; "
        f"run shuzi in the folder that has {module.replace('.', '/')}.py."
    )


def _take_down(top: str, folder: str) -> None:
    place = _place(sys.modules[top])
    if str(place.parent) == folder:
        _found[top] = place


def _place(module: ModuleType) -> Path:
    """Returns the file of a module, or the folder of a package."""
    folders = list(getattr(module, "__path__", ()))
    return Path(folders[0] if folders else getattr(module, "__file__", module.__name__))


def _line(name: str, error: Exception) -> str:
    """Returns the last line of an extension's file that an exception has passed, if any."""
    module = name.partition(":")[0]
    passed = [
        f" ({frame.f_code.co_filename}, line {line})"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__") == module
    ]
    return passed[-1] if passed else ""
