"""A network that reads, trained in some seconds, and a real browser, where there is one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, expect, sync_playwright

from datasets.digit_set import DigitSet, joined
from datasets.sources.mnist import load_mnist
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.training.cross_validation import train_on_all
from results.store.weights import save_network
from tests.process import SECONDS

CONFIGURATION = Configuration(
    channels_1=12, channels_2=24, dropout_1=0, dropout_2=0.1, dropout_3=0, dropout_4=0,
    learning_rate=0.006, schedule="one-cycle", epochs=5, repetition=3,
    rotation=10, shift=1, scaling=0.1, shear=10,
)  # fmt: skip


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, synthetic: DigitSet) -> Path:
    """A small network that reads most digits right."""
    digits = joined([load_mnist("embedded").train, synthetic])
    pool = DeviceDigits.of(digits, torch.device("cpu"))
    network = train_on_all(CONFIGURATION, pool, np.arange(len(digits.labels)), seed=0)
    path = tmp_path_factory.mktemp("trained") / "small.safetensors"
    save_network(path, network, CONFIGURATION, {})
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium")
    expect.set_options(timeout=1000 * SECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()
