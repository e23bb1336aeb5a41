"""The exported function as an ONNX graph.

It is made node by node, for it has few kinds: torch's own exporter takes ten times as long, and
leaves names that nobody reads.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from model.networks.portable import PortableMember, PortableNetwork
from results.export.onnx_layers import node_of

OPSET, IR = 17, 8  # as onnxruntime has read them since 1.12, of 2022
INPUT, OUTPUT = "images", "probabilities"


class Graph:
    """Nodes and constants, added one by one; each node's output has a name of its own."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Adds a node and returns the name of its output."""
        name = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def constant(self, name: str, value: Tensor | NDArray[Any]) -> str:
        """Adds a constant and returns its name."""
        array = value.detach().contiguous().numpy() if isinstance(value, Tensor) else value
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def layer(self, layer: nn.Module, name: str, x: str) -> str:
        """Adds one layer of a network and returns the name of its output."""
        node = node_of(layer)
        constants = [self.constant(f"{name}.{part}", each) for part, each in node.constants.items()]
        return self.add(node.kind, x, *constants, **node.attributes)

    def member(self, member: PortableMember, name: str, brightness: str) -> str:
        """Adds one network and returns the name of its logits."""
        for step, value in (("Sub", "mean"), ("Div", "deviation")):
            constant = self.constant(f"{name}.{value}", getattr(member, value))
            brightness = self.add(step, brightness, constant)
        x = brightness
        for place, layer in enumerate(member.layers):
            x = self.layer(layer, f"{name}.{place}", x)
        return x

    def together(self, logits: Sequence[str]) -> str:
        """Adds the logarithms of the averaged probabilities; of one network its logits."""
        if len(logits) == 1:
            return logits[0]
        each = [self.add("Softmax", x, axis=1) for x in logits]
        return self.add("Log", self.add("Mean", *each))


def onnx_model(network: PortableNetwork) -> onnx.ModelProto:
    """Returns a network as an ONNX model.

    Its input is `images`, uint8 (n, 28, 28), its output `probabilities`, float32 (n, 10).

    Raises:
        ResultsError: If it has a layer for which there is no node.
    """
    graph = Graph()
    axis = graph.constant("channel", np.array([1]))
    cast = graph.add("Cast", INPUT, to=TensorProto.FLOAT)
    brightness = graph.add("Unsqueeze", cast, axis)
    each = [
        graph.member(member, f"network_{number}", brightness)
        for number, member in enumerate(network.members)
        if isinstance(member, PortableMember)
    ]
    temperature = graph.constant("temperature", network.temperature)
    logits = graph.add("Div", graph.together(each), temperature)
    graph.add("Softmax", logits, output=OUTPUT, axis=1)
    images = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["n", 28, 28])
    probabilities = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", 10])
    made = helper.make_graph(graph.nodes, "shuzi", [images], [probabilities], graph.constants)
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="shuzi"
    )
    onnx.checker.check_model(model)
    return model


def described(model: onnx.ModelProto, about: Mapping[str, Any]) -> bytes:
    """Returns the file of a model, which says about itself what is given, as JSON."""
    helper.set_model_props(model, {name: json.dumps(value) for name, value in about.items()})
    model.producer_version = about.get("shuzi", "")
    content: bytes = model.SerializeToString()
    return content
