"""Samplers and pruners by their names."""

from pathlib import Path

import pytest
from optuna.samplers import RandomSampler, TPESampler

from datasets.errors import ExtensionError
from tune.search.extensions import own_pruner, sampler_named
from tune.search.forecasting.forecaster import Forecaster
from tune.search.pruning.pruner import Pruner

RULE = """
from tune.search.pruning.pruner import Pruner

class Rule(Pruner):
    pass

class Failing(Pruner):
    def __init__(self, forecaster):
        raise RuntimeError("no forecasts, no rule")
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_rule.py").write_text(RULE)
    monkeypatch.chdir(tmp_path)


def test_a_sampler_is_made_of_a_seed() -> None:
    assert isinstance(sampler_named("tpe", startup=5)(3), TPESampler)
    assert isinstance(sampler_named("optuna.samplers:RandomSampler", startup=5)(3), RandomSampler)


def test_a_pruner_is_given_the_forecaster() -> None:
    forecaster = Forecaster(folds=5, epochs=3)
    pruner = own_pruner("own_rule:Rule", forecaster)
    assert isinstance(pruner, Pruner)
    assert pruner.forecaster is forecaster


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("json:JSONEncoder", r"json:JSONEncoder must be a subclass of .*Pruner, but is <class"),
        ("own_rule:Ruel", r"own_rule.py has no Ruel; did you mean Rule\?"),
        ("own_rule:Failing", r"RuntimeError: no forecasts, no rule .*own_rule.py, line 9"),
    ],
)
def test_what_is_no_pruner_is_refused_in_a_line(name: str, told: str) -> None:
    with pytest.raises(ExtensionError, match=told):
        own_pruner(name, Forecaster(folds=5, epochs=3))


def test_what_is_no_sampler_is_refused_in_a_line() -> None:
    with pytest.raises(ExtensionError, match=r"must be a subclass of optuna.samplers.*BaseSampler"):
        sampler_named("optuna.pruners:MedianPruner", startup=5)
    with pytest.raises(ExtensionError, match=r"optuna.samplers:GridSampler: TypeError: "):
        sampler_named("optuna.samplers:GridSampler", startup=5)(0)
