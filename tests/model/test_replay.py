"""Steps that are captured and replayed, by a stand-in for CUDA graphs that keeps their rules."""

import gc
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import torch

from datasets import DigitSet, fold_indices
from model import Configuration, DeviceDigits, FoldEpoch, cross_validate, train_whole
from model import replay as replay_module
from model import steps as steps_module
from model.replica import Replica
from model.steps import WARM_UP

CPU = torch.device("cpu")
SMALL = Configuration(channels_1=4, channels_2=8, epochs=5, batch_size=30, rotation=5.0, shift=1.0)


@dataclass
class Graphs:
    """What was done to all graphs, in order, by the number of each."""

    done: list[tuple[str, int]] = field(default_factory=list)
    count: int = 0

    def captured(self, function: Callable[[], None]) -> "Graph":
        """Stands for a capture: the call is not run."""
        assert not gc.isenabled(), "a collection could destroy a graph now"
        self.count += 1
        self.done.append(("capture", self.count))
        return Graph(self, self.count, function)


@dataclass
class Graph:
    """Stands for `torch.cuda.CUDAGraph`: a replay runs the captured call."""

    all: Graphs
    number: int
    function: Callable[[], None] | None

    def replay(self) -> None:
        assert self.function, "the graph was reset"
        self.all.done.append(("replay", self.number))
        self.function()

    def reset(self) -> None:
        self.all.done.append(("reset", self.number))
        self.function = None


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> Graphs:
    """Has steps captured and replayed on a CPU."""
    graphs = Graphs()

    def captured(function: Callable[[], None], _: object) -> Graph:
        with replay_module._collector_paused():
            return graphs.captured(function)

    monkeypatch.setattr(replay_module, "captures", lambda _: True)
    monkeypatch.setattr(steps_module, "captures", lambda _: True)
    monkeypatch.setattr(replay_module, "_captured", captured)
    return graphs


def trained(
    pool: DigitSet, configuration: Configuration, folds: int = 3, batched: bool = False
) -> list[tuple[float, ...]]:
    digits = DeviceDigits.of(pool, CPU)
    chosen = fold_indices(pool, 5, seed=0)[:folds]
    epochs = cross_validate(configuration, digits, chosen, seed=3, batched=batched)
    return [_measures(fold) for epoch in epochs for fold in epoch]


def _measures(fold: FoldEpoch) -> tuple[float, ...]:
    return fold.training_loss, fold.validation.loss, fold.learning_rate


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize(
    "configuration",
    [
        SMALL,
        replace(SMALL, networks=2, epochs=2),
        replace(SMALL, normalisation="batch"),
        replace(SMALL, network="fully-connected"),
        replace(SMALL, batch_size=100),  # two steps an epoch: warm only in the second
        replace(SMALL, batch_size=1000),  # one step an epoch, none left over
        replace(SMALL, batch_size=80),  # divides the images of a fold
    ],
)
def test_a_training_that_is_replayed_is_the_same(
    small_pool: DigitSet,
    graphs: Graphs,
    monkeypatch: pytest.MonkeyPatch,
    configuration: Configuration,
    batched: bool,
) -> None:
    replayed = trained(small_pool, configuration, batched=batched)
    assert ("replay", 1) in graphs.done
    monkeypatch.setattr(replay_module, "captures", lambda _: False)
    monkeypatch.setattr(steps_module, "captures", lambda _: False)
    assert trained(small_pool, configuration, batched=batched) == replayed


def test_all_folds_are_captured_before_any_is_replayed(
    small_pool: DigitSet, graphs: Graphs
) -> None:
    trained(small_pool, SMALL, folds=5)
    kinds = [kind for kind, _ in graphs.done]
    assert kinds[:10] == ["capture"] * 10  # a full step and a last, smaller one of each fold
    assert "capture" not in kinds[10:]


def test_batched_folds_are_captured_as_one_and_given_back(
    small_pool: DigitSet, graphs: Graphs
) -> None:
    trained(small_pool, SMALL, folds=5, batched=True)
    count = Counter(kind for kind, _ in graphs.done)
    assert count == {"capture": 2, "replay": 5 * 6 - WARM_UP, "reset": 2}


def test_a_last_batch_is_captured_only_where_there_is_one(
    small_pool: DigitSet, graphs: Graphs
) -> None:
    trained(small_pool, replace(SMALL, batch_size=80))  # two of 160 images
    assert [kind for kind, _ in graphs.done].count("capture") == 3


def test_all_graphs_are_given_back(small_pool: DigitSet, graphs: Graphs) -> None:
    trained(small_pool, SMALL)
    assert sorted(each for each in graphs.done if each[0] == "reset") == [
        ("reset", number) for number in range(1, graphs.count + 1)
    ]


def test_graphs_are_given_back_where_a_trial_is_left(small_pool: DigitSet, graphs: Graphs) -> None:
    digits = DeviceDigits.of(small_pool, CPU)
    epochs = cross_validate(SMALL, digits, fold_indices(small_pool, 5, seed=0), seed=0)
    next(epochs)
    epochs.close()  # type: ignore[attr-defined]
    assert [kind for kind, _ in graphs.done].count("reset") == graphs.count == 10


def test_a_capture_that_fails_is_told_and_the_steps_are_called(
    small_pool: DigitSet, graphs: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = trained(small_pool, SMALL, folds=1)

    def refused(*_: object) -> None:
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nmore")

    monkeypatch.setattr(replay_module, "_captured", refused)
    with pytest.warns(UserWarning, match="called one by one: CUDA error: operation not permitted"):
        assert trained(small_pool, SMALL, folds=1) == expected


def test_a_capture_without_memory_is_no_reason_to_go_on(
    small_pool: DigitSet, graphs: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(replay_module, "_captured", full)
    with pytest.raises(torch.OutOfMemoryError):
        trained(small_pool, SMALL)


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[weakref.ref[Replica]]]:
    """The replicas that were made; the collector, which would hide cycles, is off."""
    made: list[weakref.ref[Replica]] = []
    make = Replica.__init__

    def noted(self: Replica, *arguments: Any) -> None:
        made.append(weakref.ref(self))
        make(self, *arguments)

    monkeypatch.setattr(Replica, "__init__", noted)
    gc.disable()
    yield made
    gc.enable()


def test_no_replica_outlives_its_trial(
    small_pool: DigitSet, alive: list[weakref.ref[Replica]], monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = Replica.training_loss
    for trial in range(20):
        loss = (lambda _: float("nan")) if trial % 5 == 4 else losses
        monkeypatch.setattr(Replica, "training_loss", loss)
        try:
            trained(small_pool, replace(SMALL, epochs=2))
        except FloatingPointError:
            assert trial % 5 == 4
        assert [each() for each in alive if each()] == [], trial
    assert len(alive) == 60


def test_no_replica_outlives_the_training_of_a_winner(
    small_pool: DigitSet, alive: list[weakref.ref[Replica]]
) -> None:
    network = train_whole(
        replace(SMALL, epochs=1), DeviceDigits.of(small_pool, CPU), np.arange(99), 0
    )
    assert network is not None
    assert [each() for each in alive if each()] == []
