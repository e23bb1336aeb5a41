"""Every digit of a page is found, complete and in order, and nothing else."""

import numpy as np
import pytest

from datasets.drawn.sheet import MadeSheet, made_sheet
from datasets.preparing.digit import find_digit
from datasets.preparing.preparation import centred
from datasets.sheets.cutting import Cut, cut_page
from tests.datasets.sheets.made_forms import made_form

NEAR = 14  # pixels from the middle of a digit; digits are about 50 high


def middles(cuts: list[Cut]) -> np.ndarray:
    return np.array([cut.corners.mean(axis=0) for cut in cuts]).reshape(-1, 2)


def found_and_false(sheet: MadeSheet) -> tuple[int, int]:
    """How many digits of a sheet are found, and how many places are none."""
    cuts, truth = middles(cut_page(sheet.grey)), sheet.centres.reshape(-1, 2)
    apart = np.hypot(*(truth[:, None] - cuts[None]).transpose(2, 0, 1))
    return int((apart.min(axis=1) <= NEAR).sum()), int((apart.min(axis=0) > NEAR).sum())


def test_digits_on_ruled_paper_turned_by_5_degrees_with_a_shadow_across_are_found() -> None:
    counts = np.array([found_and_false(made_sheet(seed)) for seed in range(20)])
    found, false = counts.sum(axis=0)
    assert found >= 0.99 * 20 * 80
    assert false == 0


@pytest.mark.parametrize(("turn", "ruled"), [(-7.0, True), (0.0, True), (3.0, False), (0.0, False)])
def test_digits_are_found_however_the_page_is_turned_or_ruled(turn: float, ruled: bool) -> None:
    assert found_and_false(made_sheet(100, turn=turn, ruled=ruled)) == (80, 0)


def test_rows_are_read_in_order() -> None:
    sheet = made_sheet(7)
    cuts = cut_page(sheet.grey)
    assert [cut.row for cut in cuts] == [row for row in range(10) for _ in range(8)]
    assert np.abs(middles(cuts) - sheet.centres.reshape(-1, 2)).max() < NEAR


def test_light_ink_on_a_dark_board_is_found() -> None:
    sheet = made_sheet(3)
    assert len(cut_page(255 - sheet.grey)) == 80


def test_cut_picture_holds_the_digit_and_no_rule() -> None:
    for cut in cut_page(made_sheet(5).grey)[:16]:
        assert cut.picture is not None
        found = find_digit(cut.picture)
        side = max(cut.picture.shape)
        assert 0.4 * side <= max(found.ink.shape) <= 0.85 * side


@pytest.mark.parametrize("seed", [32, 36])
def test_stroke_that_lies_on_a_paler_rule_is_kept(seed: int) -> None:
    alike = [
        np.corrcoef(prepared(cut).ravel(), prepared(clean).ravel())[0, 1]
        for cut, clean in zip(
            cut_page(made_sheet(seed).grey),
            cut_page(made_sheet(seed, ruled=False).grey),
            strict=True,
        )
    ]
    assert np.mean(np.array(alike) > 0.6) >= 0.98


def prepared(cut: Cut) -> np.ndarray:
    assert cut.picture is not None
    return centred(cut.picture)


@pytest.mark.parametrize("gap", [0, 16])
@pytest.mark.parametrize("seed", range(4))
def test_boxes_and_grids_seen_at_an_angle_are_found(seed: int, gap: int) -> None:
    form = made_form(seed, gap=gap)
    cuts = cut_page(form.grey)
    assert np.abs(middles(cuts) - form.centres).max() < 5
    assert [cut.row for cut in cuts] == [row for row in range(5) for _ in range(6)]
    assert all(cut.picture is not None for cut in cuts)


def test_empty_boxes_are_told_from_digits() -> None:
    cuts = cut_page(made_form(1, empty=(0, 7, 29)).grey)
    assert [number for number, cut in enumerate(cuts) if cut.picture is None] == [0, 7, 29]


@pytest.mark.parametrize("place", [0.05, 0.95])
def test_digit_that_crosses_the_line_of_its_box_is_not_cut_through(place: float) -> None:
    inside = cut_page(made_form(2, gap=40).grey)
    crossing = cut_page(made_form(2, gap=40, place=place).grey)
    missing = [
        np.subtract(find_digit(complete.picture).ink.shape, find_digit(cut.picture).ink.shape).max()
        for cut, complete in zip(crossing, inside, strict=True)
        if cut.picture is not None and complete.picture is not None
    ]
    assert len(missing) == 30
    # A stroke that runs along the line itself cannot be told from it.
    assert np.mean(np.array(missing) <= 4) >= 0.7


def test_page_without_ink_has_no_digit() -> None:
    noise = np.random.default_rng(0).normal(220, 3, (400, 300))
    assert cut_page(noise.astype(np.uint8)) == []
