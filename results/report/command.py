"""The command that makes a sweep again."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

PLACES = ("out", "address", "storage", "nice")  # where it ran and was kept; that changes nothing


def command_of(request: Mapping[str, Any]) -> str:
    """Returns the command of a request, as `sweep.json` has it, with an option a line."""
    return " \\\n  ".join(["shuzi sweep", *map(shlex.join, _options(request))])


def _options(request: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, value in request.items():
        if name in PLACES or value is None or value is False:
            continue
        option = f"--{name.replace('_', '-')}"
        if value is True:
            yield (option,)
            continue
        for each in value if isinstance(value, list) else [value]:
            yield option, f"{each:g}s" if name == "time_budget" else str(each)
