"""What is proposed follows from what each trial is expected to come to."""

import math
from functools import partial

import optuna
import pytest
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from tune.errors import SweepError
from tune.search.proposing.sampling import ForecastSampler, Parameters, Size, tpe

VARIED: dict[str, BaseDistribution] = {
    "rate": FloatDistribution(0.0, 1.0),
    "width": IntDistribution(1, 100),
}


def weights(parameters: Parameters) -> int:
    return 1000 * int(parameters["width"])


def study_with(forecasts: dict[int, float], size: Size | None = None) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = ForecastSampler(VARIED, lambda: forecasts, partial(tpe, 5), seed=0, size=size)
    return optuna.create_study(sampler=sampler)


def asked(study: optuna.Study, forecasts: dict[int, float], count: int) -> list[Parameters]:
    """Asks for trials that all stay open; lower rates are forecast to be better."""
    drawn = []
    for _ in range(count):
        trial = study.ask(VARIED)
        forecasts[trial.number] = trial.params["rate"]
        drawn.append(trial.params)
    return drawn


def test_trials_that_have_not_ended_teach_by_their_forecasts() -> None:
    forecasts: dict[int, float] = {}
    study = study_with(forecasts)
    rates = [each["rate"] for each in asked(study, forecasts, 40)]
    assert all(trial.state == TrialState.RUNNING for trial in study.trials)
    assert sum(rates[20:]) / 20 < 0.3


def test_failed_trials_are_avoided() -> None:
    study = study_with({})
    rates = []
    for _ in range(60):
        trial = study.ask(VARIED)
        rates.append(trial.params["rate"])
        if trial.params["rate"] < 0.5:
            study.tell(trial, state=TrialState.FAIL)
        else:
            study.tell(trial, 1.0)
    assert sum(rate < 0.5 for rate in rates[20:]) < 14  # of 40


def test_no_network_above_the_most_weights_is_proposed() -> None:
    forecasts: dict[int, float] = {}
    study = study_with(forecasts, Size(weights, most=20_000))
    assert all(weights(each) <= 20_000 for each in asked(study, forecasts, 40))


def test_where_no_network_is_small_enough_that_is_said() -> None:
    study = study_with({}, Size(weights, most=500))
    with pytest.raises(SweepError, match="no network of at most 500 weights was found"):
        study.ask(VARIED)


def test_small_networks_are_sought_where_their_size_matters() -> None:
    def widths(matters: bool) -> float:
        forecasts: dict[int, float] = {}
        study = study_with(forecasts, Size(weights, matters=matters))
        drawn = asked(study, forecasts, 60)
        return float(sum(each["width"] for each in drawn[30:]) / 30)

    assert widths(matters=True) < 0.8 * widths(matters=False)


def test_an_earlier_sweep_spares_the_random_start() -> None:
    earlier = [({"rate": rate / 40, "width": 50}, rate / 40) for rate in range(40)]
    sampler = ForecastSampler(VARIED, dict, partial(tpe, 5), seed=0, earlier=lambda _: earlier)
    study = optuna.create_study(sampler=sampler)
    rates = [study.ask(VARIED).params["rate"] for _ in range(10)]
    assert sorted(rates)[5] < 0.3
    assert not any(math.isnan(rate) for rate in rates)
