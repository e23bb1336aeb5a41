"""Reading a search space: one that ships with shuzi, by its name, or a TOML file."""

import re
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from search_spaces.errors import SpaceError
from search_spaces.space import SearchSpace, Value

KINDS = "kind must be int, float or choice"
UNIONS = ("int", "float", "choice", "bool", "str")  # what a key may be; no key
RULES = {
    "union_tag_invalid": f"{KINDS}.",
    "union_tag_not_found": f"{KINDS}, but it is missing.",
    "model_attributes_type": "it must be { kind = ... }; a fixed value belongs under [fixed].",
}
Check = Callable[[str, object], None]


def space_names() -> list[str]:
    """Returns the names of the spaces that ship with shuzi."""
    files = resources.files("search_spaces").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def read_space(choice: str, check: Check) -> SearchSpace:
    """Reads and checks a search space.

    Args:
        choice: A name from `space_names`, or the path of a TOML file.
        check: Called with each parameter's name and each value at its ends; raises ValueError
            where the network allows no such thing.

    Raises:
        SpaceError: If there is no such space, or a key or value in it is not allowed. The message
            names the file, the line, the key and what is allowed.
    """
    text, name = _text(choice)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpaceError(f"{name} is not valid TOML: {error}") from error
    space = _validated(content, text, name)
    _checked(space, check, text, name)
    _require_points(space, text, name)
    return space


def _text(choice: str) -> tuple[str, str]:
    if choice in space_names():
        return (resources.files("search_spaces") / f"{choice}.toml").read_text("utf-8"), choice
    path = Path(choice)
    if not path.is_file():
        known = ", ".join(space_names())
        raise SpaceError(f"there is no search space {choice}: choose {known} or a TOML file.")
    try:
        return path.read_text("utf-8"), str(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SpaceError(f"{path} cannot be read as text: {error}") from error


def _validated(content: dict[str, Any], text: str, name: str) -> SearchSpace:
    try:
        return SearchSpace.model_validate(content)
    except ValidationError as error:
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        keys = [str(key) for key in first["loc"] if key not in UNIONS]
        there = keys[:-1] if first["type"] == "missing" else keys
        rule = _rule(first["type"], first["msg"], first["loc"])
        raise SpaceError(f"{_place(text, name, there)}: {'.'.join(keys)}: {rule}") from error


def _rule(kind: str, message: str, place: tuple[int | str, ...]) -> str:
    """Says what is allowed instead, in a few words."""
    if kind == "extra_forbidden":
        return f"unknown key; allowed are {', '.join(_allowed(place))}."
    if place[-1] == "bool":
        return "it must be a number, a word, or true or false."
    if kind in RULES:
        return RULES[kind]
    words = message.removeprefix("Value error, ").rstrip(".")
    return f"{words[:1].lower()}{words[1:]}."


def _allowed(place: tuple[int | str, ...]) -> list[str]:
    if len(place) == 1:
        return list(SearchSpace.model_fields)
    keys = {
        "int": ("low", "high", "step", "log"),
        "float": ("low", "high", "step", "log"),
        "choice": ("choices",),
    }
    return ["kind", *keys[str(place[2])]]


def _checked(space: SearchSpace, check: Check, text: str, name: str) -> None:
    values = [("fixed", key, value) for key, value in space.fixed.items()]
    for key, parameter in space.parameters.items():
        values += [("parameters", key, end) for end in parameter.ends()]
        if key in space.fixed:
            place = _place(text, name, ["parameters", key])
            raise SpaceError(f"{place}: parameters.{key}: it is fixed, too; keep one.")
    for table, key, value in values:
        try:
            check(key, value)
        except ValueError as error:
            place = _place(text, name, [table, key])
            raise SpaceError(f"{place}: {table}.{key}: {error}") from error


def _require_points(space: SearchSpace, text: str, name: str) -> None:
    """Checks that the portfolio has points of the space."""
    for number, point in enumerate(space.portfolio):
        if broken := _broken_rule(space, point):
            place = _place(text, name, ["portfolio", str(number)])
            raise SpaceError(f"{place}: portfolio: {broken}")


def _broken_rule(space: SearchSpace, point: dict[str, Value]) -> str | None:
    """Returns why this is no point of the space, if it is none."""
    if point.keys() != space.parameters.keys():
        odd = ", ".join(sorted(point.keys() ^ space.parameters.keys()))
        return f"each entry must have exactly the keys of [parameters]; look at {odd}."
    for key, value in point.items():
        if not space.parameters[key].contains(value):
            ends = " to ".join(map(str, space.parameters[key].ends()))
            return f"{key} must be in the space ({ends}), but got {value!r}."
    return None


def _place(text: str, name: str, keys: list[str]) -> str:
    """Returns `file, line n` of the deepest of the keys that is found in the text."""
    lines = text.splitlines()
    line = 0
    if keys[:1] == ["portfolio"]:
        line, keys = _entry(lines, int("".join(keys[1:2]) or 0)), []
    for key in keys:
        pattern = re.compile(rf"""(^|[\s.,{{\[])["']?{re.escape(key)}["']?\s*([.=\]]|$)""")
        found = (n for n in range(line, len(lines)) if pattern.search(lines[n].split("#")[0]))
        line = next(found, line)
    return f"{name}, line {line + 1}"


def _entry(lines: list[str], number: int) -> int:
    """Returns the line of an entry of the portfolio, which counts from 0."""
    starts = [n for n, line in enumerate(lines) if line.startswith("[[portfolio]]")]
    inline = [n for n, line in enumerate(lines) if line.startswith("portfolio")]
    return starts[number] if number < len(starts) else max(inline, default=0)
