"""The winner is chosen by both cross-validations."""

import math
from pathlib import Path

import pytest

from results.store.finalist_records import (
    finalists_table,
    finished_finalists,
    read_finalists,
    second_losses,
    write_finalists,
)
from results.store.formats.csv_files import write_csv

FOUND = {4: 0.10, 1: 0.12, 7: 0.13}


def test_the_luckiest_of_the_search_need_not_win() -> None:
    table = finalists_table(FOUND, {4: [0.2, 0.22], 1: [0.1, 0.12], 7: [0.2, 0.2]})
    assert [each.trial for each in table] == [1, 4, 7]
    assert [each.both for each in table] == pytest.approx([0.115, 0.155, 0.165])
    assert [each.second_loss for each in table] == pytest.approx([0.11, 0.21, 0.2])


def test_a_finalist_that_failed_comes_last() -> None:
    table = finalists_table(FOUND, {4: [0.1, math.inf], 1: [0.2, 0.2]})
    assert [each.trial for each in table] == [1, 4]


def test_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "finalists.csv"
    assert read_finalists(path) is None
    table = finalists_table(FOUND, {4: [0.2, 0.2], 1: [0.1, 0.1]})
    write_finalists(path, table)
    assert read_finalists(path) == table


def test_table_of_which_a_part_is_still_to_come_is_no_choice_but_what_it_has_is_kept(
    tmp_path: Path,
) -> None:
    path = tmp_path / "finalists.csv"
    assert finished_finalists(read_finalists(path)) is None
    assert second_losses(read_finalists(path)) == {}
    write_finalists(path, finalists_table(FOUND, {4: [0.2, math.nan], 1: [math.nan] * 2}))
    assert finished_finalists(read_finalists(path)) is None
    kept = second_losses(read_finalists(path))
    assert (kept[4][0], math.isnan(kept[4][1]), list(kept)) == (0.2, True, [1, 4])
    write_finalists(path, finalists_table(FOUND, {4: [0.2, 0.3], 1: [0.1, 0.2]}))
    assert finished_finalists(read_finalists(path)) is not None


def test_who_was_given_up_comes_after_all_that_are_complete(tmp_path: Path) -> None:
    losses = {4: [0.2, math.nan], 1: [0.3, 0.4], 7: [math.nan] * 2}
    table = finalists_table(FOUND, losses, dropped={4, 7})
    assert [each.trial for each in table] == [1, 4, 7]
    assert [each.left for each in table] == [0, 0, 0]
    assert [math.isnan(each.both) for each in table] == [False, True, True]
    write_finalists(tmp_path / "finalists.csv", table)
    assert finished_finalists(read_finalists(tmp_path / "finalists.csv")) is not None


def test_table_of_a_sweep_in_which_none_could_be_given_up_is_read(tmp_path: Path) -> None:
    table = finalists_table(FOUND, {4: [0.2, math.nan], 1: [0.3, 0.4]})
    rows = [each.to_row() for each in table]
    for row in rows:
        del row["left"]
    write_csv(tmp_path / "finalists.csv", rows, list(rows[0]))
    read = read_finalists(tmp_path / "finalists.csv")
    assert read is not None
    assert [each.left for each in read] == [0, 1]
    assert finished_finalists(read) is None
