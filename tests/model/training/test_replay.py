"""Steps that are captured and replayed, by a stand-in for CUDA graphs that keeps their rules."""

import gc
import itertools
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import torch

from datasets.digit_set import DigitSet
from datasets.splits import fold_indices
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.training import replay as replay_module
from model.training import replica as replica_module
from model.training import steps as steps_module
from model.training.augmentation import augmented
from model.training.cross_validation import cross_validate, train_on_all
from model.training.fold_epoch import FoldEpoch
from model.training.replica import Replica
from model.training.steps import WARM_UP, Steps
from tests.model.training.recorded import Recorded

CPU = torch.device("cpu")
SMALL = Configuration(channels_1=4, channels_2=8, epochs=5, batch_size=30, rotation=5.0, shift=1.0)


@dataclass
class Graphs:
    """What was done to all graphs, in order, by the number of each."""

    done: list[tuple[str, int]] = field(default_factory=list)
    count: int = 0

    def captured(self, function: Callable[[], None]) -> "Graph":
        """Stands for a capture: the call has no effect."""
        assert not gc.isenabled(), "a collection could destroy a graph now"
        self.count += 1
        self.done.append(("capture", self.count))
        return Graph(self, self.count, Recorded(function))


@dataclass
class Graph:
    """Stands for `torch.cuda.CUDAGraph`: a replay repeats what tensors did in the captured call."""

    all: Graphs
    number: int
    recorded: Recorded | None

    def replay(self) -> None:
        assert self.recorded, "the graph was reset"
        self.all.done.append(("replay", self.number))
        self.recorded.repeat()

    def reset(self) -> None:
        self.all.done.append(("reset", self.number))
        self.recorded = None


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


ways = pytest.mark.parametrize(
    "configuration",
    [
        SMALL,
        replace(SMALL, networks=2, epochs=2),
        replace(SMALL, normalisation="batch"),
        replace(SMALL, elastic=1.0, schedule="one-cycle", weight_decay=0.01),
        replace(SMALL, network="fully-connected"),
        replace(SMALL, batch_size=100),  # two steps an epoch: warm only in the second
        replace(SMALL, batch_size=1000),  # one step an epoch, none left over
        replace(SMALL, batch_size=80),  # divides the images of a fold
    ],
)


@ways
def test_a_training_that_is_replayed_is_the_same(
    small_pool: DigitSet,
    graphs: Graphs,
    monkeypatch: pytest.MonkeyPatch,
    configuration: Configuration,
) -> None:
    replayed = trained(small_pool, configuration)
    assert ("replay", 1) in graphs.done
    monkeypatch.undo()
    assert trained(small_pool, configuration) == replayed


@ways
def test_the_weights_of_a_replayed_training_are_the_same(
    small_pool: DigitSet,
    graphs: Graphs,
    monkeypatch: pytest.MonkeyPatch,
    configuration: Configuration,
) -> None:
    replayed = weights(small_pool, configuration)
    assert ("replay", 1) in graphs.done
    monkeypatch.undo()
    for name, values in weights(small_pool, configuration).items():
        assert torch.equal(values, replayed[name]), name


def weights(pool: DigitSet, configuration: Configuration) -> dict[str, torch.Tensor]:
    digits = DeviceDigits.of(pool, CPU)
    return train_on_all(configuration, digits, np.arange(160), seed=3).state_dict()


def test_all_steps_but_those_that_warm_up_are_replayed(
    small_pool: DigitSet, graphs: Graphs
) -> None:
    weights(small_pool, SMALL)  # 160 images an epoch: 5 full steps and a last one
    assert graphs.done.count(("replay", 1)) == 5 * SMALL.epochs - WARM_UP
    assert graphs.done.count(("replay", 2)) == SMALL.epochs


FOREIGN = torch.Generator()


def by_the_brightest(images: torch.Tensor) -> torch.Tensor:
    return images / images.max().item() * 255


def without_dark_ones(images: torch.Tensor) -> torch.Tensor:
    return images[images.sum(dim=(1, 2)) >= 0]


def by_other_random_numbers(images: torch.Tensor) -> torch.Tensor:
    return images * torch.rand(1, generator=FOREIGN)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (by_the_brightest, "waits for the GPU"),
        (without_dark_ones, "waits for the GPU"),
        (by_other_random_numbers, "a generator that the graph does not know"),
    ],
)
def test_a_step_that_cuda_could_not_capture_would_be_refused(
    small_pool: DigitSet,
    graphs: Graphs,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[torch.Tensor], torch.Tensor],
    fault: str,
) -> None:
    change_in_steps(monkeypatch, change)
    with pytest.raises(AssertionError, match=fault):
        trained(small_pool, replace(SMALL, batch_size=40), folds=1)


def change_in_steps(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    def changed(images: torch.Tensor, configuration: Configuration) -> torch.Tensor:
        return change(augmented(images, configuration))

    monkeypatch.setattr(replica_module, "augmented", changed)


def test_a_step_that_python_counts_would_not_be_the_same(
    small_pool: DigitSet, graphs: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = itertools.count(1)
    change_in_steps(monkeypatch, lambda images: images / next(counts))
    replayed = trained(small_pool, SMALL, folds=1)
    counts = itertools.count(1)
    monkeypatch.setattr(steps_module, "captures", lambda _: False)
    monkeypatch.setattr(replay_module, "captures", lambda _: False)
    assert trained(small_pool, SMALL, folds=1) != replayed


def test_a_capture_before_any_step_is_noticed(
    small_pool: DigitSet, graphs: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The optimiser would be made in it, and its moments set to 0 in each replay."""

    def cold(steps: Steps, full_batch: Callable[[], None]) -> None:
        steps._to_warm_up = 0

    monkeypatch.setattr(Steps, "_warm_up", cold)
    with pytest.raises(AssertionError, match="waits for the GPU"):
        trained(small_pool, SMALL, folds=1)


def test_all_folds_are_captured_before_any_is_replayed(
    small_pool: DigitSet, graphs: Graphs
) -> None:
    trained(small_pool, SMALL, folds=5)
    kinds = [kind for kind, _ in graphs.done]
    assert kinds[:10] == ["capture"] * 10  # a full step and a last, smaller one of each fold
    assert "capture" not in kinds[10:]


STILL = replace(SMALL, dropout_1=0, dropout_2=0, dropout_3=0, dropout_4=0, rotation=0, shift=0)


@pytest.mark.parametrize(
    "configuration",
    [
        STILL,
        replace(STILL, networks=2, epochs=2),
        replace(STILL, normalisation="batch"),
        replace(STILL, network="fully-connected"),
        replace(STILL, batch_size=1000),
    ],
)
def test_batched_folds_that_are_replayed_are_the_same(
    small_pool: DigitSet,
    graphs: Graphs,
    monkeypatch: pytest.MonkeyPatch,
    configuration: Configuration,
) -> None:
    """Nothing is random in a step: each fold's own generator only CUDA can capture."""
    replayed = trained(small_pool, configuration, batched=True)
    assert ("replay", 1) in graphs.done
    monkeypatch.undo()
    assert trained(small_pool, configuration, batched=True) == replayed


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
    with pytest.warns(UserWarning, match="run one by one: CUDA error: operation not permitted"):
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
    network = train_on_all(
        replace(SMALL, epochs=1), DeviceDigits.of(small_pool, CPU), np.arange(99), 0
    )
    assert network is not None
    assert [each() for each in alive if each()] == []
