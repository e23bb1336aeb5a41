"""What a look at digits tells: counts, doubts, duplicates, and a picture of them."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.inspecting.contact_sheet import CELL, draw_contact_sheet
from datasets.inspecting.duplicates import duplicates
from datasets.inspecting.inspection import Inspection, inspect
from datasets.inspecting.tables import inspection_notes
from datasets.preparing.digit import find_digit
from datasets.preparing.doubts import doubts
from datasets.preparing.preparation import centred
from datasets.sources.chinese import chinese_sources
from datasets.sources.synthetic import written_by

PAPER = np.full((100, 100), 230, np.uint8)


def stroke(rows: slice, columns: slice, ink: int = 40) -> np.ndarray:
    grey = PAPER.copy()
    grey[rows, columns] = ink
    return grey


@pytest.mark.parametrize(
    ("grey", "reason"),
    [
        (stroke(slice(20, 80), slice(45, 55), 192), "faint"),
        (stroke(slice(50, 57), slice(50, 53)), "tiny"),
        (stroke(slice(60, 100), slice(45, 55)), "cut off"),
        (stroke(slice(20, 80), slice(30, 38)) & stroke(slice(20, 80), slice(52, 60)), "two digits"),
        (stroke(slice(20, 80), slice(45, 55)) & stroke(slice(0, 70), slice(0, 8)), "dropped"),
    ],
)
def test_doubtful_picture_is_told_with_the_reason(grey: np.ndarray, reason: str) -> None:
    assert any(reason in told for told in doubts(find_digit(grey)))


def test_plain_digit_is_not_doubtful() -> None:
    assert doubts(find_digit(stroke(slice(20, 80), slice(45, 55)))) == []


def test_exact_duplicates_are_found_and_told_from_near_ones() -> None:
    images = np.array([centred(grey) for grey in written_by(0)])
    near = images[7].copy()
    near[10, 10] ^= 8
    pairs = duplicates(np.concatenate([images, images[3:4], near[None]]))
    assert [(pair.first, pair.second) for pair in pairs] == [(3, 10), (7, 11)]
    assert pairs[0].distance == 0
    assert 0 < pairs[1].distance < 0.1


def saved_again(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return Image.open(file)


@pytest.mark.parametrize(
    "change",
    [
        saved_again,
        lambda picture: picture.crop((3, 3, picture.width, picture.height)),
        lambda picture: picture.point(lambda value: value * 0.8),
    ],
    ids=["saved again", "cut closer", "darker"],
)
def test_most_changed_pictures_are_near_duplicates(
    change: Callable[[Image.Image], Image.Image],
) -> None:
    greys = [grey for writer in range(5) for grey in written_by(writer)]
    found = [
        bool(duplicates(np.array([centred(grey), centred(np.asarray(change(picture)))])))
        for grey in greys
        for picture in [Image.fromarray(grey)]
    ]
    assert np.mean(found) >= 0.7


def test_duplicates_are_found_across_blocks() -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (2300, 28, 28)).astype(np.uint8)
    images[2299], images[1500], images[999] = images[5], images[1400], images[998]
    found = [(pair.first, pair.second) for pair in duplicates(images)]
    assert found == [(998, 999), (1400, 1500), (5, 2299)]


def write_folder(folder: Path) -> None:
    for writer in range(9):
        for digit, grey in enumerate(written_by(writer)):
            (folder / str(digit)).mkdir(parents=True, exist_ok=True)
            Image.fromarray(grey).save(folder / str(digit) / f"{writer}.png")
    (folder / "4" / "1.png").write_bytes(b"no picture")
    (folder / "5" / "copy.png").write_bytes((folder / "5" / "2.png").read_bytes())
    Image.fromarray(PAPER).save(folder / "6" / "3.png")
    (folder / "7" / "4.png").unlink()
    (folder / "7" / "5.png").unlink()
    (folder / "digits.csv").write_text("image,writer\n0/1.png,李\n1/1.png,li\n2/1.png,li\n")


@pytest.fixture
def looked(tmp_path: Path) -> Inspection:
    write_folder(tmp_path / "photos")
    return inspect(chinese_sources([str(tmp_path / "photos"), "embedded"]))


def test_unreadable_pictures_are_noted_and_the_others_counted(looked: Inspection) -> None:
    assert looked.counts("photos").tolist() == [9, 9, 9, 9, 8, 10, 8, 7, 9, 9]
    assert looked.counts("synthetic").tolist() == [60] * 10
    told = "\n".join(inspection_notes(looked))
    assert "photos has fewer than 8, the least for a sweep, of 7 (7)" in told
    assert "4/1.png is not a readable picture" in told
    assert "6/3.png: has no ink that could be a digit" in told
    assert "5/copy.png is " in told


def test_duplicates_within_and_between_sources_are_named(looked: Inspection) -> None:
    pairs = [(looked.usable[pair.first], looked.usable[pair.second]) for pair in looked.pairs]
    between = [pair for pair in pairs if pair[0].source != pair[1].source]
    assert len(between) >= 80
    assert all(first.picture.label == second.picture.label for first, second in between)


def test_contact_sheet_shows_each_label_before_and_after(
    looked: Inspection, tmp_path: Path
) -> None:
    draw_contact_sheet(tmp_path / "sheet.png", looked)
    sheet = Image.open(tmp_path / "sheet.png")
    assert sheet.width > 18 * CELL
    assert sheet.height > 20 * CELL
    pixels = np.asarray(sheet.convert("RGB"), dtype=int)
    red = (pixels[..., 0] > 180) & (pixels[..., 1] < 80)
    assert red.any()
    black = (pixels.sum(axis=2) == 0).mean(axis=1)
    assert (np.diff((black > 0.3).astype(int)) == 1).sum() == 10


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"picture,who\n1,2\n", "columns image and writer, but has ..picture., .who"),
        (b"image;writer\n0/1.png;li\n", "columns image and writer"),
        ("image,writer\n0/1.png,李\n".encode("gbk"), "must be in UTF-8"),
        (b"image,writer\n1.png,li\n", "names no picture of the folder; the first is 1.png"),
        (b"image,writer\n0/1.png,li\n0/1.png,wu\n", "must name each picture once, but names 0/1"),
        (b"image,writer,page\n0/1.png,li,two\n", "invalid literal"),
    ],
)
def test_wrong_register_is_refused(content: bytes, rule: str, tmp_path: Path) -> None:
    write_folder(tmp_path / "photos")
    (tmp_path / "photos" / "digits.csv").write_bytes(content)
    with pytest.raises(DataError, match=rule) as raised:
        chinese_sources([str(tmp_path / "photos")])
    assert "digits.csv" in str(raised.value)
