"""Commands of trained networks: what they refuse."""

from pathlib import Path

import pytest

from tests.shuzi.calling import Call


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ([], "taken has no winner yet: `shuzi resume taken"),
        (
            ["--format", "tflite"],
            "--format must be onnx, onnx-int8, pt2, safetensors, but got tflite",
        ),
        (
            ["--format", "safetensors", "--ensemble"],
            "--format of an ensemble must be onnx, onnx-int8",
        ),
    ],
)
def test_export_that_cannot_be_is_one_clear_line(
    mistakes: Path, arguments: list[str], rule: str, call: Call
) -> None:
    status, _, err = call("export", "taken", *arguments)
    assert (status, err.count("\n")) == (2, 1)
    assert rule in err
