"""Digits of any picture, read by a trained network."""

from pathlib import Path

import numpy as np
import pytest

from datasets.drawn.sheet import made_sheet
from datasets.pictures import read_grey
from datasets.sources.synthetic import written_by
from results.errors import ResultsError
from results.predict.predicting import predictions
from results.predict.readers import Reader, open_reader, reader_of
from results.store.weights import load_network
from tests.datasets.sheets.made_forms import made_form
from tests.results.made_sweep import made_sweep


@pytest.fixture(scope="module")
def reader(trained: Path) -> Reader:
    return open_reader(trained)


class Guessing:
    """Reads nothing: each label is about as likely as any other."""

    def read(self, images: np.ndarray) -> np.ndarray:
        return np.full((len(images), 10), 0.1, np.float32)


def test_crops_are_read_one_by_one(reader: Reader) -> None:
    read = [predictions(reader, grey) for grey in written_by(3)]
    assert [len(found) for found in read] == [1] * 10
    assert sum(found[0].label == label for label, found in enumerate(read)) >= 9


def test_a_sheet_is_read_in_reading_order(reader: Reader) -> None:
    sheet = made_sheet(1, rows=4, columns=6)
    read = np.array([each.label for each in predictions(reader, sheet.grey)])
    assert read.shape == (24,)
    assert (read == sheet.labels.ravel()).mean() >= 0.75


def test_confidence_and_runner_up_are_the_two_greatest_probabilities(reader: Reader) -> None:
    for each in predictions(reader, made_sheet(1, rows=2, columns=4).grey):
        (probabilities,) = reader.read(each.image[None])
        first, second = np.argsort(-probabilities)[:2]
        assert (each.label, each.runner_up) == (first, second)
        assert each.confidence == pytest.approx(probabilities[first], abs=1e-5)
        assert each.runner_up_confidence == pytest.approx(probabilities[second], abs=1e-5)
        assert each.sure == (each.confidence >= 0.9)


def test_no_digit_is_an_answer(reader: Reader) -> None:
    assert predictions(reader, np.full((300, 400), 230, np.uint8)) == []


def test_what_can_but_be_guessed_at_is_a_digit_only_in_a_printed_box() -> None:
    assert predictions(Guessing(), written_by(3)[5]) == []
    assert predictions(Guessing(), made_sheet(1, rows=2, columns=4).grey) == []
    assert len(predictions(Guessing(), made_form(3).grey)) == 30


def test_a_photographed_form_is_read(real_data: Path, reader: Reader) -> None:
    read = predictions(reader, read_grey(real_data / "forms" / "5.jpg"))
    assert len(read) == 64
    assert sum(each.label == 5 for each in read) >= 48  # by a network that trained some seconds


def test_a_model_is_a_file_or_a_sweep(trained: Path, tmp_path: Path) -> None:
    folder = made_sweep(tmp_path / "made")
    images = np.zeros((1, 28, 28), np.uint8)
    images[:, 4:24, 13:16] = 255
    network = load_network(folder.weights).network
    for model in ("made", str(folder.weights)):
        np.testing.assert_allclose(reader_of(model, tmp_path).read(images).sum(), 1, rtol=1e-5)
    by_name = reader_of("made", tmp_path).read(images)
    by_path = reader_of(str(folder.weights), tmp_path).read(images)
    np.testing.assert_allclose(by_name, by_path, atol=1e-6)
    assert not np.array_equal(by_name, open_reader(trained).read(images))
    assert network.training is False


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    made_sweep(tmp_path / "begun", judged=False)
    (tmp_path / "notes.txt").write_text("nothing")
    for model, rule in {
        "begun": "begun has no winner yet: `shuzi resume begun",
        "gone": "there is no sweep gone in .*; there are: begun",
        "gone.safetensors": "there is no model gone.safetensors",
        str(tmp_path / "notes.txt"): "a model must end in .*, but got notes.txt",
    }.items():
        with pytest.raises(ResultsError, match=rule):
            reader_of(model, tmp_path)
