"""What to try next: Optuna's TPE, told the best forecast of every trial's loss."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from datasets.seeds import Purpose, seed_for
from tune.errors import SweepError
from tune.search.proposing.known_trials import KnownTrials
from tune.search.proposing.shown_study import shown_study, shown_trial

Parameters = dict[str, Any]
Earlier = Callable[[list[tuple[Parameters, float]]], list[tuple[Parameters, float]]]
ATTEMPTS = 300  # to draw a network that is small enough
REMEMBERED = 50  # of those that were not


@dataclass(frozen=True)
class Size:
    """How large a network may be, or whether its size matters.

    Attributes:
        weights: Returns how many weights the network of some parameters has.
        most: How many it may have at most.
        matters: Whether fewer weights are sought beside a lower loss.
    """

    weights: Callable[[Parameters], int]
    most: int | None = None
    matters: bool = False

    def excess(self, parameters: Parameters) -> int:
        """Returns how many weights are too many; 0 or less where there are not."""
        return -1 if self.most is None else self.weights(parameters) - self.most


def startup_trials(trials: int) -> int:
    """Returns how many of the trials planned are drawn at random before the search learns."""
    return min(10, max(3, trials // 4))


MakeSampler = Callable[[int], BaseSampler]  # of a seed


def tpe(startup: int, seed: int) -> BaseSampler:
    """Returns Optuna's TPE, which draws all parameters together.

    Args:
        startup: How many trials are drawn at random before it learns.
        seed: Decides what is drawn.
    """
    return _Tpe(multivariate=True, constant_liar=True, n_startup_trials=startup, seed=seed)


class _Tpe(TPESampler):
    """TPE on trials that all have the same parameters: Optuna's looks at each for what all have."""

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Returns what varies, once there is a trial."""
        trials = study.get_trials(deepcopy=False)
        varied = next((each.distributions for each in trials if each.distributions), {})
        return {name: each for name, each in varied.items() if not each.single()}


class ForecastSampler(BaseSampler):
    """Lets a sampler of Optuna's propose from what each trial is expected to come to.

    Optuna's own samplers rank a pruned trial below every complete one, by its last value at
    whatever step; and a trial that waits counts as bad. Here every trial that has a loss counts by
    the loss it is expected to have when complete. One that failed counts as worse than
    all.

    Args:
        distributions: What varies.
        forecasts: Returns the expected loss of each trial, by its number.
        make: Returns the sampler that proposes, of a seed.
        seed: Decides what is drawn.
        size: What is asked of the networks' size.
        earlier: Returns trials of earlier sweeps to be seen beside this one's, whose parameters and
            losses it is given.
    """

    def __init__(
        self,
        distributions: dict[str, BaseDistribution],
        forecasts: Callable[[], Mapping[int, float]],
        make: MakeSampler,
        seed: int,
        size: Size | None = None,
        earlier: Earlier | None = None,
    ) -> None:
        self._distributions, self._known = distributions, KnownTrials(len(distributions), forecasts)
        self._size = size or Size(lambda _: 0)
        self._earlier = earlier
        self._refused: list[FrozenTrial] = []
        self._make, self._seed = make, seed

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Returns all that varies: it is drawn together."""
        return self._distributions

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> Parameters:
        """Draws one configuration that is small enough.

        Raises:
            SweepError: If none is found.
        """
        aims = 2 if self._size.matters else 1
        directions = [StudyDirection.MINIMIZE] * aims
        shown = [*self._refused, *self._shown(study, trial.number)]
        advised = shown_study(self._sampler(trial.number), directions, shown)
        for _ in range(ATTEMPTS):
            drawn = advised.ask(search_space)
            if (excess := self._size.excess(drawn.params)) <= 0:
                return drawn.params
            drawn.set_constraint("weights", excess)
            advised.tell(drawn, state=TrialState.PRUNED)
            self._refused = [*self._refused, advised.get_trials(deepcopy=False)[-1]][-REMEMBERED:]
        raise SweepError(
            f"no network of at most {self._size.most} weights was found in the space: raise "
            "--max-weights."
        )

    def _sampler(self, number: int) -> BaseSampler:
        """Returns the sampler of one trial: what it draws does not depend on what was drawn before.

        So a search that was broken off proposes what it would have proposed.
        """
        return self._make(seed_for(Purpose.PROPOSAL, self._seed, number))

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Is never needed, as all is drawn together."""
        raise NotImplementedError(param_name)

    def _shown(self, study: Study, asking: int) -> list[FrozenTrial]:
        """Returns the trials as the sampler shall see them."""
        self._known.read(study.get_trials(deepcopy=False))
        now = self._known.shown(asking)
        finite = [(each, loss) for each, loss in now if loss is not None and math.isfinite(loss)]
        before = self._earlier(finite) if self._earlier else []
        return [self._as_shown(*each) for each in [*before, *now]]

    def _as_shown(self, parameters: Parameters, loss: float | None) -> FrozenTrial:
        values = None
        if loss is not None:
            values = [loss, self._size.weights(parameters)] if self._size.matters else [loss]
        return shown_trial(parameters, values, self._distributions)
