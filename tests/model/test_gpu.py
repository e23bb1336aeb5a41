"""On a GPU: as on a CPU, repeatable, in lockstep as alone, replayed as stepped."""

import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from datasets.digit_set import DigitSet, joined
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.hardware.processor import prepare_gpu
from model.training import steps as steps_module
from model.training.cross_validation import cross_validate
from model.training.fold_epoch import FoldEpoch
from model.training.tried_memory import tried_memory

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]
STILL = Configuration(  # nothing random but weights and order, which the CPU draws on any device
    channels_1=8,
    channels_2=16,
    dropout_1=0,
    dropout_2=0,
    dropout_3=0,
    dropout_4=0,
    epochs=5,
    batch_size=30,
    schedule="one-cycle",
    learning_rate=0.001,
)
RANDOM = Configuration(
    channels_1=8,
    channels_2=16,
    epochs=5,
    batch_size=30,
    rotation=10,
    shift=2,
    scaling=0.1,
    shear=5,
    elastic=0.5,
    weight_decay=0.01,
)
FOLDS = np.array_split(np.random.default_rng(0).permutation(203), 5)


@pytest.fixture(scope="module", autouse=True)
def prepared() -> Iterator[None]:
    """The process is prepared as a worker's is; other modules' tests get it back as it was."""
    prepare_gpu(1)
    yield
    torch.set_deterministic_debug_mode("default")


@pytest.fixture(scope="module")
def pool() -> DigitSet:
    """203 digits, so that a last, smaller batch is left over: ten patterns under noise.

    They need nothing but NumPy: where a GPU is, other libraries may be missing.
    """
    random, labels = np.random.default_rng(0), np.arange(203) % 10
    patterns = random.uniform(0, 1, (10, 7, 7)).repeat(4, axis=1).repeat(4, axis=2)
    noise = random.uniform(0, 1, (203, 28, 28))
    images = (255 * (0.6 * patterns[labels] + 0.4 * noise)).astype(np.uint8)
    as_mnist = DigitSet.of(images[:100], labels[:100], "mnist")
    return joined([as_mnist, DigitSet.of(images[100:], labels[100:], "patterns")])


def trained(
    pool: DigitSet,
    configuration: Configuration,
    folds: int = 5,
    device: str = "cuda",
    seed: int = 3,
    batched: bool = False,
) -> list[list[FoldEpoch]]:
    digits = DeviceDigits.of(pool, torch.device(device))
    return list(cross_validate(configuration, digits, FOLDS[:folds], seed, batched=batched))


def losses(epochs: list[list[FoldEpoch]]) -> list[tuple[float, float]]:
    return [(fold.training_loss, fold.validation.loss) for epoch in epochs for fold in epoch]


def test_a_smaller_batch_is_left_over(pool: DigitSet) -> None:
    for fold in FOLDS:
        assert (len(pool) - len(fold)) % RANDOM.batch_size


@pytest.mark.parametrize("normalisation", ["none", "batch"])
def test_metrics_are_the_cpus_up_to_rounding(pool: DigitSet, normalisation: str) -> None:
    still = replace(STILL, normalisation=normalisation)
    gpu, cpu = losses(trained(pool, still)), losses(trained(pool, still, device="cpu"))
    np.testing.assert_allclose(gpu, cpu, atol=0.05)
    np.testing.assert_allclose(gpu[:5], cpu[:5], atol=0.01)


def test_one_seed_repeats_bit_for_bit(pool: DigitSet) -> None:
    assert losses(trained(pool, RANDOM)) == losses(trained(pool, RANDOM))


def test_folds_in_lockstep_do_not_disturb_each_other(pool: DigitSet) -> None:
    together = trained(pool, RANDOM)
    alone = trained(pool, RANDOM, folds=1)
    assert losses([[epoch[0]] for epoch in together]) == losses(alone)


@pytest.mark.parametrize("normalisation", ["none", "batch"])
def test_batched_folds_come_to_what_they_would_one_by_one(
    pool: DigitSet, normalisation: str
) -> None:
    still = replace(STILL, normalisation=normalisation)
    batched, one_by_one = (losses(trained(pool, still, batched=b)) for b in (True, False))
    np.testing.assert_allclose(batched, one_by_one, atol=0.05)
    np.testing.assert_allclose(batched[:5], one_by_one[:5], atol=0.01)


def test_batched_folds_repeat_and_draw_as_if_alone(pool: DigitSet) -> None:
    together = trained(pool, RANDOM, batched=True)
    assert losses(trained(pool, RANDOM, batched=True)) == losses(together)
    alone = losses(trained(pool, RANDOM, folds=1, batched=True))
    np.testing.assert_allclose(losses([[epoch[0]] for epoch in together]), alone, atol=0.05)


@pytest.mark.parametrize(
    "configuration",
    [
        STILL,
        RANDOM,
        replace(RANDOM, normalisation="batch"),
        replace(RANDOM, networks=3),
        replace(RANDOM, network="fully-connected"),
        replace(RANDOM, batch_size=100),  # one full step an epoch: captured in the third
    ],
)
def test_a_replayed_step_is_the_same_as_one_that_is_run(
    pool: DigitSet, monkeypatch: pytest.MonkeyPatch, configuration: Configuration
) -> None:
    """Random numbers too: other ones make losses differ by far more than rounding does."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "training steps cannot be replayed")
        replayed = losses(trained(pool, configuration))
    other = losses(trained(pool, configuration, seed=4))
    monkeypatch.setattr(steps_module, "WARM_UP", 10**9)
    run = losses(trained(pool, configuration))
    np.testing.assert_allclose(replayed, run, rtol=1e-3)
    assert not np.allclose(other, run, rtol=1e-2)


def test_memory_that_is_tried_out_grows_with_the_network() -> None:
    small = tried_memory(STILL, 500, folds=2)
    large = tried_memory(Configuration(batch_size=400), 500, folds=2)
    assert small.trial < large.trial < large.total
