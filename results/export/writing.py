"""Writes the winner, or the ensemble of its folds, in a form that can be taken away."""

import io
import json
from collections.abc import Callable

import torch

from datasets.atomic import atomic_file
from results.export.int8 import quantised
from results.export.onnx_graph import described, onnx_model
from results.export.subject import Subject
from results.export.verifying import verified
from results.predict.readers import ABOUT, OnnxReader
from results.store.exports import Export, Form, keep_export


def export(subject: Subject, form: Form, force: bool = False) -> Export:
    """Writes one file, verified, and its record; what stood there is kept if that fails.

    Args:
        subject: What to export.
        form: How. The winner's own weights are its `safetensors`: they are verified as they are.
        force: Whether to keep int8 that loses more accuracy than it may.

    Returns:
        The record.

    Raises:
        ResultsError: If it does not read as the trained model does.
    """
    path = subject.folder.export(form, subject.is_ensemble)
    if form == "safetensors":
        record = verified(subject, form, path, force)
    else:
        content = WRITERS[form](subject)
        with atomic_file(path) as temporary:
            temporary.write_bytes(content)
            record = verified(subject, form, temporary, force)
    keep_export(subject.folder, record)
    return record


def _onnx(subject: Subject) -> bytes:
    return described(onnx_model(subject.portable), subject.about)


def _int8(subject: Subject) -> bytes:
    """Returns an ONNX file whose accuracy, in its metadata, is its own."""
    model = quantised(onnx_model(subject.portable), subject.pool.digits.images)
    reader = OnnxReader(model.SerializeToString())
    accuracy = subject.accuracy(reader.read(subject.test.digits.images))
    return described(model, {**subject.about, "accuracy": accuracy})


def _pt2(subject: Subject) -> bytes:
    content, example = io.BytesIO(), torch.zeros((2, 28, 28), dtype=torch.uint8)
    batch = torch.export.Dim("n", min=1)
    with torch.no_grad():
        program = torch.export.export(subject.portable, (example,), dynamic_shapes=({0: batch},))
    torch.export.save(program, content, extra_files={ABOUT: json.dumps(subject.about)})
    return content.getvalue()


WRITERS: dict[Form, Callable[[Subject], bytes]] = {"onnx": _onnx, "onnx-int8": _int8, "pt2": _pt2}
