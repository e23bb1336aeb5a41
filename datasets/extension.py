"""What a person adds of their own, named on the command line as `module:NAME`."""

import importlib
import sys
from pathlib import Path


def extension(name: str) -> object:
    """Returns what a module has under a name; modules of the current folder are found, too.

    Args:
        name: As `module:NAME`.

    Raises:
        ValueError: If it is not so, or there is no such module or name.
    """
    module, colon, attribute = name.partition(":")
    if not colon or not module or not attribute:
        raise ValueError(f"must be module:NAME, but got {name}.")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise ValueError(f"there is no module {error.name}.") from error
    except AttributeError as error:
        raise ValueError(f"the module {module} has no {attribute}.") from error
