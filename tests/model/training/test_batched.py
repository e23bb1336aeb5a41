"""Folds that are trained as one come to what they would one by one, up to rounding."""

import gc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from datasets.digit_set import DigitSet
from model.configuration import Configuration
from model.hardware import device as device_module
from model.hardware.device import DeviceDigits
from model.hardware.out_of_memory import let_go
from model.networks.digit_network import DigitNetwork
from model.training.batched import Stack
from model.training.batched.batches import Batches
from model.training.cross_validation import cross_validate
from model.training.fold_epoch import FoldEpoch
from model.training.replica import Replica
from tests.own_code import NETWORK

CPU = torch.device("cpu")
FOLDS = [np.arange(40), np.arange(40, 79), np.arange(79, 120)]  # leave 160, 161 and 159 images
SMALL = Configuration(
    channels_1=4,
    channels_2=8,
    epochs=3,
    batch_size=30,
    learning_rate=3e-4,
    weight_decay=0.1,
    schedule="one-cycle",
    rotation=10.0,
    shift=2.0,
    elastic=0.5,
)
NORMALISED = replace(SMALL, normalisation="batch")


@pytest.fixture(autouse=True)
def in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounding of bfloat16 would hide mistakes."""
    monkeypatch.setattr(device_module, "has_fast_bfloat16", lambda _: False)


def trained(
    pool: DigitSet,
    configuration: Configuration,
    batched: bool,
    folds: list[Any] = FOLDS,
    numbers: list[int] | None = None,
) -> list[FoldEpoch]:
    digits = DeviceDigits.of(pool, CPU)
    epochs = cross_validate(configuration, digits, folds, 3, numbers, batched=batched)
    return [fold for epoch in epochs for fold in epoch]


def assert_same(batched: list[FoldEpoch], one_by_one: list[FoldEpoch]) -> None:
    for ours, expected in zip(batched, one_by_one, strict=True):
        assert (ours.fold, ours.epoch) == (expected.fold, expected.epoch)
        assert ours.learning_rate == expected.learning_rate
        assert ours.training_loss == pytest.approx(expected.training_loss, abs=1e-4)
        assert ours.validation.loss == pytest.approx(expected.validation.loss, abs=1e-4)
        assert len(ours.validation.hardest) == len(expected.validation.hardest)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[weakref.ref[Any]]]:
    """The stacks and replicas that were made; the collector, which would hide cycles, is off."""
    made: list[weakref.ref[Any]] = []
    for kind in (Stack, Replica):
        monkeypatch.setattr(kind, "__init__", _noting(kind.__init__, made))
    gc.disable()
    yield made
    gc.enable()


def _noting(make: Any, made: list[weakref.ref[Any]]) -> Any:
    def noted(self: Any, *arguments: Any) -> None:
        made.append(weakref.ref(self))
        make(self, *arguments)

    return noted


@pytest.mark.parametrize("normalisation", ["none", "batch"])
@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [
        (30, [[10, 11, 9]]),
        (79, [[2, 3, 1]]),  # batch normalisation has no deviation of one image
        (53, [[1, 2]]),  # none is left over of the third fold
        (32, [[1], [31]]),  # none of the first, and the third has one full batch less
        (160, [[1]]),  # the first and the third are one batch, of 160 and of 159
        (1000, []),  # each is one batch, of its own size
    ],
)
def test_folds_of_different_sizes_come_to_the_same(
    small_pool: DigitSet,
    monkeypatch: pytest.MonkeyPatch,
    normalisation: str,
    batch_size: int,
    sizes: list[list[int]],
) -> None:
    configuration = replace(SMALL, normalisation=normalisation, batch_size=batch_size)
    last: list[Any] = []
    prepare = Stack._prepare_batches

    def noted(self: Stack) -> None:
        prepare(self)
        last.extend([self._last.sizes] if self._steps.left_over else [])

    monkeypatch.setattr(Stack, "_prepare_batches", noted)
    batched = trained(small_pool, configuration, batched=True)
    assert last == sizes
    assert_same(batched, trained(small_pool, configuration, batched=False))


@pytest.mark.parametrize(
    "configuration",
    [
        replace(SMALL, networks=2),
        replace(SMALL, networks=2, normalisation="batch"),
        replace(SMALL, repetition=3, schedule="cosine"),
        replace(SMALL, rotation=0, shift=0, elastic=0),
        replace(SMALL, elastic=0, dropout_1=0, dropout_2=0, dropout_3=0, dropout_4=0),
        replace(SMALL, network="fully-connected", learning_rate=0.003),
    ],
    ids=["two networks", "two normalised", "repeated", "still", "no dropout", "fully connected"],
)
def test_configurations_of_every_kind_come_to_the_same(
    small_pool: DigitSet, configuration: Configuration
) -> None:
    batched = trained(small_pool, configuration, batched=True)
    assert_same(batched, trained(small_pool, configuration, batched=False))


def test_a_network_of_ones_own_is_trained_fold_by_fold(
    small_pool: DigitSet, write_own: Callable[[str], str], made: list[weakref.ref[Any]]
) -> None:
    own = f"{write_own(NETWORK)}:Own"
    configuration = replace(SMALL, network=own, networks=2, learning_rate=0.01)
    batched = trained(small_pool, configuration, batched=True)
    assert len(made) == 2 * len(FOLDS)  # no stack beside the replicas
    one_by_one = trained(small_pool, configuration, batched=False)
    assert [fold.training_loss for fold in batched] == [fold.training_loss for fold in one_by_one]
    assert batched[-1].training_loss < batched[len(FOLDS) - 1].training_loss  # of the last fold


def test_some_folds_come_to_the_same_as_among_all(small_pool: DigitSet) -> None:
    all_folds = trained(small_pool, SMALL, batched=False)
    some = trained(small_pool, SMALL, batched=True, numbers=[2, 0])
    assert_same(some, [each for epoch in range(3) for each in all_folds[3 * epoch :][:3][::-2]])


def test_the_tests_above_would_notice_numbers_drawn_by_another_fold(
    small_pool: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = trained(small_pool, SMALL, batched=False)
    drawn = Stack._drawn

    def swapped(self: Stack, sizes: list[int]) -> Any:
        numbers, scales = drawn(self, sizes)
        return numbers, [each.roll(1, 0) for each in scales]

    monkeypatch.setattr(Stack, "_drawn", swapped)
    with pytest.raises(AssertionError):
        assert_same(trained(small_pool, SMALL, batched=True), expected)


def test_no_batch_has_a_validation_image_of_its_fold(
    small_pool: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Tensor] = []
    step = Stack._step

    def spy(self: Stack, batches: Batches, chosen: Tensor) -> None:
        seen.append(chosen)
        step(self, batches, chosen)

    monkeypatch.setattr(Stack, "_step", spy)
    trained(small_pool, SMALL, batched=True)
    everything = set(range(200))
    for fold, images in zip(FOLDS, torch.cat(seen, dim=1), strict=True):
        assert set(images.tolist()) == everything - set(fold.tolist())  # padding too


def test_a_loss_that_is_not_finite_is_the_folds_own(
    small_pool: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Replica._fresh_network

    def spoiled(self: Replica, images: Tensor) -> DigitNetwork:
        network = fresh(self, images)
        if len(images) == 161:
            next(network.parameters()).data.fill_(float("nan"))
        return network

    monkeypatch.setattr(Replica, "_fresh_network", spoiled)
    with pytest.raises(FloatingPointError, match="training loss of fold 1 is nan in epoch 1"):
        trained(small_pool, SMALL, batched=True)


def test_nothing_outlives_a_trial(small_pool: DigitSet, made: list[weakref.ref[Any]]) -> None:
    trained(small_pool, NORMALISED, batched=True)
    assert len(made) == 4
    assert [each() for each in made if each()] == []


def test_nothing_outlives_a_trial_that_is_left(
    small_pool: DigitSet, made: list[weakref.ref[Any]]
) -> None:
    digits = DeviceDigits.of(small_pool, CPU)
    epochs = cross_validate(NORMALISED, digits, FOLDS, seed=3, batched=True)
    next(epochs)
    epochs.close()  # type: ignore[attr-defined]
    assert len(made) == 4
    assert [each() for each in made if each()] == []


@pytest.mark.parametrize("where", ["_prepare_batches", "_losses"])
def test_nothing_outlives_a_trial_that_fails(
    small_pool: DigitSet,
    made: list[weakref.ref[Any]],
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(Stack, where, full)
    with pytest.raises(torch.OutOfMemoryError) as failed:
        trained(small_pool, NORMALISED, batched=True)
    let_go(failed.value)
    del failed
    assert len(made) == 4
    assert [each() for each in made if each()] == []
