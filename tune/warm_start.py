"""What an earlier sweep has learnt, for the sampler of another."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from pydantic import ValidationError

from model import REPORT
from results import SweepFolder, read_json
from results.trials import read_trials
from search_spaces import SearchSpace
from tune.errors import SweepError


@dataclass(frozen=True)
class EarlierTrial:
    """A trial of an earlier sweep.

    Attributes:
        parameters: What varies in the new space.
        loss: Whole or estimated, nats, on the earlier sweep's digits.
        origin: `report` for the report's configuration, else `search`.
    """

    parameters: dict[str, Any]
    loss: float
    origin: str


@dataclass(frozen=True)
class EarlierSweep:
    """What an earlier sweep has learnt.

    Attributes:
        trials: Those that lie in the new space, the best first.
    """

    trials: list[EarlierTrial]

    @property
    def best(self) -> dict[str, Any]:
        """The parameters of its best trial."""
        return self.trials[0].parameters

    def scaled(self, estimates: dict[int, float]) -> list[tuple[dict[str, Any], float]]:
        """Returns parameters and losses, the losses on the scale of the new sweep's.

        Other digits or folds make other losses. Both sweeps try the report's configuration, so
        what it loses there and here sets the scale.

        Args:
            estimates: Of the new sweep's trials, the report's under 0.
        """
        there = next((each.loss for each in self.trials if each.origin == "report"), None)
        scale = estimates[0] / there if there and 0 in estimates else 1.0
        return [(each.parameters, scale * each.loss) for each in self.trials]


def earlier_sweep(folder: SweepFolder, space: SearchSpace, fixed: dict[str, Any]) -> EarlierSweep:
    """Returns what a sweep has learnt about a space that overlaps with its own.

    Args:
        folder: The earlier sweep's.
        space: The new one.
        fixed: Values that every new trial has.

    Raises:
        SweepError: If none of its trials lies in the space; the message names the key that keeps
            them out.
    """
    known = _configurations(folder)
    for key, allowed in _allowed(space, fixed).items():
        inside = [each for each in known if allowed(each.parameters[key])]
        if known and not inside:
            raise SweepError(_refusal(folder, key, known, space, fixed))
        known = inside
    if not known:
        raise SweepError(f"--warm-start {folder.name}: it has no trial to start from.")
    varied = [replace(each, parameters=_varied(each, space)) for each in known]
    return EarlierSweep(sorted(varied, key=lambda each: each.loss))


def _varied(trial: EarlierTrial, space: SearchSpace) -> dict[str, Any]:
    return dict(space.nearest(trial.parameters))


def _configurations(folder: SweepFolder) -> list[EarlierTrial]:
    """Returns every trial that has a loss, with all values of its configuration."""
    asked = read_json(folder.sweep_json)
    try:
        space = SearchSpace.model_validate(asked["space"])
        epochs = asked["request"]["epochs"]
    except (KeyError, ValidationError) as error:
        raise SweepError(f"{folder.sweep_json} is not as a sweep leaves it: {error}") from error
    base = {**REPORT.to_dict(), **space.fixed_with(epochs)}
    rows = read_trials(folder.trials_csv).to_dict("records")
    return [
        EarlierTrial(
            {**base, **space.nearest({name: row[name] for name in space.parameters})},
            float(row["estimate"]),
            str(row["origin"]),
        )
        for row in rows
        if pd.notna(row["estimate"])
    ]


def _allowed(space: SearchSpace, fixed: dict[str, Any]) -> dict[str, Any]:
    """Returns, for each value of a configuration, what tells whether the new space has it."""
    everything = {**REPORT.to_dict(), **fixed}
    same = {key: value.__eq__ for key, value in everything.items() if key not in space.parameters}
    return {**same, **{key: each.contains for key, each in space.parameters.items()}}


def _refusal(
    folder: SweepFolder,
    key: str,
    known: list[EarlierTrial],
    space: SearchSpace,
    fixed: dict[str, Any],
) -> str:
    there = sorted({str(each.parameters[key]) for each in known})
    values = there[0] if len(there) == 1 else f"{there[0]} to {there[-1]}"
    if key in space.parameters:
        wanted = f"the new space has {' to '.join(map(str, space.parameters[key].ends()))}"
    else:
        wanted = f"it is {({**REPORT.to_dict(), **fixed})[key]} now"
    return f"--warm-start {folder.name}: {key} was {values} there, but {wanted}."
