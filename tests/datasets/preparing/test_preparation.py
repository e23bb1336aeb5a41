import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from scipy import ndimage

from datasets.errors import DataError
from datasets.preparing.preparation import as_is, centred


def seven(side: int = 100, at: tuple[int, int] = (50, 40), size: int = 40) -> np.ndarray:
    """A dark 7 on light paper."""
    picture = Image.new("L", (side, side), 230)
    (x, y), half = at, size // 2
    corners = [(x - half // 2, y - half), (x + half // 2, y - half), (x - half // 4, y + half)]
    ImageDraw.Draw(picture).line(corners, fill=40, width=5)
    return np.asarray(picture)


@settings(max_examples=40)
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


def test_rule_across_the_whole_picture_is_dropped_wherever_it_runs() -> None:
    clean = centred(seven())
    for across in (3, 10, 75):
        grey = seven().copy()
        grey[:, across : across + 2] = 110
        assert np.corrcoef(centred(grey).ravel(), clean.ravel())[0, 1] > 0.98, across


def test_a_one_that_is_cut_by_the_edge_is_not_taken_for_a_rule() -> None:
    grey = np.full((90, 80), 230, np.uint8)
    grey[40:, 38:42] = 40
    rows, columns = np.nonzero(centred(grey) > 60)
    assert np.ptp(rows) + 1 >= 19
    assert np.ptp(columns) + 1 <= 4


def test_bar_of_a_four_cut_close_is_not_taken_for_a_rule() -> None:
    grey = np.full((60, 44), 230, np.uint8)
    grey[38:42] = 40
    grey[:, 28:32] = 40
    grey[:40, 2:6] = 40
    rows, columns = np.nonzero(centred(grey) > 100)
    widest = max(np.ptp(columns[rows == row]) for row in set(rows.tolist()))
    assert widest + 1 >= 14


def test_rule_that_touches_the_digit_is_dropped() -> None:
    grey = seven().copy()
    grey[59:61] = 110
    assert np.corrcoef(centred(grey).ravel(), centred(seven()).ravel())[0, 1] > 0.95


@pytest.mark.parametrize("lean", [-12, -5, 0, 4, 10])
def test_leaning_rule_across_the_whole_picture_is_dropped_where_it_crosses_the_digit(
    lean: int,
) -> None:
    ruled = Image.fromarray(seven())
    ImageDraw.Draw(ruled).line([(50 - lean, 0), (50 + lean, 99)], fill=120, width=2)
    assert np.corrcoef(centred(np.asarray(ruled)).ravel(), centred(seven()).ravel())[0, 1] > 0.93


def test_thin_line_from_the_digit_to_the_edge_is_dropped() -> None:
    grey = seven().copy()
    grey[60:, 44:46] = 60
    assert np.corrcoef(centred(grey).ravel(), centred(seven()).ravel())[0, 1] > 0.98


def test_dotted_frame_along_an_edge_is_not_the_digit() -> None:
    grey = seven(size=24).copy()
    grey[::2, :5] = 30
    grey[::9, :5] = 200
    assert np.corrcoef(centred(grey).ravel(), centred(seven(size=24)).ravel())[0, 1] > 0.98


def test_flag_of_a_small_five_that_touches_the_edge_is_kept() -> None:
    grey = np.full((28, 28), 255, np.uint8)
    grey[6:14, 6:8] = grey[14:16, 6:16] = grey[14:24, 16:18] = grey[22:24, 6:18] = 0
    flagged = grey.copy()
    flagged[3:5, 9:28] = 0
    assert np.ptp(np.nonzero(centred(flagged) > 60)[1]) > np.ptp(np.nonzero(centred(grey) > 60)[1])


@pytest.mark.parametrize(("dark", "kept"), [(0, True), (110, False)])
def test_thin_line_over_a_small_digit_is_its_stroke_if_as_dark(dark: int, kept: bool) -> None:
    grey = np.full((28, 28), 255, np.uint8)
    for row, column in enumerate(range(20, 5, -1), start=9):
        grey[row, column - 1 : column + 1] = 0  # the stem of a 7
    stem = centred(grey)
    grey[7, :17] = dark  # its bar, or a rule
    assert np.array_equal(centred(grey), stem) != kept


@pytest.mark.parametrize("side", range(15, 46))
def test_thin_stroke_is_not_lost_in_scaling(side: int) -> None:
    """Near a scale of 1 some filters leave complete rows out."""
    for row in range(2, side - 2):
        grey = np.full((side + 6, side + 6), 255, np.uint8)
        grey[3 : 3 + side, 3 + side // 2] = 0
        grey[3 + row, 3 : 3 + side] = 0
        image = centred(grey)
        assert (image.max(axis=0) > 40).sum() >= 17, row


def test_thin_pencil_comes_out_about_as_wide_as_a_pen() -> None:
    picture = Image.new("L", (200, 200), 230)
    ImageDraw.Draw(picture).line([(70, 40), (130, 40), (90, 160)], fill=190, width=2)
    image = centred(np.asarray(picture)).astype(float) / 255
    assert 1.6 <= np.median(image.sum(axis=1)[image.sum(axis=1) > 0]) <= 3.5


@pytest.mark.parametrize("dark", [0.8, 0.6])
def test_hard_shadow_over_a_part_of_the_picture_is_no_ink(dark: float) -> None:
    for start in range(20, 80, 3):
        grey = seven().astype(float)
        grey[:, start:] *= dark
        shaded = centred(grey.astype(np.uint8))
        assert np.corrcoef(shaded.ravel(), centred(seven()).ravel())[0, 1] > 0.85, start
