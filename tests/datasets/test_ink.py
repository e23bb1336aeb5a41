import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from scipy import ndimage

from datasets import DataError
from datasets.ink import as_is, centred


def seven(side: int = 100, at: tuple[int, int] = (50, 40), size: int = 40) -> np.ndarray:
    """A dark 7 on light paper."""
    picture = Image.new("L", (side, side), 230)
    (x, y), half = at, size // 2
    corners = [(x - half // 2, y - half), (x + half // 2, y - half), (x - half // 4, y + half)]
    ImageDraw.Draw(picture).line(corners, fill=40, width=5)
    return np.asarray(picture)


@settings(max_examples=40, deadline=None)
@given(
    x=st.integers(30, 70), y=st.integers(30, 70), size=st.integers(25, 50), tilt=st.floats(-1, 1)
)
def test_digit_is_centred_and_fits_the_box_wherever_it_was(
    x: int, y: int, size: int, tilt: float
) -> None:
    shade = 1 + 0.15 * tilt * np.linspace(-1, 1, 100)
    grey = np.clip(seven(at=(x, y), size=size) * shade, 0, 255).astype(np.uint8)
    image = centred(grey)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    rows, _ = np.nonzero(image > 60)
    assert 17 <= np.ptp(rows) + 1 <= 20
    np.testing.assert_allclose(ndimage.center_of_mass(image), [13.5, 13.5], atol=0.9)


def test_light_ink_on_dark_paper_is_the_same_digit() -> None:
    dark, light = centred(seven()), centred(255 - seven())
    assert np.corrcoef(dark.ravel(), light.ravel())[0, 1] > 0.98


def test_page_rule_and_neighbours_ink_at_the_edge_are_dropped() -> None:
    grey = seven().copy()
    clean = centred(grey)
    grey[92:94] = 90
    grey[20:60, :4] = 40
    assert np.corrcoef(centred(grey).ravel(), clean.ravel())[0, 1] > 0.98


def test_separate_stroke_of_the_digit_is_kept() -> None:
    grey = seven().copy()
    grey[22:42, 66:71] = 40
    _, columns = np.nonzero(centred(grey) > 60)
    assert np.ptp(columns) > np.ptp(np.nonzero(centred(seven()) > 60)[1]) + 2


@pytest.mark.parametrize("brightness", [0, 128, 255])
def test_blank_paper_is_reported_and_not_guessed(brightness: int) -> None:
    noise = np.random.default_rng(0).integers(-2, 3, (80, 80))
    with pytest.raises(DataError, match="no ink"):
        centred(np.clip(brightness + noise, 0, 255).astype(np.uint8))


def test_as_is_keeps_the_place_of_the_digit() -> None:
    image = as_is(seven(at=(25, 25), size=30))
    assert ndimage.center_of_mass(image.astype(float) ** 4)[0] < 11


def test_as_is_gives_the_reports_own_pixels_back() -> None:
    grey = np.random.default_rng(1).integers(0, 256, (28, 28)).astype(np.uint8)
    np.testing.assert_array_equal(as_is(grey), 255 - grey)
