"""Sources by name, and one of a person's own, as docs/extending.md shows it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError, ExtensionError
from datasets.sources.chinese import chinese_sources, load_chinese
from datasets.sources.known import KNOWN
from datasets.sources.synthetic import written_by
from results.card.page import write_card
from results.store.formats.json_files import read_json, write_json
from tests.results.made_sweep import made_sweep
from tests.test_extending import write_files
from tune.planning.data import load_data
from tune.planning.request import SweepRequest

ROOT = Path(__file__).parents[3]
WRITERS = 8
SHUZI = (sys.executable, "-P", "-m", "shuzi")  # as the command does, it looks in no folder


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the module that the page shows, and the digits that it reads."""
    write_files("A source of digits", tmp_path)
    (tmp_path / "postcards").mkdir()
    for writer in range(WRITERS):
        for label, grey in enumerate(written_by(writer)):
            Image.fromarray(grey).save(tmp_path / "postcards" / f"{label}-w{writer}-1.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "my_digits", raising=False)
    return tmp_path


def test_digits_of_ones_own_are_prepared_as_any_others(own: Path) -> None:
    digits = load_chinese(["my_digits:SOURCE"])
    drawn = load_chinese(["embedded"])
    assert digits.source_names == ["postcards"]
    assert len(set(digits.writers.tolist())) == WRITERS
    order = np.lexsort((digits.labels, digits.writers))
    np.testing.assert_array_equal(digits.images[order], drawn.images[: 10 * WRITERS])


@pytest.mark.kill
def test_data_show_takes_them_by_name(own: Path) -> None:
    command = [*SHUZI, "data", "show", "my_digits:SOURCE", "embedded"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=own, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split("\n")[2].split() == ["label", "postcards", "synthetic"]
    assert (own / "contact-sheet.png").is_file()


def test_a_card_names_their_license_where_neither_module_nor_digits_are(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = SweepRequest(name="x", chinese=("my_digits:SOURCE", "embedded"), mnist_count=100)
    described = load_data(request, 5).describe()
    folder = made_sweep(own / "made", complete=2)
    write_json(folder.sweep_json, {**read_json(folder.sweep_json), "data": described})
    (own / "my_digits.py").unlink()
    monkeypatch.delitem(sys.modules, "my_digits")
    assert write_card(folder)
    text = folder.card.read_text("utf-8")
    about = "digits on postcards, https://example.org/postcards"
    assert f"| postcards | {about} | CC BY 4.0 |" in text
    assert "| synthetic | drawn by shuzi itself, by no person | MIT, as shuzi |" in text
    assert "no license is known" not in text


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("no_digits:SOURCE", "no_digits:SOURCE: there is no module no_digits"),
        ("my_digits:NOTHING", "my_digits:NOTHING: .*my_digits.py has no NOTHING"),
        ("my_digits:FOLDER", "my_digits:FOLDER must be a KnownSource, but is of type PosixPath"),
        ("nothing", "there is no file or folder nothing"),
    ],
)
def test_what_is_no_source_is_refused_in_a_line(own: Path, choice: str, told: str) -> None:
    with pytest.raises((DataError, ExtensionError), match=told):
        chinese_sources([choice])


def test_a_name_comes_before_a_folder_of_that_name(own: Path) -> None:
    (own / "embedded").mkdir()
    (own / "tongji").mkdir()
    assert [source.name for source in chinese_sources(["embedded"])] == ["synthetic"]
    assert SweepRequest(name="x", chinese=("tongji", "postcards")).chinese == (
        "tongji",
        str(own / "postcards"),
    )


def test_every_known_source_is_told_by_what_takes_it(tmp_path: Path) -> None:
    (tmp_path / "digits.zip").write_bytes(b"")
    with pytest.raises(DataError) as raised:
        chinese_sources([str(tmp_path / "digits.zip")])
    ended = subprocess.run(
        [*SHUZI, "sweep", "--help"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    for choice, source in KNOWN.items():
        assert f"`{choice}`" in str(raised.value)
        assert choice in ended.stdout
        assert source.name
        assert source.license
