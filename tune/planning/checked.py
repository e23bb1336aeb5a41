"""A model that tells in one line, by the name of an option, which rule a value breaks."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from tune.errors import SweepError

# By pydantic's names; what stands here for none of them is told in pydantic's words.
RULES = {
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "extra_forbidden": "is no option of a sweep",
}


class Checked(BaseModel):
    """A frozen model whose fields, with the docstring below each, are options of the command line.

    Raises:
        SweepError: If a value breaks its field's rule; the message names the option, the rule and
            the value.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,  # they are the help
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SweepError(_broken_rule(error.errors()[0])) from None


def option_name(field: str) -> str:
    """Returns the name on the command line of a field."""
    return f"--{field.replace('_', '-')}"


def _broken_rule(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    if isinstance(context.get("error"), SweepError):  # raised by the field's own reader
        return str(context["error"])
    wording = RULES.get(details["type"])
    rule = wording.format(**context) if wording else details["msg"].replace("Input should", "must")
    value = details["input"]
    number = f"{value:g}" if isinstance(value, float) else repr(value)
    return f"{option_name(str(details['loc'][0]))} {rule}, but got {number}."
