from pathlib import Path

import pytest

from datasets.atomic import atomic_file
from results.errors import ResultsError
from results.store.folder import SweepFolder, sweeps_in
from results.store.formats.json_files import read_json, write_json


def test_vacant_folder_is_not_made_before_it_is_asked_for(tmp_path: Path) -> None:
    folder = SweepFolder.vacant(tmp_path, "one")
    assert list(tmp_path.iterdir()) == []
    folder.make({})
    with pytest.raises(ResultsError, match="exists already"):
        SweepFolder.vacant(tmp_path, "one")


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a b", "-x"])
def test_name_that_is_no_plain_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ResultsError, match="name must be"):
        SweepFolder.vacant(tmp_path, name)


def test_chinese_name_is_a_plain_name(tmp_path: Path) -> None:
    assert SweepFolder.vacant(tmp_path, "数字-1").name == "数字-1"


def test_missing_sweep_is_refused_with_those_there_are(tmp_path: Path) -> None:
    folder = SweepFolder.vacant(tmp_path, "one")
    folder.make({})
    write_json(folder.sweep_json, {})
    with pytest.raises(ResultsError, match=r"there is no sweep two in .*; there are: one"):
        SweepFolder.existing(tmp_path, "two")
    assert [each.name for each in sweeps_in(tmp_path)] == ["one"]


def test_file_that_was_there_survives_a_failed_write(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write_json(path, {"old": 1})
    with pytest.raises(TypeError):
        write_json(path, {"new": object()})
    with pytest.raises(ZeroDivisionError), atomic_file(path) as temporary:
        temporary.write_text(f"half {1 / 0}")
    assert read_json(path) == {"old": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_damaged_json_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text('{"rows": [')
    with pytest.raises(ResultsError, match=r"evaluation\.json cannot be read"):
        read_json(path)


@pytest.mark.parametrize("content", ['{"old": 1}', '{"format": 1, "old": 1}', '{"format": 3}'])
def test_a_file_of_another_format_is_refused_by_its_number(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(ResultsError, match=r"has format (None|1|3), but this shuzi reads format 2"):
        read_json(path)
