"""Digits in any picture: a crop, several, a sheet, or none."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image
from scipy import ndimage

from datasets.drawn.sheet import made_sheet
from datasets.pictures import Grey, read_grey
from datasets.preparing.preparation import centred
from datasets.sheets.boxes import find_boxes
from datasets.sheets.cutting import cut_page
from datasets.sheets.locating import found_digits
from datasets.sheets.page import Page
from datasets.sources.chen_mnist import chen_pictures
from datasets.sources.mnist import load_mnist
from datasets.sources.synthetic import synthetic_pictures, written_by
from tests.datasets.sheets.made_forms import made_form

SIZES = [(28, 28), (96, 100), (280, 280), (600, 800)]


def as_bytes(light: np.ndarray) -> Grey:
    return np.asarray(np.clip(light, 0, 255).round(), dtype=np.uint8)


def without_digits(height: int, width: int) -> Iterator[tuple[str, Grey]]:
    """Paper, light and textures: nothing that anyone has written."""
    dice = np.random.default_rng(0)
    shape = (height, width)
    down, across = np.mgrid[:height, :width] / max(shape)
    for brightness in (0, 128, 255):
        yield f"all {brightness}", np.full(shape, brightness, np.uint8)
    yield "paper", as_bytes(210 + dice.normal(0, 4, shape))
    yield "noise", dice.integers(0, 256, shape).astype(np.uint8)
    yield "dim light", as_bytes(210 + dice.normal(0, 40, shape))
    yield "light from a side", as_bytes(80 + 100 * across + 60 * down)
    middle = (down - down.max() / 2) ** 2 + (across - across.max() / 2) ** 2
    yield "vignette", as_bytes(240 * (1 - 0.8 * middle))
    yield "edge of a shadow", as_bytes(220 * (1 - 0.5 / (1 + np.exp((0.5 - across) * 60))))
    yield "salt", as_bytes(np.where(dice.random(shape) < 0.01, 40, 220))
    for blur in (2, 6, 20):
        if blur > height / 12:
            break  # a cloud as large as the picture may look like any digit
        clouds = ndimage.gaussian_filter(dice.normal(0, 1, shape), blur)
        yield f"clouds of {blur}", as_bytes(150 + 60 * clouds / clouds.std())
    if height > 28:
        yield from printed(height, width, dice)


def printed(height: int, width: int, dice: np.random.Generator) -> Iterator[tuple[str, Grey]]:
    step = max(height // 10, 12)
    ruled = np.full((height, width), 225.0)
    ruled[step // 2 :: step] *= 0.7
    squared = ruled.copy()
    squared[:, step // 2 :: step] *= 0.7
    yield "ruled", as_bytes(ruled + dice.normal(0, 2, ruled.shape))
    yield "squared", as_bytes(squared + dice.normal(0, 2, ruled.shape))
    turned = Image.fromarray(as_bytes(ruled)).rotate(4, Image.Resampling.BICUBIC, fillcolor=225)
    yield "ruled, turned", as_bytes(np.asarray(turned) + dice.normal(0, 2, ruled.shape))


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_found_where_nothing_is_written(size: tuple[int, int]) -> None:
    found = {name: len(found_digits(grey)) for name, grey in without_digits(*size)}
    assert not any(found.values()), found


def test_no_digit_is_found_in_empty_boxes() -> None:
    assert not found_digits(made_form(0, rows=2, columns=2, empty=(0, 1, 2, 3)).grey)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 2), (39, 5000), (5000, 41)])
def test_a_picture_of_any_shape_can_be_looked_at(shape: tuple[int, int]) -> None:
    assert not found_digits(np.full(shape, 200, np.uint8))
    noise = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    assert len(found_digits(noise)) <= 1


def test_a_texture_is_no_page_of_thousands_of_digits_or_boxes() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1200, 1600)).astype(np.uint8)
    assert not find_boxes(Page.of(noise).mask)
    assert not cut_page(noise)


def test_a_crop_is_prepared_as_training_digits_are() -> None:
    for picture in list(synthetic_pictures())[::13]:
        (found,) = found_digits(picture.read())
        np.testing.assert_array_equal(found.image, centred(picture.read()))


def test_a_digit_of_a_digit_set_is_found() -> None:
    for image in load_mnist("embedded").train.images[::40]:
        (found,) = found_digits(image)
        assert found.image.shape == (28, 28)
        np.testing.assert_array_equal(found.image, centred(image))


def test_a_digit_is_found_in_a_picture_cut_tight_around_it() -> None:
    for grey in written_by(5):
        (found,) = found_digits(grey)
        left, top = found.corners.min(axis=0).astype(int)
        right, bottom = found.corners.max(axis=0).astype(int)
        tight = grey[top:bottom, left:right]
        assert len(found_digits(tight)) <= 1
        if min(tight.shape) >= 20:  # a narrow 1 is taken for a printed line
            assert len(found_digits(tight)) == 1


@pytest.mark.parametrize("times", [1, 30])
def test_corners_are_in_pixels_of_the_picture_itself(times: int) -> None:
    grey = np.full((100, 90), 230, np.uint8)
    grey[20:80, 30:37] = 30
    grey[20:27, 30:60] = 30
    (found,) = found_digits(grey.repeat(times, axis=0).repeat(times, axis=1))
    expected = np.array([[30, 20], [60, 20], [60, 80], [30, 80]]) * times
    np.testing.assert_allclose(found.corners, expected, atol=1.5 * times)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("columns", [2, 5, 8])
def test_digits_of_a_row_are_found_from_left_to_right(columns: int, dark: bool) -> None:
    row = made_sheet(1, rows=1, columns=columns, turn=0)
    found = found_digits(255 - row.grey if dark else row.grey)
    assert len(found) == columns
    middles = np.array([digit.corners.mean(axis=0) for digit in found])
    np.testing.assert_allclose(middles, row.centres[0], atol=12)


def test_all_digits_of_a_made_sheet_are_found_where_they_are() -> None:
    sheet = made_sheet(1)
    found = found_digits(sheet.grey)
    assert len(found) == sheet.labels.size
    middles = np.array([digit.corners.mean(axis=0) for digit in found])
    distance = np.hypot(*(middles - sheet.centres.reshape(-1, 2)).T)
    assert distance.max() < 12


def test_digits_in_boxes_are_found_and_empty_boxes_are_not() -> None:
    found = found_digits(made_form(3, empty=(0, 7)).grey)
    assert len(found) == 28
    assert all(digit.boxed for digit in found)


def test_every_box_of_a_photographed_form_is_found(real_data: Path) -> None:
    for path in sorted((real_data / "forms").glob("*.jpg")):
        assert len(found_digits(read_grey(path))) == 64, path


def test_every_hand_cut_photograph_is_one_digit(real_data: Path) -> None:
    paths = sorted((real_data / "tongji").glob("?/*.png"))
    counts = {path: len(found_digits(read_grey(path))) for path in paths}
    assert len(counts) == 548
    assert {path.name for path, count in counts.items() if count != 1} == set()


def test_a_digit_of_chen_mnist_is_one_digit(real_data: Path) -> None:
    (archive,) = (real_data / "chen-mnist").glob("*.tar.gz")
    pictures = chen_pictures(archive, "chen")[::50]
    alone = sum(len(found_digits(picture.read())) == 1 for picture in pictures)
    assert alone >= 0.99 * len(pictures)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "camera", "chelsea", "grass"])
def test_a_photograph_of_other_things_shows_no_digit(name: str) -> None:
    grey = skimage.color.rgb2gray if name in ("astronaut", "coffee", "chelsea") else np.asarray
    picture = np.asarray(grey(getattr(skimage.data, name)()), dtype=float)
    assert not found_digits(as_bytes(picture * (255 / picture.max())))
