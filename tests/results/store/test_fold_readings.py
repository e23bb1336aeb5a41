from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datasets.digit_set import DigitSet
from model.judging.judgement import HardDigit
from results.drawing.confusion import draw_confusion
from results.drawing.hardest import draw_hardest
from results.store.fold_readings import (
    FoldReading,
    forget_fold_readings,
    read_fold_readings,
    write_fold_readings,
)
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json, write_json
from results.tensorboard.event_pictures import trial_pictures

TRIAL, FOLDS = 3, 5


def reading(fold: int) -> FoldReading:
    return FoldReading(
        fold,
        np.random.default_rng(fold).integers(0, 9, (10, 10)),
        tuple(HardDigit(10 * fold + place, place, 0.5, 0.1) for place in range(10)),
    )


def plain(readings: list[FoldReading]) -> list[object]:
    return [reading.to_dict() for reading in readings]


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    folder = SweepFolder(tmp_path / "sweep")
    folder.make({})
    write_fold_readings(folder, TRIAL, [reading(fold) for fold in range(FOLDS)])
    return folder


def test_readings_are_read_as_they_were_written_until_they_are_forgotten(
    folder: SweepFolder,
) -> None:
    write_fold_readings(folder, TRIAL + 1, [reading(0)])
    expected = [reading(fold) for fold in range(FOLDS)]
    assert plain(read_fold_readings(folder, TRIAL)) == plain(expected)
    forget_fold_readings(folder, TRIAL)
    assert read_fold_readings(folder, TRIAL) == []
    assert plain(read_fold_readings(folder, TRIAL + 1)) == plain([reading(0)])


def spoilt(path: Path, **changed: Any) -> None:
    write_json(path, {**read_json(path), **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"fold": -1},
        {"confusion": [[0] * 10] * 9},
        {"confusion": [[0] * 9] * 10},
        {"confusion": [[-1] * 10] * 10},
        {"hardest": [{"index": 1, "read": 10, "confidence": 0.5, "probability": 0.1}]},
        {"hardest": [{"index": 1, "read": 1, "confidence": 1.5, "probability": 0.1}]},
        {"hardest": [{"index": 1, "read": 1}]},
        {"hardest": [{"index": 200, "read": 1, "confidence": 0.5, "probability": 0.1}]},
    ],
)
def test_picture_tells_that_a_damaged_fold_is_left_out(
    folder: SweepFolder, small_pool: DigitSet, changed: dict[str, Any]
) -> None:
    spoilt(folder.fold_reading(TRIAL, 1), **changed)
    pictures = trial_pictures(TRIAL, FOLDS, read_fold_readings(folder, TRIAL), small_pool)
    confusion = np.sum([reading(fold).confusion for fold in (0, 2, 3, 4)], axis=0)
    expected = draw_confusion(confusion, "trial 3: validation digits of 4 of 5 folds")
    assert pictures["pictures/validation_confusion"] == expected


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"[" * 100_000, b"null", b'{"fold": 1'])
def test_noise_is_no_reading(folder: SweepFolder, content: bytes) -> None:
    folder.fold_reading(TRIAL, 1).write_bytes(content)
    assert [each.fold for each in read_fold_readings(folder, TRIAL)] == [0, 2, 3, 4]


def test_nothing_is_drawn_where_nothing_is_known(small_pool: DigitSet) -> None:
    assert trial_pictures(TRIAL, FOLDS, [], small_pool) == {}


def test_hardest_of_a_trial_are_those_of_all_its_folds(
    folder: SweepFolder, small_pool: DigitSet
) -> None:
    hard: Any = {"index": 150, "read": 7, "confidence": 0.9, "probability": 0.01}
    spoilt(folder.fold_reading(TRIAL, 4), hardest=[hard])
    readings = read_fold_readings(folder, TRIAL)
    picture = trial_pictures(TRIAL, FOLDS, readings, small_pool)["pictures/validation_hardest"]
    others = [digit for each in readings[:4] for digit in each.hardest]
    expected = [HardDigit(**hard), *others]
    assert picture == draw_hardest(small_pool, expected, "trial 3: validation digits of 5 folds")
