"""Pruners and samplers by their names: shuzi's own, or `module:Class` of your own."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from optuna.samplers import BaseSampler

from datasets.errors import ExtensionError
from datasets.extension import extension, own_code
from tune.planning.request import SweepRequest
from tune.search.forecasting.forecaster import Forecaster
from tune.search.proposing.sampling import MakeSampler, tpe
from tune.search.pruning.pruner import Pruner

Kind = TypeVar("Kind")


def require_own(request: SweepRequest) -> None:
    """Refuses a sampler or pruner of your own that cannot be made.

    Raises:
        ExtensionError: If there is one; the message names it and the rule.
    """
    sampler_named(request.sampler, 1)(request.seed)
    if request.pruner not in ("ladder", "none"):
        own_pruner(request.pruner, Forecaster(folds=2, epochs=1))


def sampler_named(name: str, startup: int) -> MakeSampler:
    """Returns what makes Optuna's sampler of a seed; the same one proposes the same.

    Args:
        name: `tpe`, or a class of samplers, which is called with `seed`.
        startup: How many trials TPE draws at random first.

    Raises:
        ExtensionError: If there is no such class.
    """
    if name == "tpe":
        return partial(tpe, startup)
    return partial(_own_sampler, name, _own(name, BaseSampler))  # type: ignore[type-abstract]


def own_pruner(name: str, forecaster: Forecaster) -> Pruner:
    """Makes a pruner of your own.

    Args:
        name: A subclass of `Pruner`, which is called with the forecaster.
        forecaster: The search's.

    Raises:
        ExtensionError: If there is no such class, or it cannot be made.
    """
    kind = _own(name, Pruner)
    with own_code(name):
        return kind(forecaster)


def _own(name: str, base: type[Kind]) -> type[Kind]:
    found = extension(name)
    if not (isinstance(found, type) and issubclass(found, base)):
        told = f"{base.__module__}.{base.__name__}"
        raise ExtensionError(f"{name} must be a subclass of {told}, but is {found!r}.")
    return found


def _own_sampler(name: str, kind: Callable[..., BaseSampler], seed: int) -> BaseSampler:
    with own_code(name):
        return kind(seed=seed)
