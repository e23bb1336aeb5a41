"""Options of the command line, made from the fields of `SweepRequest`, where each is declared."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_origin, get_type_hints

import typer
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from tune.planning.checked import option_name
from tune.planning.request import Panel, SweepRequest

TYPES = get_type_hints(SweepRequest)
Command = TypeVar("Command", bound=Callable[..., None])


def option(name: str) -> Any:
    """Returns the option that stands for a field of a request.

    Args:
        name: The field's.

    Returns:
        What `Annotated` takes: its name on the command line, its help and its panel.
    """
    field = SweepRequest.model_fields[name]
    panel = next((each for each in field.metadata if isinstance(each, Panel)), None)
    told = f"{' '.join((field.description or '').split())}{_range(field)}"
    return typer.Option(option_name(name), help=told, rich_help_panel=panel)


def with_options_of_a_request(command: Command) -> Command:
    """Gives a command one option for each field of a request, in place of its `**asked`."""
    signature = inspect.signature(command)
    own = [each for each in signature.parameters.values() if each.kind != each.VAR_KEYWORD]
    asked = [_parameter(name) for name in SweepRequest.model_fields]
    command.__signature__ = signature.replace(parameters=[*asked, *own])  # type: ignore[attr-defined]
    return command


def request_of(asked: dict[str, Any]) -> SweepRequest:
    """Returns the request that options make; what is left out is left to the request.

    Raises:
        SweepError: If an option breaks its rule.
    """
    return SweepRequest(**{name: value for name, value in asked.items() if value is not None})


def _parameter(name: str) -> inspect.Parameter:
    """Returns the parameter of a command that is an option for a field."""
    field = SweepRequest.model_fields[name]
    default = None if field.default_factory or _is_list(name) else field.default
    kind = _type(name) if default is not None else _type(name) | None
    annotation = Annotated[kind, option(name)]  # type: ignore[valid-type]  # made as it runs
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _type(name: str) -> Any:
    """Returns as what the command line takes a field: a text where the field itself reads it."""
    if _is_list(name):
        return list[str]
    metadata = SweepRequest.model_fields[name].metadata
    if any(isinstance(each, BeforeValidator) for each in metadata):
        return str
    return TYPES[name]


def _is_list(name: str) -> bool:
    return get_origin(TYPES[name]) is tuple


def _range(field: FieldInfo) -> str:
    """Returns a sentence that tells a field's range, where it has two ends."""
    low, high = (
        next((getattr(each, end) for each in field.metadata if hasattr(each, end)), None)
        for end in ("ge", "le")
    )
    return "" if low is None or high is None else f" From {low} to {high}."
