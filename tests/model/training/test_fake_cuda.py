"""What can be told of training on a GPU without one: where tensors lie, and what waits."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from datasets.digit_set import DigitSet
from datasets.splits import fold_indices
from model.configuration import Configuration
from model.hardware.device import DeviceDigits, mixed_precision
from model.judging.judge import logits_of
from model.training import replica as replica_module
from model.training.augmentation import augmented
from model.training.cross_validation import cross_validate
from model.training.replicas import Replicas
from model.training.steps import Steps
from tests.model.training.fake_cuda import CUDA, FakeCuda, OnlyThere, fake_cuda
from tests.own_code import NETWORK

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" and not torch.version.cuda,
    reason="only there a build without CUDA is known to be told of fake GPUs",
)
ALL = Configuration(
    channels_1=4,
    channels_2=8,
    batch_size=30,
    epochs=2,
    rotation=5,
    shift=1,
    scaling=0.1,
    shear=5,
    elastic=1,
    schedule="one-cycle",
    weight_decay=0.01,
    repetition=2,
    balance=0.5,
)


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCuda]:
    with fake_cuda(monkeypatch) as fake:
        yield fake


def trained(pool: DigitSet, configuration: Configuration, folds: int = 1) -> None:
    """Trains and judges each epoch."""
    digits = DeviceDigits.of(pool, CUDA)
    assert digits.device == CUDA
    for _ in cross_validate(configuration, digits, fold_indices(pool, 5, seed=0)[:folds], seed=3):
        pass


@pytest.mark.parametrize(
    "configuration",
    [
        ALL,
        replace(ALL, normalisation="batch"),
        replace(ALL, normalisation="batch", networks=2, schedule="cosine"),
        replace(ALL, network="fully-connected", elastic=0),
        Configuration(channels_1=4, channels_2=8, batch_size=30, epochs=2),
    ],
)
def test_a_captured_step_waits_for_nothing_and_stays_on_the_gpu(
    small_pool: DigitSet, cuda: FakeCuda, configuration: Configuration
) -> None:
    trained(small_pool, configuration, folds=2)
    assert cuda.faults == []
    assert cuda.captured == 2 * 2 * configuration.networks
    for network in cuda.networks:
        assert {each.device for each in network.state_dict().values()} == {CUDA}


def test_a_network_of_ones_own_is_captured_as_well(
    small_pool: DigitSet, cuda: FakeCuda, write_own: Callable[[str], str]
) -> None:
    trained(small_pool, replace(ALL, network=f"{write_own(NETWORK)}:Own"), folds=2)
    assert cuda.faults == []
    assert cuda.captured == 2 * 2


@pytest.mark.parametrize("networks", [1, 2])
def test_reading_digits_waits_for_nothing(
    small_pool: DigitSet, cuda: FakeCuda, networks: int
) -> None:
    digits, faults = DeviceDigits.of(small_pool, CUDA), list[str]()
    configuration = replace(ALL, normalisation="batch", networks=networks)
    replicas = Replicas(configuration, digits, fold_indices(small_pool, 5, seed=0)[0], seed=3)
    network, chosen = replicas.network, torch.arange(200, device=CUDA)
    with OnlyThere(faults), mixed_precision(CUDA):
        logits = logits_of(network, digits, chosen)
    assert faults == []
    assert (logits.device.type, logits.dtype, logits.shape) == ("cuda", torch.float32, (200, 10))


def by_mask(images: Tensor) -> Tensor:
    return images[images.sum(dim=(1, 2)) >= 0]


def by_a_number_of_python(images: Tensor) -> Tensor:
    return images * torch.tensor(1.0, device=images.device)


def by_indices_of_python(images: Tensor) -> Tensor:
    return images[list(range(len(images)))]


def by_a_number_of_the_cpu(images: Tensor) -> Tensor:
    return images * torch.ones(())


def by_random_numbers_of_the_cpu(images: Tensor) -> Tensor:
    return images + torch.rand(images.shape).to(images.device)


def by_the_brightest(images: Tensor) -> Tensor:
    return images / images.max().item()


def after_the_dark_ones(images: Tensor) -> Tensor:
    images.nonzero()
    return images


def looked_at(images: Tensor) -> Tensor:
    images.cpu()
    return images


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (by_mask, "aten.index.Tensor waits"),
        (by_a_number_of_python, "is on cpu"),
        (by_indices_of_python, "is on cpu"),
        (by_a_number_of_the_cpu, "aten.mul.Tensor is on"),
        (by_random_numbers_of_the_cpu, "aten.rand.default is on cpu"),
        (by_the_brightest, "aten._local_scalar_dense.default waits"),
        (after_the_dark_ones, "aten.nonzero.default waits"),
        (looked_at, "aten._to_copy.default is on cuda:0, cpu"),
    ],
)
def test_each_fault_of_a_step_would_be_noted(
    small_pool: DigitSet,
    cuda: FakeCuda,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Tensor], Tensor],
    fault: str,
) -> None:
    def changed(images: Tensor, configuration: Configuration) -> Tensor:
        return change(augmented(images, configuration))

    monkeypatch.setattr(replica_module, "augmented", changed)
    trained(small_pool, ALL)
    assert any(fault in each for each in cuda.faults)


def test_rates_left_on_the_cpu_would_be_noted(
    small_pool: DigitSet, cuda: FakeCuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    optimiser = Steps.optimiser

    def forgetful(steps: Steps, parameters: Any) -> Any:
        made = optimiser(steps, parameters)
        steps._device_rates = steps._device_rates.cpu()
        return made

    monkeypatch.setattr(Steps, "optimiser", forgetful)
    trained(small_pool, ALL)
    assert any("aten.copy_.default is on cuda:0, cpu" in each for each in cuda.faults)


def test_labels_left_on_the_cpu_would_be_refused(small_pool: DigitSet, cuda: FakeCuda) -> None:
    digits = DeviceDigits.of(small_pool, CUDA)
    digits = replace(digits, labels=digits.labels.cpu())
    with pytest.raises(RuntimeError, match="same device, but found"):
        list(cross_validate(ALL, digits, fold_indices(small_pool, 5, seed=0)[:1], seed=3))
