"""`shuzi sweep` has an option for each field of a request, as the field declares it."""

from typing import Any

import pytest
import typer
from typer.main import get_command

from shuzi.commands import app
from tests.shuzi.calling import Call
from tune.planning.request import Panel, SweepRequest

FIELDS = SweepRequest.model_fields
OF_THE_COMMAND = {"quiet", "progress"}


def options(command: str) -> dict[str, Any]:
    """Returns the options of a command by their names in Python."""
    group: Any = get_command(app)
    return {option.name: option for option in group.commands[command].params}


def without_range(told: str) -> str:
    return told.partition(" From ")[0]


def test_each_field_is_an_option_and_each_option_a_field() -> None:
    assert set(options("sweep")) - {"help"} == set(FIELDS) | OF_THE_COMMAND


@pytest.mark.parametrize("name", FIELDS)
def test_an_option_is_as_its_field_declares_it(name: str) -> None:
    option, field = options("sweep")[name], FIELDS[name]
    assert option.opts == [f"--{name.replace('_', '-')}"]
    assert not option.secondary_opts
    assert field.description
    assert without_range(option.help) == " ".join(field.description.split())
    kept_to_the_request = field.default_factory or isinstance(field.default, tuple)
    assert option.default == (None if kept_to_the_request else field.default)


def test_panels_hold_what_belongs_together() -> None:
    panels = {name: option.rich_help_panel for name, option in options("sweep").items()}
    assert {panel for panel in panels.values() if panel} == set(Panel)
    assert {name for name in FIELDS if not panels[name]} == {"name", "out"}
    assert panels["mnist_count"] == "Digits"
    assert panels["risk"] == "Search"


def test_a_range_with_two_ends_is_told() -> None:
    told = {name: option.help for name, option in options("sweep").items() if name in FIELDS}
    assert told["risk"].endswith(" From 0.001 to 0.5.")
    assert {name for name in told if " From " in told[name]} == {"risk", "networks", "nice"}


@pytest.mark.parametrize(("command", "shared"), [("resume", "address"), ("retrain", "networks")])
def test_other_commands_have_the_same_options(command: str, shared: str) -> None:
    of_a_sweep, other = options("sweep")[shared], options(command)[shared]
    assert (other.opts, other.help) == (of_a_sweep.opts, of_a_sweep.help)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[SweepRequest]:
    """What sweeps are asked for by the command."""
    requests: list[SweepRequest] = []

    def take(request: SweepRequest, *_: object) -> None:
        requests.append(request)
        raise typer.Exit

    monkeypatch.setattr("tune.sweep.run_sweep", take)
    return requests


def test_without_options_the_request_is_the_default_one(
    call: Call, asked: list[SweepRequest]
) -> None:
    assert call("sweep", "--name", "a")[0] == 0
    assert asked == [SweepRequest(name="a")]


def test_options_make_the_request(call: Call, asked: list[SweepRequest]) -> None:
    given = "--time-budget 2h --chinese a --chinese b --warm-start c --as-is --pruner none --out x"
    assert call("sweep", "--name", "a", *given.split())[0] == 0
    assert asked == [
        SweepRequest(
            name="a",
            time_budget=7200,
            chinese=("a", "b"),
            warm_start=("c",),
            as_is=True,
            pruner="none",
            out=SweepRequest(name="a").out.with_name("x"),
        )
    ]
