"""Networks by their names: shuzi's own, and those of a user's own."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields

import pytest
import torch

from datasets.errors import ExtensionError
from model.configuration import Configuration
from model.networks.averaged import members_of
from model.networks.kinds import NETWORKS, build, count_weights, layer_shapes
from tests.own_code import HEAD, NETWORK

Write = Callable[[str], str]


def test_a_configuration_knows_the_names_of_the_networks() -> None:
    (network,) = (each for each in fields(Configuration) if each.name == "network")
    assert network.metadata["choices"] == (*NETWORKS,)


@pytest.mark.kill
def test_configurations_are_to_be_had_without_torch() -> None:
    code = "import sys, model.configuration; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_network_of_ones_own_is_built_and_counted(write_own: Write) -> None:
    name = f"{write_own(NETWORK)}:Own"
    configuration = Configuration(network=name, channels_1=4, networks=2)
    network = build(configuration)
    assert [type(each).__name__ for each in members_of(network)] == ["Own", "Own"]
    assert network(torch.zeros(3, 28, 28, dtype=torch.uint8)).shape == (3, 10)
    weights = (9 * 4 + 4) + 2 * 4 + (4 * 10 + 10)
    assert count_weights(configuration) == 2 * weights


def test_layers_have_shapes(write_own: Write) -> None:
    name = f"{write_own(NETWORK)}:Own"
    found = layer_shapes(Configuration(network=name, channels_1=4))
    maps = [("Conv2d", (4, 28, 28)), ("BatchNorm2d", (4, 28, 28)), ("ReLU", (4, 28, 28))]
    rows = [("AdaptiveAvgPool2d", (4, 1, 1)), ("Flatten", (4,)), ("Dropout", (4,))]
    named = [(type(layer).__name__, shape) for layer, shape in found]
    assert named == [*maps, *rows, ("Linear", (10,))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Own = 3", "must be a subclass of model.networks.digit_network.DigitNetwork, but is 3."),
        ("class Own: pass", "must be a subclass of model.networks.digit_network.DigitNetwork"),
        (HEAD + "        nn.Conv2d(1)\n", r"TypeError: .* missing 2 required .*\.py, line 10\)"),
    ],
)
def test_what_is_no_network_is_refused(write_own: Write, text: str, told: str) -> None:
    name = f"{write_own(text)}:Own"
    with pytest.raises(ExtensionError, match=f"{name}.*{told}"):
        build(Configuration(network=name))


def test_layers_that_do_not_fit_each_other_are_told(write_own: Write) -> None:
    layers = "        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(700, CLASSES))\n"
    name = f"{write_own(HEAD + layers)}:Own"
    with pytest.raises(ExtensionError, match=f"{name}: RuntimeError: .*784"):
        layer_shapes(Configuration(network=name))
