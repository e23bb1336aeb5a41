"""Commands of data: what they print and what they refuse."""

from pathlib import Path

import pytest
from PIL import Image

from tests.datasets.sheets.made_forms import made_form
from tests.shuzi.calling import Call, write_photographs


def test_digits_are_counted(elsewhere: Path, call: Call) -> None:
    write_photographs(elsewhere / "photos", 2)
    (elsewhere / "photos" / "3" / "0.png").write_bytes(b"no picture")
    status, out, _ = call("data", "show", "photos", "embedded")
    assert status == 0
    assert "photos" in out
    assert "synthetic" in out
    assert "unknown" in out
    assert "photos/3/0.png is not a readable picture" in out
    assert (elsewhere / "contact-sheet.png").is_file()


def test_sheet_is_imported_once_and_named(elsewhere: Path, call: Call) -> None:
    Image.fromarray(made_form(1, rows=2, columns=4).grey).save(elsewhere / "7-li.png")
    arguments = ("data", "import", "7-li.png", "digits", "--writer", "li")
    status, out, err = call(*arguments)
    assert (status, err) == (0, "")
    assert "look at what was cut: digits/overlays" in out
    assert len(list((elsewhere / "digits" / "7").iterdir())) == 8
    status, out, _ = call(*arguments)
    assert status == 0
    assert "1 imported before, and left as it is" in out
    assert out.endswith("  7-li.png\n")


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["import", "nowhere", "out"], "there is no file or folder nowhere"),
        (["import", ".", "out", "--label", "12"], "--label must be from 0 to 9"),
        (["import", ".", "out", "--layout", "spiral"], "--layout"),
        (["show", "nowhere"], "there is no file or folder nowhere"),
        (["fetch", "nothing"], "there are no public digits nothing: choose mnist, chen, tongji"),
    ],
)
def test_bad_request_for_data_is_one_clear_line(
    arguments: list[str], rule: str, elsewhere: Path, call: Call
) -> None:
    status, _, err = call("data", *arguments)
    assert status == 2
    assert rule in err
    assert err.count("shuzi: ") == 1
    assert list(elsewhere.iterdir()) == []


def test_fetch_prints_where_the_files_are(
    elsewhere: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(elsewhere))
    folder = elsewhere / "shuzi" / "mnist"
    folder.mkdir(parents=True)
    for path in (real_data / "mnist").glob("*.gz"):
        (folder / path.name).symlink_to(path)
    status, out, err = call("data", "fetch", "mnist")
    assert (status, out, err) == (0, f"{folder}\n", "")
