"""Each kind of layer as a node of ONNX: to export another kind, add a function to `NODES`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from results.errors import ResultsError


@dataclass(frozen=True)
class Node:
    """A node of ONNX.

    Attributes:
        kind: ONNX's name for what it does.
        constants: Its inputs behind the first, by the names that torch gives them, in ONNX's order.
        attributes: By ONNX's names; what is as ONNX takes it to be is left out.
    """

    kind: str
    constants: Mapping[str, Tensor] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


def node_of(layer: nn.Module) -> Node:
    """Returns the node of a layer.

    Raises:
        ResultsError: If there is none for its kind, or for what is asked of it.
    """
    for kind, node in NODES.items():
        if isinstance(layer, kind):
            return node(layer)
    known = ", ".join(kind.__name__ for kind in NODES)
    raise ResultsError(f"a layer must be one of {known}, but got {layer}.")


def _convolution(layer: nn.Conv2d) -> Node:
    _require(layer, layer.padding_mode == "zeros", "pad with zeros")
    attributes = {"kernel_shape": list(layer.kernel_size), **_window(layer)}
    if layer.groups != 1:
        attributes["group"] = layer.groups
    return Node("Conv", _weights(layer), attributes)


def _linear(layer: nn.Linear) -> Node:
    return Node("Gemm", _weights(layer), {"transB": 1})


def _normalisation(layer: nn.BatchNorm1d | nn.BatchNorm2d) -> Node:
    _require(layer, layer.affine and layer.track_running_stats, "be affine and track statistics")
    names = ("weight", "bias", "running_mean", "running_var")
    constants = {name: getattr(layer, name) for name in names}
    return Node("BatchNormalization", constants, {"epsilon": layer.eps})


def _largest(layer: nn.MaxPool2d) -> Node:
    _require(layer, not layer.return_indices, "return no indices")
    return Node("MaxPool", attributes=_pooling(layer))


def _average(layer: nn.AvgPool2d) -> Node:
    _require(layer, layer.divisor_override is None, "have no divisor of its own")
    padded = {"count_include_pad": 1} if layer.count_include_pad else {}
    return Node("AveragePool", attributes={**_pooling(layer), **padded})


def _global_average(layer: nn.AdaptiveAvgPool2d) -> Node:
    _require(layer, layer.output_size in (1, (1, 1)), "return 1 x 1")
    return Node("GlobalAveragePool")


def _relu(layer: nn.ReLU) -> Node:
    return Node("Relu")


def _flatten(layer: nn.Flatten) -> Node:
    _require(layer, (layer.start_dim, layer.end_dim) == (1, -1), "flatten all but the first")
    return Node("Flatten")


NODES: Mapping[type[nn.Module], Callable[[Any], Node]] = {
    nn.Conv2d: _convolution,
    nn.Linear: _linear,
    nn.BatchNorm1d: _normalisation,
    nn.BatchNorm2d: _normalisation,
    nn.ReLU: _relu,
    nn.MaxPool2d: _largest,
    nn.AvgPool2d: _average,
    nn.AdaptiveAvgPool2d: _global_average,
    nn.Flatten: _flatten,
}


def _require(layer: nn.Module, fits: bool, rule: str) -> None:
    if not fits:
        raise ResultsError(f"{type(layer).__name__} must {rule} to be exported, but got {layer}.")


def _weights(layer: nn.Conv2d | nn.Linear) -> dict[str, Tensor]:
    bias = {} if layer.bias is None else {"bias": layer.bias}
    return {"weight": layer.weight, **bias}


def _pooling(layer: nn.MaxPool2d | nn.AvgPool2d) -> dict[str, Any]:
    ceiling = {"ceil_mode": 1} if layer.ceil_mode else {}
    return {"kernel_shape": _pair(layer.kernel_size), **_window(layer), **ceiling}


def _window(layer: nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d) -> dict[str, Any]:
    """Returns how a window moves over an image, where it is not pixel by pixel, without padding."""
    dilation = _pair(getattr(layer, "dilation", 1))
    moves = {
        "strides": (_pair(layer.stride), 1),
        "dilations": (dilation, 1),
        "pads": (_pads(layer.padding, _pair(layer.kernel_size), dilation), 0),
    }
    return {name: values for name, (values, usual) in moves.items() if set(values) != {usual}}


def _pads(
    padding: str | int | tuple[int, ...], kernel: list[int], dilation: list[int]
) -> list[int]:
    """Returns the pixels above, left, below and right."""
    if padding == "same":
        both = [step * (size - 1) for step, size in zip(dilation, kernel, strict=True)]
        before = [each // 2 for each in both]
        return [*before, *(complete - half for complete, half in zip(both, before, strict=True))]
    return 2 * ([0, 0] if isinstance(padding, str) else _pair(padding))


def _pair(value: int | tuple[int, ...]) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)
