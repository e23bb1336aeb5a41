"""What is exported is the trained network's function, however that convolves."""

import numpy as np
import pytest
import torch
from torch import nn

from model.brightness import brightness
from model.configuration import Configuration
from model.networks.averaged import averaged
from model.networks.kinds import build
from model.networks.normalisation import BatchNorm
from model.networks.pooled_convolution import PooledConvolution
from model.networks.portable import PortableNetwork, portable_layers
from tests.model.networks.chain import trained

IMAGES = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (9, 28, 28), dtype=np.uint8))


@pytest.mark.parametrize(
    "configuration",
    [
        Configuration(channels_1=4, channels_2=6),  # the library's convolution
        Configuration(channels_1=16, channels_2=64),  # Fourier's transform
        Configuration(channels_1=16, channels_2=64, normalisation="batch"),
        Configuration(channels_1=4, channels_2=6, normalisation="batch", networks=3),
        Configuration(network="fully-connected"),
    ],
)
def test_portable_network_is_the_same_function(configuration: Configuration) -> None:
    torch.manual_seed(0)
    network = build(configuration)
    network.normalise_by(brightness(IMAGES))
    with torch.no_grad():
        for _ in range(3):
            network.train()(IMAGES)  # what normalises by the batch learns its mean and deviation
        network.eval()
        expected = (network(IMAGES) / 0.7).softmax(dim=1)
        found = PortableNetwork(network, 0.7)(IMAGES)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_probabilities_are_averaged_not_logits() -> None:
    networks = [build(Configuration(channels_1=2, channels_2=2)).eval() for _ in range(3)]
    with torch.no_grad():
        for network in networks:
            for weights in network.parameters():
                weights.mul_(3)  # far apart, so that the two differ
        each = [network(IMAGES).softmax(dim=1) for network in networks]
        trained = averaged(networks)(IMAGES).softmax(dim=1)
        found = PortableNetwork(averaged(networks), 1.0)(IMAGES)
    torch.testing.assert_close(trained, torch.stack(each).mean(dim=0))
    torch.testing.assert_close(found, torch.stack(each).mean(dim=0))


def test_the_trained_network_is_left_as_it_was() -> None:
    network = build(Configuration(channels_1=4, channels_2=6))
    weights = network.state_dict()["convolution_2.weight"]
    stride = weights.stride()
    portable = PortableNetwork(network, 1.0)
    next(portable.parameters()).zero_()
    assert network.training
    assert network.state_dict()["convolution_2.weight"].stride() == stride
    assert all(bool(each.any()) for each in network.parameters())


FLAT = (nn.AdaptiveAvgPool2d(1), nn.Flatten())


@pytest.mark.parametrize(
    ("layers", "kept"),
    [
        # Taken up by the layer behind, whatever stands between without effect.
        ((nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 5, 3), *FLAT), 0),
        ((nn.Conv2d(1, 4, 3), BatchNorm(4), nn.Dropout(0.5), nn.Identity(), *FLAT[1:]), 0),
        ((nn.Conv2d(1, 4, 3), BatchNorm(4), nn.Conv2d(4, 5, 3, 2, bias=False), *FLAT), 0),
        ((nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4, affine=False), nn.Conv2d(4, 5, 3), *FLAT), 0),
        ((nn.Conv2d(1, 4, 3), *FLAT, nn.BatchNorm1d(4)), 0),
        # It would have to change the padding, or groups, or what is no product.
        ((nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 5, 3, padding=1), *FLAT), 1),
        ((nn.Conv2d(1, 4, 3), BatchNorm(4), nn.Conv2d(4, 5, 3, padding="same"), *FLAT), 1),
        ((nn.Conv2d(1, 4, 3), BatchNorm(4), nn.Conv2d(4, 6, 3, groups=2), *FLAT), 1),
        ((nn.Conv2d(1, 4, 3), BatchNorm(4), nn.ReLU(), *FLAT), 1),
        ((nn.Conv2d(1, 4, 3), *FLAT, BatchNorm(4), nn.ReLU()), 1),
        ((PooledConvolution(nn.Conv2d(1, 4, 5)), BatchNorm(4), nn.MaxPool2d(2), *FLAT), 1),
    ],
)
def test_a_normalisation_is_taken_up_where_that_is_the_same(
    layers: tuple[nn.Module, ...], kept: int
) -> None:
    torch.manual_seed(0)
    network = trained(*layers, nn.LazyLinear(10))
    found = portable_layers(network)
    kinds = nn.BatchNorm1d | nn.BatchNorm2d
    assert sum(isinstance(layer, kinds) for layer in found) == kept
    assert all(type(layer).__module__.startswith("torch.nn.") for layer in found)
    with torch.no_grad():
        expected = network(IMAGES).softmax(dim=1)
        torch.testing.assert_close(PortableNetwork(network, 1.0)(IMAGES), expected)
