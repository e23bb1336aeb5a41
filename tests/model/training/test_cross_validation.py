"""Cross-validation must be repeatable, and must never see what it is judged on."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from datasets.digit_set import DigitSet
from datasets.seeds import Purpose, seed_for
from datasets.splits import fold_indices
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.judging.judge import judge
from model.networks.averaged import members_of
from model.training.cross_validation import cross_validate, train_on_all
from model.training.fold_epoch import FoldEpoch
from model.training.replica import Replica

CPU = torch.device("cpu")
SMALL = Configuration(channels_1=4, channels_2=8, epochs=2, batch_size=32)


def measures(epochs: list[list[FoldEpoch]]) -> list[tuple[float, ...]]:
    return [
        (fold.training_loss, fold.validation.loss, fold.validation.correct, fold.learning_rate)
        for epoch in epochs
        for fold in epoch
    ]


@pytest.mark.parametrize(
    "configuration",
    [
        SMALL,
        Configuration(
            channels_1=4,
            channels_2=8,
            epochs=2,
            batch_size=32,
            schedule="one-cycle",
            rotation=10.0,
            shift=2.0,
            repetition=3,
        ),
        Configuration(network="fully-connected", epochs=2, schedule="cosine"),
    ],
)
def test_one_configuration_and_seed_give_identical_metrics(
    small_pool: DigitSet, configuration: Configuration
) -> None:
    digits = DeviceDigits.of(small_pool, CPU)
    folds = fold_indices(small_pool, 5, seed=0)
    first = measures(list(cross_validate(configuration, digits, folds, seed=3)))
    torch.manual_seed(999)  # what else draws random numbers must not matter
    assert measures(list(cross_validate(configuration, digits, folds, seed=3))) == first
    assert measures(list(cross_validate(configuration, digits, folds, seed=4))) != first


def test_folds_do_not_disturb_each_other(small_pool: DigitSet) -> None:
    digits = DeviceDigits.of(small_pool, CPU)
    folds = fold_indices(small_pool, 5, seed=0)
    together = list(cross_validate(SMALL, digits, folds, seed=3))
    told = [[len(fold.validation.hardest) for fold in epoch] for epoch in together]
    assert told == [[0] * 5, [24] * 5]  # after the last epoch alone
    for number in range(5):
        alone = list(cross_validate(SMALL, digits, folds, seed=3, numbers=[number]))
        assert measures([[epoch[number]] for epoch in together]) == measures(alone)


def test_networks_are_trained_as_each_alone_and_judged_as_one(small_pool: DigitSet) -> None:
    digits, three = DeviceDigits.of(small_pool, CPU), replace(SMALL, networks=3)
    folds = fold_indices(small_pool, 5, seed=0)
    everything = np.arange(len(small_pool))
    members = members_of(train_on_all(three, digits, everything, seed=3))
    alone = train_on_all(SMALL, digits, everything, seed=3)
    torch.testing.assert_close(members[0].state_dict(), alone.state_dict())
    logits = [member(digits.images[:9]) for member in members]
    assert not torch.equal(logits[1], logits[2])
    *_, (last,) = cross_validate(three, digits, folds, seed=3, numbers=[2])
    *_, (one,) = cross_validate(SMALL, digits, folds, seed=3, numbers=[2])
    assert last.learning_rate == one.learning_rate
    training = np.setdiff1d(everything, folds[2])
    trained = train_on_all(three, digits, training, seed_for(Purpose.FOLD_TRAINING, 3, 2))
    expected = judge(trained, digits, torch.as_tensor(folds[2]))
    assert last.validation.loss == pytest.approx(expected.loss)


def test_training_leaves_the_random_state_of_others_alone(small_pool: DigitSet) -> None:
    digits = DeviceDigits.of(small_pool, CPU)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    list(cross_validate(SMALL, digits, fold_indices(small_pool, 2, 0), seed=3))
    torch.testing.assert_close(torch.rand(3), expected)


def test_validation_images_are_in_no_batch_of_their_folds_training(
    small_pool: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[int, list[int]] = {}
    step = Replica._step

    def spy(self: Replica, batch: Tensor) -> None:
        seen.setdefault(id(self), []).extend(batch.tolist())
        step(self, batch)

    monkeypatch.setattr(Replica, "_step", spy)
    folds = fold_indices(small_pool, 5, seed=0)
    configuration = Configuration(**{**SMALL.to_dict(), "repetition": 3})
    list(cross_validate(configuration, DeviceDigits.of(small_pool, CPU), folds, seed=0))
    assert len(seen) == 5
    for fold, trained in zip(folds, seen.values(), strict=True):
        others = np.setdiff1d(np.arange(200), fold)
        assert not set(trained) & set(fold.tolist())
        counts = np.bincount(trained, minlength=200)[others]
        expected = np.where(small_pool.sources[others] == "mnist", 1, 3) * configuration.epochs
        np.testing.assert_array_equal(counts, expected)


def accuracies_on_noise(count: int = 100) -> list[float]:
    """Validation accuracy of each fold where labels are drawn at random: chance, if all is well."""
    random = np.random.default_rng(0)
    noise = DigitSet.of(
        random.integers(0, 256, (count, 28, 28)), random.permutation(np.arange(count) % 10), "noise"
    )
    rote = Configuration(network="fully-connected", learning_rate=0.003, batch_size=20, epochs=25)
    epochs = cross_validate(rote, DeviceDigits.of(noise, CPU), fold_indices(noise, 5, 0), seed=0)
    return [fold.validation.correct / fold.validation.count for fold in list(epochs)[-1]]


def test_no_fold_knows_its_validation_images() -> None:
    assert max(accuracies_on_noise()) < 0.35


def test_the_test_above_would_notice_weights_carried_from_fold_to_fold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As the student did: one model goes through all the folds."""
    carried: list[Any] = []
    fresh = Replica._fresh_network

    def carry(self: Replica, images: Tensor) -> Any:
        carried.append(carried[0] if carried else fresh(self, images))
        return carried[-1]

    monkeypatch.setattr(Replica, "_fresh_network", carry)
    assert max(accuracies_on_noise()) > 0.6


def test_every_fold_starts_from_fresh_weights(small_pool: DigitSet) -> None:
    digits = DeviceDigits.of(small_pool, CPU)
    everything = np.arange(200)
    first, second = (Replica(SMALL, digits, everything, seed) for seed in (1, 2))
    pairs = zip(first.network.parameters(), second.network.parameters(), strict=True)
    assert all(not torch.equal(one, other) for one, other in pairs)


def test_training_learns_digits(synthetic: DigitSet) -> None:
    digits = DeviceDigits.of(synthetic, CPU)
    configuration = Configuration(
        channels_1=8, channels_2=16, epochs=6, learning_rate=0.005, batch_size=20
    )
    network = train_on_all(configuration, digits, np.arange(400), seed=0)
    judgement = judge(network, digits, torch.arange(400, 600))
    assert judgement.correct / judgement.count > 0.85


def test_schedules_end_where_they_should(small_pool: DigitSet) -> None:
    digits = DeviceDigits.of(small_pool, CPU)
    folds = fold_indices(small_pool, 2, seed=0)
    ends = {}
    for schedule in ("constant", "one-cycle", "cosine"):
        configuration = Configuration(**{**SMALL.to_dict(), "schedule": schedule})
        ends[schedule] = list(cross_validate(configuration, digits, folds, 0))[-1][0].learning_rate
    assert ends["constant"] == SMALL.learning_rate
    assert ends["one-cycle"] < 1e-6
    assert ends["cosine"] < 1e-9


def test_loss_that_is_not_finite_is_an_error(
    small_pool: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Replica, "training_loss", lambda _: float("nan"))
    with pytest.raises(FloatingPointError, match="training loss of fold 0 is nan in epoch 1"):
        next(iter(cross_validate(SMALL, DeviceDigits.of(small_pool, CPU), [np.arange(9)], 0)))
