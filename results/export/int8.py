"""An ONNX model in 8-bit integers: a quarter of the size."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from results.export.onnx_graph import INPUT

BATCH = 100  # images at a time
QUANTISED = ["Conv", "Relu", "MaxPool", "Gemm"]


def quantised(model: onnx.ModelProto, images: NDArray[np.uint8]) -> onnx.ModelProto:
    """Returns a model whose products are of 8-bit numbers (static quantisation, QDQ).

    Weights have a scale for each output channel, and 7 bits: with 8, processors without VNNI
    overflow. The last layer stays in float32: 256 steps are too few for a confidence.

    Args:
        model: In float32, as `onnx_model` makes it.
        images: (n, 28, 28) uint8, by which the ranges of what passes through are found.
    """
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        names = ("model.onnx", "prepared.onnx", "int8.onnx")
        given, prepared, written = (Path(folder) / name for name in names)
        onnx.save(model, given)
        quant_pre_process(given, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            written,
            _Batches(images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=QUANTISED,
            nodes_to_exclude=_last_layers(model),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(written)


def _last_layers(model: onnx.ModelProto) -> list[str]:
    """Returns the names of the nodes whose logits are divided by a temperature."""
    divided = {node.input[0] for node in model.graph.node if node.op_type == "Div"}
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "Gemm" and node.output[0] in divided
    ]


class _Batches:
    """Images in the form that onnxruntime's calibration asks for."""

    def __init__(self, images: NDArray[np.uint8]) -> None:
        parts = range(0, len(images), BATCH)
        self._parts: Iterator[NDArray[np.uint8]] = (images[at : at + BATCH] for at in parts)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """Returns the next images, or nothing when there are no more."""
        part = next(self._parts, None)
        return None if part is None else {INPUT: part}
