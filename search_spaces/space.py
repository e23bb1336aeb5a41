"""What may vary in a sweep, and what is fixed."""

import math
from typing import Annotated, Any, Literal, Self

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from pydantic import BaseModel, ConfigDict, Field, model_validator

Value = bool | int | float | str


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Range(_Part):
    """A range that is checked as soon as it is read."""

    low: float
    high: float
    log: bool = False

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        self.distribution()
        return self

    def distribution(self) -> BaseDistribution:
        raise NotImplementedError

    def ends(self) -> list[Value]:
        return [self.low, self.high]

    def contains(self, value: Value) -> bool:
        """Tells whether a value lies between the ends."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high  # type: ignore[operator]

    def coordinates(self, value: Value) -> list[float]:
        """Returns how far along the range a value is, 0 to 1, as it is drawn."""
        low, high, within = self.low, self.high, self._within(value)
        if self.log:
            low, high, within = math.log(low), math.log(high), math.log(within)
        return [(within - low) / (high - low) if high > low else 0.5]

    def _within(self, value: Value) -> float:
        return min(max(float(value), self.low), self.high)


class IntRange(_Range):
    """Integers from `low` to `high`, in steps, or spread evenly by their logarithm."""

    kind: Literal["int"]
    low: int
    high: int
    step: int = 1

    def distribution(self) -> IntDistribution:
        """Returns what Optuna draws from."""
        return IntDistribution(self.low, self.high, log=self.log, step=self.step)

    def nearest(self, value: Value) -> int:
        """Returns the allowed value nearest to the given one."""
        steps = round((self._within(value) - self.low) / self.step)
        return min(self.low + steps * self.step, int(self.distribution().high))


class FloatRange(_Range):
    """Numbers from `low` to `high`, in steps if given, or spread evenly by their logarithm."""

    kind: Literal["float"]
    step: float | None = None

    def distribution(self) -> FloatDistribution:
        """Returns what Optuna draws from."""
        return FloatDistribution(self.low, self.high, log=self.log, step=self.step)

    def nearest(self, value: Value) -> float:
        """Returns the allowed value nearest to the given one."""
        within = self._within(value)
        if self.step is None:
            return within
        stepped = self.low + round((within - self.low) / self.step) * self.step
        return min(stepped, self.distribution().high)


class Choice(_Part):
    """One of some values."""

    kind: Literal["choice"]
    choices: list[Value] = Field(min_length=1)

    def distribution(self) -> CategoricalDistribution:
        """Returns what Optuna draws from."""
        return CategoricalDistribution(self.choices)

    def contains(self, value: Value) -> bool:
        """Tells whether a value is one of them."""
        return value in self.choices

    def ends(self) -> list[Value]:
        """Returns every value there is."""
        return self.choices

    def nearest(self, value: Value) -> Value:
        """Returns the value itself if it is a choice, else the nearest number, else the first."""
        return min(self.choices, key=lambda choice: _distance(choice, value))

    def coordinates(self, value: Value) -> list[float]:
        """Returns a number for each choice: any two choices are as far apart as a range's ends."""
        return [math.sqrt(0.5) * (value == choice) for choice in self.choices]


def _distance(one: Value, other: Value) -> float:
    if one == other:
        return 0.0
    if isinstance(one, str) or isinstance(other, str):
        return math.inf
    return abs(float(one) - float(other))


class SearchSpace(_Part):
    """What may vary in a sweep, and what is fixed.

    Attributes:
        about: One line for people.
        folds: How many folds each trial is cross-validated on.
        fixed: Values that every trial has; what is neither fixed nor varied is as in the baseline.
        parameters: What varies, by the name of the value.
        portfolio: Points that are tried first, right after the baseline's.
    """

    about: str
    folds: int = Field(5, ge=2, le=20)
    fixed: dict[str, Value] = {}
    parameters: dict[str, Annotated[IntRange | FloatRange | Choice, Field(discriminator="kind")]]
    portfolio: list[dict[str, Value]] = []

    def fixed_with(self, epochs: int | None) -> dict[str, Value]:
        """Returns what every trial has, with other epochs than the space's where asked for."""
        return {**self.fixed, "epochs": epochs} if epochs else dict(self.fixed)

    def distributions(self) -> dict[str, BaseDistribution]:
        """Returns what Optuna draws each parameter from."""
        return {name: parameter.distribution() for name, parameter in self.parameters.items()}

    def coordinates(self, values: dict[str, Any]) -> list[float]:
        """Returns where a point of the space lies, each number from 0 to 1."""
        each = (part.coordinates(values[name]) for name, part in self.parameters.items())
        return [coordinate for coordinates in each for coordinate in coordinates]

    def nearest(self, values: dict[str, Any]) -> dict[str, Value]:
        """Returns the point of the space nearest to the given values, parameter by parameter."""
        return {name: each.nearest(values[name]) for name, each in self.parameters.items()}
