"""What is exported reads as the trained model does, where shuzi cannot be imported."""

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

import results.export.writing
from datasets.digit_set import DigitSet, joined
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.networks.portable import PortableNetwork
from model.training.cross_validation import train_on_all
from results.errors import ResultsError
from results.export.about import accuracy_of
from results.export.onnx_graph import onnx_model
from results.export.subject import Named, Subject
from results.export.writing import export
from results.predict.readers import open_reader
from results.store.exports import FORMS, Export, Form, current_export, forms_named
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json
from results.store.weights import TrainedNetwork, save_network

HOUSE = ["shuzi", "datasets", "model", "search_spaces", "results", "tune"]
DOCS = Path(__file__).parents[3] / "docs" / "exports.md"
ALONE = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError(f"{{name}} is not here")

sys.meta_path.insert(0, Blocked())
for name in {blocked!r}:
    try:
        __import__(name)
    except ImportError:
        continue
    raise SystemExit(f"{{name}} could be imported")
import numpy as np
for place, code in enumerate({codes!r}):
    exec(code)
    np.save(sys.argv[2 + place], read(np.load(sys.argv[1])))
"""


def trained(digits: DigitSet, configuration: Configuration, seed: int) -> TrainedNetwork:
    on_device = DeviceDigits.of(digits, torch.device("cpu"))
    network = train_on_all(configuration, on_device, np.arange(len(digits)), seed)
    about = {
        "labels": list(range(10)),
        "pool": digits.fingerprint,
        "accuracy": accuracy_of("held-out", 190, 200),
        "temperature": 1.3,
        "shuzi": "0",
    }
    return TrainedNetwork(network, configuration, about)


@pytest.fixture(scope="module")
def subject(synthetic: DigitSet, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return made_subject(synthetic, tmp_path_factory.mktemp("runs") / "small", "none")


def made_subject(synthetic: DigitSet, path: Path, normalisation: str, networks: int = 1) -> Subject:
    """Returns a winner that was trained on drawn digits, and reads the others."""
    folder = SweepFolder(path)
    folder.make({})
    pool, held_out = synthetic.select(slice(0, 300)), synthetic.select(slice(300, 600))
    configuration = Configuration(
        channels_1=8, channels_2=130, epochs=4, batch_size=20, learning_rate=0.003,
        normalisation=normalisation, networks=networks,
    )  # fmt: skip
    winner = trained(pool, configuration, 0)
    save_network(folder.weights, winner.network, configuration, winner.about)
    return Subject.of(folder, Named(held_out, "held-out"), Named(pool, "pool"))


@pytest.fixture(scope="module")
def exports(subject: Subject) -> dict[str, Export]:
    return {form: export(subject, form) for form in FORMS}


def read_alone(subject: Subject, form: Form, folder: Path) -> NDArray[np.float32]:
    """Reads the test digits by the documented code in a process without shuzi's packages.

    For ONNX that process is without torch as well.
    """
    (found,) = all_read_alone(subject, [form], folder, ["torch"] if "onnx" in form else [])
    return found


def all_read_alone(
    subject: Subject, forms: Sequence[Form], folder: Path, blocked: Sequence[str] = ()
) -> list[NDArray[np.float32]]:
    """Reads the test digits in several forms in one process without shuzi's packages, or others."""
    blocks = dict(zip(("onnx", "pt2", "safetensors"), documented(), strict=True))
    codes = [
        blocks[form.removesuffix("-int8")].replace("model.onnx", subject.folder.export(form).name)
        for form in forms
    ]
    np.save(folder / "images.npy", subject.test.digits.images)
    files = [folder / f"{form}.npy" for form in forms]
    script = ALONE.format(blocked=[*HOUSE, *blocked], codes=codes)
    subprocess.run(
        [sys.executable, "-I", "-c", script, folder / "images.npy", *files],
        cwd=subject.folder.winner,
        check=True,
    )
    return [np.load(file) for file in files]


def documented() -> list[str]:
    return re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.kill
@pytest.mark.parametrize("form", ["onnx", "pt2", "safetensors"])
def test_every_form_reads_as_the_trained_model_does_where_shuzi_is_not(
    subject: Subject, exports: dict[str, Export], form: Form, tmp_path: Path
) -> None:
    found = read_alone(subject, form, tmp_path)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, subject.expected, atol=1e-4)
    np.testing.assert_array_equal(found.argmax(axis=1), subject.expected.argmax(axis=1))
    assert exports[form]["same_answers"] == 300
    assert exports[form]["accuracy"]["accuracy"] > 0.8  # it has learnt, so that answers differ


@pytest.mark.kill
@pytest.mark.parametrize("networks", [1, 2])
def test_networks_that_normalise_by_the_batch_are_read_by_the_same_code(
    synthetic: DigitSet, tmp_path: Path, networks: int
) -> None:
    subject = made_subject(synthetic, tmp_path / "normalised", "batch", networks)
    forms = forms_named(["onnx", "pt2", "safetensors"])
    for form in forms:
        export(subject, form)
    for found in all_read_alone(subject, forms, tmp_path):
        np.testing.assert_allclose(found, subject.expected, atol=1e-4)


@pytest.mark.kill
def test_whole_numbers_lose_little_and_are_much_smaller(
    subject: Subject, exports: dict[str, Export], tmp_path: Path
) -> None:
    right = read_alone(subject, "onnx-int8", tmp_path).argmax(axis=1) == subject.test.digits.labels
    told = exports["onnx-int8"]
    assert told["accuracy"]["correct"] == right.sum()
    assert told["accuracy"]["accuracy"] >= exports["onnx"]["accuracy"]["accuracy"] - 0.003
    assert told["bytes"] < exports["onnx"]["bytes"] / 2.5
    assert told["calibrated_on"] == "pool"
    model = onnx.load(subject.folder.export("onnx-int8"))
    about = {each.key: json.loads(each.value) for each in model.metadata_props}
    assert about["accuracy"]["correct"] == right.sum()


def test_an_onnx_file_says_what_it_is(subject: Subject, exports: dict[str, Export]) -> None:
    model = onnx.load(subject.folder.export("onnx"))
    about = {each.key: json.loads(each.value) for each in model.metadata_props}
    configuration = subject.winner.configuration.to_dict()
    assert about == {**subject.winner.about, "configuration": configuration}
    (opset,) = model.opset_import
    assert opset.version == exports["onnx"]["opset"] == 17
    (images,), (probabilities,) = model.graph.input, model.graph.output
    for value, kind, shape in (
        (images, "UINT8", ["n", 28, 28]),
        (probabilities, "FLOAT", ["n", 10]),
    ):
        tensor = value.type.tensor_type
        assert onnx.TensorProto.DataType.Name(tensor.elem_type) == kind
        assert [each.dim_param or each.dim_value for each in tensor.shape.dim] == shape


@pytest.mark.parametrize("form", FORMS)
def test_a_batch_may_be_of_any_size(
    subject: Subject, exports: dict[str, Export], form: Form
) -> None:
    reader = open_reader(subject.folder.export(form))
    images = subject.test.digits.images
    complete = reader.read(np.concatenate([images, images]))
    assert complete.shape == (600, 10)
    for count in (1, 2, 77):
        np.testing.assert_allclose(reader.read(images[:count]), complete[:count], atol=1e-5)


def test_a_file_that_reads_otherwise_is_not_kept(
    subject: Subject, exports: dict[str, Export], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = subject.folder.export("onnx")
    before = path.read_bytes()

    def at_another_temperature(network: PortableNetwork) -> onnx.ModelProto:
        return onnx_model(PortableNetwork(subject.winner.network, 1.4))

    monkeypatch.setattr(results.export.writing, "onnx_model", at_another_temperature)
    with pytest.raises(ResultsError, match=r"model\.onnx is not kept: its probabilities differ"):
        export(subject, "onnx")
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*"))


def test_whole_numbers_that_cost_accuracy_are_kept_only_by_force(subject: Subject) -> None:
    black = dataclasses.replace(subject.pool.digits, images=np.zeros((300, 28, 28), np.uint8))
    blind = dataclasses.replace(subject, pool=Named(black, "black"))
    with pytest.raises(ResultsError, match=r"may lose 0\.3 points. --force keeps it all the same"):
        export(blind, "onnx-int8")
    assert export(blind, "onnx-int8", force=True)["calibrated_on"] == "black"
    assert export(subject, "onnx-int8")["calibrated_on"] == "pool"


def test_records_tell_what_is_there_and_what_is_not_of_this_winner(
    subject: Subject, exports: dict[str, Export], tmp_path: Path
) -> None:
    told = current_export(subject.folder, "onnx")
    assert told == exports["onnx"] | {"milliseconds": told and told["milliseconds"]}
    names = [each["file"] for each in read_json(subject.folder.exports_json)["exports"]]
    assert names == ["model-int8.onnx", "model.onnx", "model.pt2", "model.safetensors"]
    complete = subject.folder.weights.read_bytes()
    winner = subject.winner
    save_network(subject.folder.weights, winner.network, winner.configuration, {"other": 1})
    assert current_export(subject.folder, "onnx") is None
    subject.folder.weights.write_bytes(complete)
    assert current_export(subject.folder, "onnx") is not None


def test_an_ensemble_is_one_graph_of_averaged_probabilities(subject: Subject) -> None:
    few = subject.pool.digits.select(slice(0, 50))
    folds = [trained(joined([few, few]), subject.winner.configuration, seed) for seed in (1, 2, 3)]
    ensemble = Subject.of(subject.folder, subject.test, subject.pool, folds)
    images = torch.tensor(subject.test.digits.images)
    with torch.no_grad():
        each = [fold.network(images).softmax(dim=1) for fold in folds]
    tempered = torch.stack(each).mean(dim=0) ** (1 / 1.3)
    expected = (tempered / tempered.sum(dim=1, keepdim=True)).numpy()
    for form in ("onnx", "pt2"):
        told = export(ensemble, form)
        found = open_reader(subject.folder.winner / f"ensemble.{form}").read(images.numpy())
        np.testing.assert_allclose(found, expected, atol=1e-5)
        right = (expected.argmax(axis=1) == subject.test.digits.labels).sum()
        assert (told["networks"], told["accuracy"]["correct"]) == (3, right)
        assert told["winner_accuracy"]["correct"] > right  # the winner has seen five times as many


def test_forms_are_chosen_by_name() -> None:
    assert forms_named(None) == ["onnx", "pt2", "safetensors"]
    assert forms_named(["pt2", "onnx", "pt2"]) == ["onnx", "pt2"]
    assert forms_named(None, ensemble=True) == ["onnx", "pt2"]
    with pytest.raises(ResultsError, match=r"--format must be onnx, .*, but got tflite"):
        forms_named(["tflite"])
    with pytest.raises(ResultsError, match="of an ensemble must be onnx, onnx-int8, pt2, but got"):
        forms_named(["safetensors"], ensemble=True)


@pytest.mark.parametrize("name", ["model.onnx", "model.pt2", "model.safetensors"])
@pytest.mark.parametrize("content", [b"", b"not a network" * 9])
def test_a_file_that_is_no_model_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ResultsError, match=rf"{name} is not a"):
        open_reader(tmp_path / name)
