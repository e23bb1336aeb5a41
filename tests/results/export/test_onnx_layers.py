"""Each kind of layer reads in ONNX as in torch."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from model.networks.portable import PortableNetwork
from results.errors import ResultsError
from results.export.onnx_graph import onnx_model
from results.predict.readers import OnnxReader
from tests.model.networks.chain import IMAGES, trained


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(4, 5, (3, 5)),
        nn.Conv2d(4, 5, 3, padding=(1, 2)),
        nn.Conv2d(4, 5, 4, padding="same"),
        nn.Conv2d(4, 5, 3, padding="valid", stride=(2, 3)),
        nn.Conv2d(4, 6, 3, dilation=2, groups=2),
        nn.Conv2d(4, 4, 3, groups=4, bias=False),
        nn.BatchNorm2d(4, eps=0.1),
        nn.MaxPool2d(3, 2, padding=1),
        nn.MaxPool2d((2, 3), ceil_mode=True),
        nn.MaxPool2d(2, dilation=2),
        nn.AvgPool2d(2),
        nn.AvgPool2d(3, 2, padding=1),
        nn.AvgPool2d(3, 2, padding=1, count_include_pad=False),
        nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(4, 7, bias=False)),
    ],
    ids=str,
)
def test_a_layer_reads_the_same(layer: nn.Module) -> None:
    torch.manual_seed(0)
    ends = (nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))
    network = trained(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), layer, *ends)
    model = onnx_model(PortableNetwork(network, 1.0))
    with torch.no_grad():
        expected = network(IMAGES).softmax(dim=1).numpy()
    found = OnnxReader(model.SerializeToString()).read(IMAGES.numpy())
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "rule"),
    [
        (nn.GELU(), "a layer must be one of Conv2d, Linear, BatchNorm1d, BatchNorm2d, ReLU, "
         "MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, Flatten, but got GELU(approximate='none')."),
        (nn.Conv2d(1, 2, 3, padding_mode="circular", padding=1),
         "Conv2d must pad with zeros to be exported, but got Conv2d(1, 2,"),
        (nn.AdaptiveAvgPool2d(2), "AdaptiveAvgPool2d must return 1 x 1 to be exported"),
        (nn.AvgPool2d(2, divisor_override=3), "AvgPool2d must have no divisor of its own"),
        (nn.BatchNorm2d(1, track_running_stats=False),
         "BatchNorm2d must be affine and track statistics"),
        (nn.Flatten(2), "Flatten must flatten all but the first"),
    ],
    ids=str,
)  # fmt: skip
def test_what_has_no_node_is_refused_by_its_name(layer: nn.Module, rule: str) -> None:
    network = PortableNetwork(trained(layer, nn.Flatten(), nn.LazyLinear(10)), 1.0)
    with pytest.raises(ResultsError, match=re.escape(rule)):
        onnx_model(network)
