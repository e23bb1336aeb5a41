"""What a study tries first."""

from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from model.configuration import BASELINE, Configuration
from model.networks.kinds import count_weights
from results.store.folder import SweepFolder
from results.store.search.study import open_study
from search_spaces import SearchSpace, read_space, space_names
from tune.planning.warm_start import EarlierSweep, EarlierSweeps
from tune.search.proposing.first_trials import enqueue_first
from tune.search.proposing.sampling import Size

ANY_SIZE = Size(lambda _: 0)
POINT = {
    "channels_1": 16,
    "channels_2": 32,
    **{f"dropout_{n}": 0.1 for n in range(1, 5)},
    "learning_rate": 0.008,
}


@pytest.fixture
def space() -> SearchSpace:
    """Quick, with a portfolio of two: 16 and 24 channels."""
    quick = read_space("quick", Configuration.check)
    return quick.model_copy(update={"portfolio": [POINT, {**POINT, "channels_1": 24}]})


@pytest.fixture
def study(tmp_path: Path) -> optuna.Study:
    return open_study(SweepFolder(tmp_path))


def queued(study: optuna.Study) -> list[tuple[str, int]]:
    """Returns why each trial is tried, and its first channels."""
    return [
        (each.user_attrs["origin"], each.system_attrs["fixed_params"]["channels_1"])
        for each in study.trials
    ]


def earlier(space: SearchSpace, channels: int) -> EarlierSweeps:
    known: list[tuple[dict[str, Any], float]] = [
        ({**BASELINE.to_dict(), **POINT, "channels_1": channels}, 0.2),
        ({**BASELINE.to_dict(), **POINT, "channels_1": 32}, 0.8),
    ]
    return EarlierSweeps([EarlierSweep.of(known, space)])


def test_the_baseline_comes_first_then_earlier_sweeps_best_then_the_portfolio(
    study: optuna.Study, space: SearchSpace
) -> None:
    assert enqueue_first(study, space, ANY_SIZE, 8, earlier(space, 12)) == [0]
    expected = [("baseline", 32), ("warm-start", 12), ("portfolio", 16), ("portfolio", 24)]
    assert queued(study) == expected


def test_what_is_there_already_is_not_tried_twice(study: optuna.Study, space: SearchSpace) -> None:
    for _ in range(2):
        enqueue_first(study, space, ANY_SIZE, 8, earlier(space, 16))
    assert queued(study) == [("baseline", 32), ("warm-start", 16), ("portfolio", 24)]


def test_no_more_is_queued_than_there_will_be_trials(
    study: optuna.Study, space: SearchSpace
) -> None:
    enqueue_first(study, space, ANY_SIZE, 2)
    assert queued(study) == [("baseline", 32), ("portfolio", 16)]


def test_what_is_too_large_is_not_tried(study: optuna.Study, space: SearchSpace) -> None:
    def weights(varied: dict[str, Any]) -> int:
        return count_weights(Configuration.from_dict(varied))

    size = Size(weights, most=weights(POINT))
    assert enqueue_first(study, space, size, 8) == []
    assert queued(study) == [("portfolio", 16)]


@pytest.mark.parametrize("name", space_names())
def test_a_shipped_portfolio_has_few_different_points_of_its_space(name: str) -> None:
    space = read_space(name, Configuration.check)
    assert 1 <= len(space.portfolio) <= 6
    places = [space.coordinates(point) for point in space.portfolio]
    assert len(np.unique(np.round(places, 3), axis=0)) == len(places)
    assert all(space.nearest(point) == pytest.approx(point) for point in space.portfolio)
