"""What README and docs say can be typed and followed."""

import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

from shuzi.commands import app
from shuzi.fields import request_of
from tune.errors import SweepError
from tune.planning.request import SweepRequest

HERE = Path(__file__).parents[2]
PAGES = sorted([*HERE.glob("README*.md"), *HERE.glob("docs/*.md")])
NAMES = [str(page.relative_to(HERE)) for page in PAGES]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def commands(page: Path, program: str) -> Iterator[list[str]]:
    """Yields the words behind a program in each line of a page's shell blocks."""
    for block in re.findall(
        r"^ *```(?:sh|bash)\n(.*?)^ *```", page.read_text("utf-8"), re.M | re.S
    ):
        for line in re.sub(r"\\\n", " ", block).splitlines():
            for part in re.split(r"&&|;|\|", line.split(" #")[0]):
                words = shlex.split(part, comments=True)
                if words[: len(program.split())] == program.split():
                    yield words[len(program.split()) :]


def parsed(command: Any, arguments: list[str]) -> str:
    """Returns why shuzi's own parser refuses arguments, or nothing."""
    name = "shuzi"
    while subcommands := getattr(command, "commands", {}):
        if not arguments or arguments[0] not in subcommands:
            return f"no command {arguments[:1]}"
        name, command, arguments = arguments[0], subcommands[arguments[0]], arguments[1:]
    try:
        with command.make_context(name, list(arguments)) as context:
            if name == "sweep":
                request_of({key: context.params[key] for key in SweepRequest.model_fields})
    except (typer.TyperException, SweepError) as error:
        return f"{arguments}: {error}"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_command_of_a_page_is_one_that_shuzi_takes(page: Path) -> None:
    command = typer.main.get_command(app)
    wrong = [said for words in commands(page, "shuzi") if (said := parsed(command, words))]
    assert wrong == []


def test_a_command_that_shuzi_does_not_take_is_found() -> None:
    command = typer.main.get_command(app)
    assert parsed(command, ["sweep", "--name", "x"]) == ""
    assert parsed(command, ["data", "import", "a.jpg", "out/", "--label", "7"]) == ""
    for wrong in (
        ["sweeep"],
        ["sweep", "--nmae", "x"],
        ["sweep", "--trials", "many"],
        ["sweep", "--risk", "2"],
        ["data", "imprt"],
        ["show"],
        ["list", "x"],
    ):
        assert parsed(command, wrong)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        place, _, anchor = target.partition("#")
        if "://" in place:
            continue
        path = page.parent / place if place else page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), target


def anchors(page: Path) -> set[str]:
    """Returns the anchors of a page's headings, as GitHub and Sphinx make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_benchmark_and_target_of_a_page_is_there(page: Path) -> None:
    for module in re.findall(r"python -m (benchmarks\.\w+)", page.read_text("utf-8")):
        assert find_spec(module), module
    targets = re.findall(r"^(\w[\w-]*):", (HERE / "Makefile").read_text("utf-8"), re.M)
    for words in commands(page, "make"):
        assert words[0] in targets


def test_readmes_are_short_and_point_to_each_other() -> None:
    english, chinese = (HERE / name for name in ("README.md", "README.zh.md"))
    for page, other in ((english, chinese), (chinese, english)):
        lines = page.read_text("utf-8").splitlines()
        assert len(lines) <= 200
        assert any(f"({other.name})" in line for line in lines[:4])
