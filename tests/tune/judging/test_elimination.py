"""Which finalists are worth another fold."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tune.judging.elimination import Race

NONE = [math.nan] * 5
LEADER = [0.20, 0.24, 0.19, 0.26, 0.22]
NEAR = [0.22, 0.21, 0.23, 0.24, 0.23]
BEHIND = [0.30, 0.34, 0.28, 0.37, 0.31]
RISK = 0.065

Losses = dict[int, list[float]]


def test_who_is_clearly_behind_in_the_search_is_given_up_at_once() -> None:
    race = Race({3: LEADER, 1: NEAR, 2: BEHIND}, {3: NONE, 1: NONE, 2: NONE}, RISK)
    assert race.racing() == [3, 1]


def test_folds_are_trained_side_by_side_to_compare_early() -> None:
    again = {3: list(NONE), 1: list(NONE)}
    race = Race({3: LEADER, 1: NEAR}, again, RISK)
    assert race.open_folds()[:4] == [(1, 0), (3, 0), (1, 1), (3, 1)]
    again[1][0] = 0.25
    assert race.open_folds()[:3] == [(3, 0), (1, 1), (3, 1)]


def test_who_falls_behind_later_is_given_up_though_it_led() -> None:
    ahead, behind = [0.2, 0.21, 0.2, *NONE[:2]], [0.27, 0.3, 0.28, *NONE[:2]]
    race = Race({3: LEADER, 1: NEAR}, {3: behind, 1: ahead}, RISK)
    assert race.open_folds() == [(1, 3), (1, 4)]


def test_a_bolder_risk_gives_up_sooner_and_none_never() -> None:
    again = {3: [0.2, *NONE[:4]], 1: [0.21, *NONE[:4]], 2: list(NONE)}
    first = {3: LEADER, 1: NEAR, 2: BEHIND}
    left = [len(Race(first, again, risk).racing()) for risk in (0, RISK, 0.5)]
    assert left == [3, 2, 1]


def test_who_failed_is_given_up_unless_all_did() -> None:
    failed = [math.inf, *NONE[:4]]
    assert Race({3: LEADER, 1: NEAR}, {3: failed, 1: NONE}, RISK).racing() == [1]
    assert Race({3: LEADER, 1: NEAR}, {3: failed, 1: failed}, 0).racing() == [3, 1]


def test_equals_are_both_kept() -> None:
    assert Race({3: LEADER, 1: LEADER}, {3: NONE, 1: NONE}, 0.5).racing() == [3, 1]


@given(st.data())
def test_race_always_ends_with_one_that_is_complete(data: st.DataObject) -> None:
    loss = st.floats(0.01, 5)
    trials, folds = data.draw(st.integers(1, 5)), data.draw(st.integers(2, 6))
    first = {trial: [data.draw(loss) for _ in range(folds)] for trial in range(trials)}
    again = {trial: [math.nan] * folds for trial in range(trials)}
    race, steps = Race(first, again, data.draw(st.floats(0, 0.5))), 0
    while jobs := race.open_folds():
        trial, fold = data.draw(st.sampled_from(jobs))
        again[trial][fold] = data.draw(loss)
        steps += 1
    assert folds <= steps <= trials * folds
    assert any(not any(map(math.isnan, losses)) for losses in again.values())


@pytest.mark.parametrize("risk", [RISK, 0.2, 0.3, 0.35])
def test_the_chance_told_is_kept(risk: float) -> None:
    """Of equals, no more than the risk are dropped before the first fold that turn out better."""
    dice = np.random.default_rng(0)
    wrong = sum(
        _wrongly_given_up(lambda: dice.normal(0.3, 0.05, 10).tolist(), risk) for _ in range(4000)
    )
    assert wrong / 4000 < risk


def _wrongly_given_up(drawn: Callable[[], list[float]], risk: float) -> bool:
    one, other = drawn(), drawn()
    racing = Race({0: one[:5], 1: other[:5]}, {0: NONE, 1: NONE}, risk).racing()
    return len(racing) == 1 and racing[0] != int(sum(other) < sum(one))
