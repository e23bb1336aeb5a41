"""Parameters in little room: those that are numbered alike stand together."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from results.numbers import in_three_digits, without_zero

NUMBERED = re.compile(r"(.+)_(\d+)")


def grouped(names: Sequence[str]) -> dict[str, list[str]]:
    """Returns the names of each group by its own: `channels_1-2` of `channels_1`, `channels_2`."""
    stems: dict[str, list[str]] = {}
    for name in names:
        match = NUMBERED.fullmatch(name)
        stems.setdefault(match[1] if match else name, []).append(name)
    return {_named(group): group for group in stems.values()}


def _named(group: Sequence[str]) -> str:
    if len(group) == 1:
        return group[0]
    stem, first = group[0].rsplit("_", 1)
    last = group[-1].rsplit("_", 1)[1]
    return f"{stem}_{first}-{last}"


def values_of(group: Sequence[str], parameters: Mapping[str, Any]) -> str:
    """Returns the values of a group, beside each other; those of several are short."""
    there = [parameters[name] for name in group if name in parameters]
    write = in_three_digits if len(group) == 1 else _short
    return " ".join(map(write, there))


def _short(value: Any) -> str:
    """Returns 0.2 as `.20`, and what is smaller or larger in two digits."""
    if not isinstance(value, float):
        return str(value)
    return without_zero(value, 2) if value == 0 or 0.01 <= value < 1 else f"{value:.2g}"


def in_short(parameters: Mapping[str, Any]) -> list[str]:
    """Returns the groups of parameters, each with its values."""
    groups = grouped(list(parameters))
    return [f"{name} {values_of(group, parameters)}" for name, group in groups.items()]
