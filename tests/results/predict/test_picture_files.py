"""`shuzi predict`: the table, JSON, the drawn copies, and how it exits."""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

from datasets.pictures import read_grey
from datasets.sources.synthetic import written_by
from results.predict.picture_files import read_files_schema
from shuzi.__main__ import main
from tests.datasets.sheets.made_forms import made_form

SCHEMA = Path(__file__).parents[3] / "docs" / "predict.schema.json"
BLUE, ORANGE = (0, 90, 160), (190, 70, 0)


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A crop, a form, blank paper and what is no picture."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Image.fromarray(written_by(3)[7]).save("seven.png")
    Image.fromarray(made_form(3, empty=(0,)).grey).save("form.png")
    Image.fromarray(np.full((300, 400), 230, np.uint8)).save("blank.png")
    Path("damaged.png").write_bytes(b"no picture")
    return tmp_path


class Predicting:
    """The command, on one model."""

    def __init__(self, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.model, self.capsys = str(model), capsys

    def __call__(self, *arguments: str) -> tuple[int, str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["shuzi", "predict", self.model, *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        return int(ended.value.code or 0), self.capsys.readouterr().out

    def told(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json")[1])


@pytest.fixture
def predict(trained: Path, capsys: pytest.CaptureFixture[str]) -> Predicting:
    return Predicting(trained, capsys)


def test_the_table_shows_each_digit_and_fits_a_terminal(
    pictures: Path, predict: Predicting
) -> None:
    status, out = predict("seven.png", "form.png", "blank.png")
    assert status == 0
    assert max(map(len, out.splitlines())) <= 80
    lines = [line.split() for line in out.splitlines()]
    (seven,) = [line for line in lines if line[:1] == ["seven.png"]]
    assert seven[1:3] == ["1", "7"]
    assert seven[4] == "%"
    assert sum(line[:1] == ["29"] for line in lines) == 1
    assert ["blank.png", "no", "digit", "found"] in lines
    assert "digits read: 30, unsure (below 90%): " in out
    assert "no digit found in 1 of 3 pictures" in out


def test_json_keeps_to_the_documented_schema(pictures: Path, predict: Predicting) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert schema == read_files_schema(), "docs/predict.schema.json: see `read_files_schema`"
    told = predict.told("seven.png", "form.png", "blank.png", "damaged.png", "--draw", "drawn")
    jsonschema.validate(told, schema)
    assert [page["file"] for page in told["pages"]] == ["seven.png", "form.png", "blank.png"]
    assert [len(page["digits"]) for page in told["pages"]] == [1, 29, 0]
    assert told["refused"][0]["file"] == "damaged.png"
    (digit,) = told["pages"][0]["digits"]
    assert digit["label"] == 7
    assert 0 <= digit["runner_up_confidence"] <= digit["confidence"] <= 1
    height, width = read_grey(pictures / "form.png").shape
    assert (told["pages"][1]["height"], told["pages"][1]["width"]) == (height, width)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "pages": None}, schema)


def test_no_digit_is_an_answer(pictures: Path, predict: Predicting) -> None:
    status, out = predict("blank.png")
    assert status == 0
    assert "no digit found." in out
    assert predict.told("blank.png")["pages"][0]["digits"] == []


@pytest.mark.parametrize(
    ("files", "status"),
    [(["seven.png"], 0), (["seven.png", "damaged.png"], 1), (["damaged.png", "gone.png"], 2)],
)
def test_what_cannot_be_read_is_named_and_decides_the_exit(
    pictures: Path, predict: Predicting, files: list[str], status: int
) -> None:
    ended, out = predict(*files)
    assert ended == status
    assert ("damaged.png is not a readable picture." in out) == ("damaged.png" in files)
    assert ("gone.png cannot be read: No such file or directory." in out) == ("gone.png" in files)


def test_a_file_of_too_many_pixels_is_refused(pictures: Path, predict: Predicting) -> None:
    Image.new("1", (9000, 6000)).save("huge.png")
    status, out = predict("huge.png")
    assert status == 2
    assert "huge.png has 9000 x 6000 pixels, more than the 50,000,000 allowed." in out


def test_each_frame_of_a_file_is_a_page(pictures: Path, predict: Predicting) -> None:
    first, second = (Image.fromarray(written_by(3)[label]) for label in (7, 2))
    first.save("two.tiff", save_all=True, append_images=[second])
    pages = predict.told("two.tiff", "--draw", "drawn")["pages"]
    assert [(page["page"], page["digits"][0]["label"]) for page in pages] == [(1, 7), (2, 2)]
    assert len({page["drawn"] for page in pages}) == 2
    assert "two.tiff, page 2" in predict("two.tiff")[1]


def test_answers_are_drawn_on_a_copy(pictures: Path, predict: Predicting) -> None:
    before = (pictures / "form.png").read_bytes()
    (page,) = predict.told("form.png", "--draw", "drawn")["pages"]
    with Image.open(page["drawn"]) as picture:
        copy = np.asarray(picture.convert("RGB"), dtype=int)
    band = copy.shape[0] - round(page["height"] * copy.shape[1] / page["width"])
    scale = copy.shape[1] / page["width"]
    for digit in page["digits"]:
        left, top = np.min(digit["corners"], axis=0) * scale + [0, band]
        right, bottom = np.max(digit["corners"], axis=0) * scale + [0, band]
        around = copy[int(top) - 12 : int(bottom) + 5, int(left) - 5 : int(right) + 5]
        marked = {colour: near(around, colour) for colour in (BLUE, ORANGE)}
        expected, other = (BLUE, ORANGE) if digit["sure"] else (ORANGE, BLUE)
        assert marked[expected] > 100 > marked[other]
    assert (pictures / "form.png").read_bytes() == before


def near(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(pixels - colour).max(axis=2) < 40).sum())


def test_a_drawn_copy_never_replaces_a_picture(pictures: Path, predict: Predicting) -> None:
    (page,) = predict.told("seven.png", "--draw", ".")["pages"]
    assert (pictures / page["drawn"]).is_file()
    assert read_grey(pictures / "seven.png").shape == written_by(3)[7].shape
    drawn = Path(page["drawn"])
    (pictures / "seven.png").rename(drawn)  # the original has just the name of its copy
    predict(str(drawn), "--draw", ".")
    assert read_grey(drawn).shape == written_by(3)[7].shape


def test_draw_must_be_a_folder(pictures: Path, predict: Predicting) -> None:
    assert predict("seven.png", "--draw", "blank.png")[0] == 2


def test_a_form_of_64_boxes_is_read_and_drawn(
    real_data: Path, pictures: Path, predict: Predicting
) -> None:
    (page,) = predict.told(str(real_data / "forms" / "7.jpg"), "--draw", "drawn")["pages"]
    assert len(page["digits"]) == 64
    with Image.open(page["drawn"]) as copy:
        assert copy.width == page["width"]
