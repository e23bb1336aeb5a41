"""On a GPU: as on a CPU, repeatable, in lockstep as alone, replayed as stepped."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from datasets import DigitSet, fold_indices
from model import Configuration, DeviceDigits, FoldEpoch, cross_validate
from model import steps as steps_module
from model.memory import tried_memory

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
    batch_size=32,
    schedule="one-cycle",
    learning_rate=0.003,
)
RANDOM = Configuration(
    channels_1=8, channels_2=16, epochs=5, batch_size=32, rotation=10, shift=2, elastic=0.5
)


def trained(
    pool: DigitSet,
    configuration: Configuration,
    folds: int = 5,
    device: str = "cuda",
    batched: bool = False,
) -> list[list[FoldEpoch]]:
    digits = DeviceDigits.of(pool, torch.device(device))
    chosen = fold_indices(pool, 5, seed=0)[:folds]
    return list(cross_validate(configuration, digits, chosen, seed=3, batched=batched))


def losses(epochs: list[list[FoldEpoch]]) -> list[tuple[float, float]]:
    return [(fold.training_loss, fold.validation.loss) for epoch in epochs for fold in epoch]


@pytest.mark.parametrize("normalisation", ["none", "batch"])
def test_metrics_are_the_cpus_up_to_rounding(small_pool: DigitSet, normalisation: str) -> None:
    still = replace(STILL, normalisation=normalisation)
    gpu, cpu = losses(trained(small_pool, still)), losses(trained(small_pool, still, device="cpu"))
    np.testing.assert_allclose(gpu, cpu, atol=0.05)
    np.testing.assert_allclose(gpu[:5], cpu[:5], atol=0.01)


def test_one_seed_repeats_bit_for_bit(small_pool: DigitSet) -> None:
    assert losses(trained(small_pool, RANDOM)) == losses(trained(small_pool, RANDOM))


def test_folds_in_lockstep_do_not_disturb_each_other(small_pool: DigitSet) -> None:
    together = trained(small_pool, RANDOM)
    alone = trained(small_pool, RANDOM, folds=1)
    assert losses([[epoch[0]] for epoch in together]) == losses(alone)


@pytest.mark.parametrize("normalisation", ["none", "batch"])
def test_batched_folds_come_to_what_they_would_one_by_one(
    small_pool: DigitSet, normalisation: str
) -> None:
    still = replace(STILL, normalisation=normalisation)
    batched, one_by_one = (losses(trained(small_pool, still, batched=b)) for b in (True, False))
    np.testing.assert_allclose(batched, one_by_one, atol=0.05)
    np.testing.assert_allclose(batched[:5], one_by_one[:5], atol=0.01)


def test_batched_folds_repeat_and_draw_as_if_alone(small_pool: DigitSet) -> None:
    together = trained(small_pool, RANDOM, batched=True)
    assert losses(trained(small_pool, RANDOM, batched=True)) == losses(together)
    alone = losses(trained(small_pool, RANDOM, folds=1, batched=True))
    np.testing.assert_allclose(losses([[epoch[0]] for epoch in together]), alone, atol=0.05)


def test_a_replayed_step_is_the_same_as_one_that_is_run(
    small_pool: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed = losses(trained(small_pool, STILL))
    monkeypatch.setattr(steps_module, "WARM_UP", 10**9)
    np.testing.assert_allclose(replayed, losses(trained(small_pool, STILL)), rtol=1e-4)


def test_memory_that_is_tried_out_grows_with_the_network() -> None:
    small = tried_memory(STILL, 500, folds=2)
    large = tried_memory(Configuration(batch_size=400), 500, folds=2)
    assert small.trial < large.trial < large.total
