"""What a sampler is shown of a search."""

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.study import StudyDirection
from optuna.trial import TrialState

from tune.search.proposing.known_trials import GOOD, OTHERS, KnownTrials, chosen
from tune.search.proposing.shown_study import shown_study, shown_trial

VARIED: dict[str, BaseDistribution] = {"rate": FloatDistribution(0.0, 1.0)}


@given(st.integers(0, 2000), st.integers(0, 9))
def test_the_best_are_shown_and_of_the_others_a_sample(count: int, seed: int) -> None:
    losses = np.random.default_rng(seed).permutation(count).astype(float)
    places = chosen(losses)
    assert len(places) == len(set(places)) == min(count, GOOD + OTHERS)
    assert set(np.argsort(losses)[:GOOD]) <= set(places)


def test_the_sample_is_spread_over_the_search() -> None:
    others = np.array(sorted(chosen(np.arange(5000.0)))[GOOD:])
    assert others.min() == GOOD
    assert others.max() == 4999
    assert np.diff(others).max() <= 26


def test_each_trial_is_shown_by_the_best_that_is_known_of_it() -> None:
    forecasts = {0: 0.5, 1: 0.4, 2: 0.3}
    study, known = optuna.create_study(), KnownTrials(1, lambda: forecasts)
    trials = [study.ask(VARIED) for _ in range(5)]
    study.tell(trials[0], 0.45)
    study.tell(trials[1], state=TrialState.FAIL)
    study.tell(trials[2], state=TrialState.PRUNED)
    known.read(study.get_trials(deepcopy=False))
    assert [loss for _, loss in known.shown(asking=4)] == [0.5, np.inf, 0.3, None]
    study.tell(trials[3], 0.1)
    known.read(study.get_trials(deepcopy=False))
    assert known.shown(asking=4)[3][1] == 0.1  # complete, and its log is lost
    forecasts[3] = 0.2
    known.read(study.get_trials(deepcopy=False))
    assert [loss for _, loss in known.shown(asking=4)] == [0.5, np.inf, 0.3, 0.2]


def test_a_trial_that_waits_to_be_tried_is_shown_once_it_has_parameters() -> None:
    study, known = optuna.create_study(), KnownTrials(1, dict)
    study.enqueue_trial({"rate": 0.5})
    known.read(study.get_trials(deepcopy=False))
    assert known.shown(asking=1) == []
    study.ask(VARIED)
    known.read(study.get_trials(deepcopy=False))
    assert known.shown(asking=1) == [({"rate": 0.5}, None)]


@pytest.mark.parametrize("sampler", [optuna.samplers.TPESampler, optuna.samplers.GPSampler])
def test_a_sampler_proposes_from_a_shown_study_as_from_one_of_the_same_trials(
    sampler: type[optuna.samplers.BaseSampler],
) -> None:
    rates = [n / 30 for n in range(30)]
    shown = [shown_trial({"rate": each}, [(each - 0.7) ** 2], VARIED) for each in rates]
    study = shown_study(sampler(seed=0), [StudyDirection.MINIMIZE], shown)  # type: ignore[call-arg]
    true = optuna.create_study(sampler=sampler(seed=0))  # type: ignore[call-arg]
    true.add_trials(shown)
    assert study.ask(VARIED).params == pytest.approx(true.ask(VARIED).params, abs=1e-6)
    assert study.best_trial.params == true.best_trial.params
    assert study.best_value == study.get_trials()[study.best_trial.number - 1_000_000].value
