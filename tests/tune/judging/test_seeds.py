"""What is trained after the search shares no random numbers with what the search has trained."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import model.training.replica
from datasets.seeds import Purpose, seed_for
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.training.cross_validation import cross_validate
from model.training.randomness import OwnRandomness
from tune.judging.finalists import other_folds
from tune.judging.trained_networks import NetworkJob
from tune.planning.data import load_data
from tune.planning.request import SweepRequest
from tune.planning.trial_resources import TrialResources
from tune.workers.trainer import Trainer

FOLDS, MEMBERS = 7, 3
TINY = Configuration(
    network="fully-connected", hidden_1=4, hidden_2=4, epochs=1, batch_size=300, networks=MEMBERS
)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds that networks are trained with, as they come."""
    seeds: list[int] = []

    class Noted(OwnRandomness):
        def __init__(self, seed: int, device: torch.device) -> None:
            seeds.append(seed)
            super().__init__(seed, device)

    monkeypatch.setattr(model.training.replica, "OwnRandomness", Noted)
    return seeds


@pytest.mark.parametrize("seed", [0, 5])
def test_finalists_folds_and_networks_draw_from_streams_of_their_own(
    drawn: list[int], seed: int
) -> None:
    request = SweepRequest(name="x", mnist_count=100, seed=seed)
    data = load_data(request, FOLDS)
    plan: Any = SimpleNamespace(request=request, data=data, space=SimpleNamespace(folds=FOLDS))
    other, trainer = other_folds(plan), Trainer(data.pool, TrialResources(1, 0, 1))
    list(cross_validate(TINY, DeviceDigits.of(data.pool, torch.device("cpu")), data.folds, seed))
    for fold in range(FOLDS):
        trainer.fold_loss(TINY, other, fold)
    job = NetworkJob("winner", TINY)
    trainer.weights(TINY, job.training(data), job.seed(seed))
    assert len(drawn) == (FOLDS + FOLDS + 1) * MEMBERS
    proposals = [seed_for(Purpose.PROPOSAL, seed, trial) for trial in range(FOLDS)]
    assert len({*drawn, *proposals, other.seed}) == len(drawn) + FOLDS + 1


def test_finalists_have_other_folds_than_the_search() -> None:
    request = SweepRequest(name="x", mnist_count=100)
    data = load_data(request, FOLDS)
    plan: Any = SimpleNamespace(request=request, data=data, space=SimpleNamespace(folds=FOLDS))
    for one, other in zip(data.folds, other_folds(plan).folds, strict=True):
        assert not np.array_equal(one, other)
