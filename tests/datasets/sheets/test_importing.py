"""From photographs to label folders: what is written, what is refused, and that nothing is lost."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.drawn.sheet import made_sheet
from datasets.errors import DataError
from datasets.sheets.importing import Import, import_sheets
from datasets.sheets.labels import Labelling
from datasets.sources.chinese import load_chinese
from tests.datasets.sheets.made_forms import made_form


def save(picture: np.ndarray, path: Path, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path, **options)  # type: ignore[arg-type]
    return path


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def pictures(folder: Path, label: int) -> list[Path]:
    return sorted((folder / str(label)).glob("*.png"))


def register(folder: Path) -> list[dict[str, str]]:
    with (folder / "digits.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def form() -> np.ndarray:
    return made_form(1, rows=2, columns=4).grey


def test_real_forms_become_640_pictures(real_data: Path, tmp_path: Path) -> None:
    imported = import_sheets(real_data / "forms", Import(tmp_path, Labelling()))
    for page in imported.pages:
        assert [cut.row for cut in page.cuts] == [row for row in range(8) for _ in range(8)]
        assert len(page.digits) == 64
        sides = np.array([np.ptp(cut.corners, axis=0) for cut in page.cuts])
        assert (np.abs(sides / np.median(sides, axis=0) - 1) < 0.25).all()
    assert [len(pictures(tmp_path, label)) for label in range(10)] == [64] * 10
    assert len(list((tmp_path / "overlays").iterdir())) == 10
    assert imported.refused == []
    assert [Path(name).name for name in imported.passed_over] == ["LICENSE"]
    assert len(load_chinese([str(tmp_path)])) == 640


def test_second_import_adds_nothing_also_under_another_name(
    form: np.ndarray, tmp_path: Path
) -> None:
    photograph, out = save(form, tmp_path / "in" / "7.png"), tmp_path / "out"
    import_sheets(tmp_path / "in", Import(out, Labelling()))
    before = contents(out)
    photograph.rename(tmp_path / "in" / "7 again.png")
    imported = import_sheets(tmp_path / "in", Import(out, Labelling(label=3)))
    assert (imported.pages, len(imported.before)) == ([], 1)
    assert contents(out) == before


def test_import_that_broke_off_is_done_again_to_the_same_pictures(
    form: np.ndarray, tmp_path: Path
) -> None:
    save(form, tmp_path / "in" / "7.png")
    import_sheets(tmp_path / "in", Import(tmp_path / "out", Labelling()))
    before = contents(tmp_path / "out")
    (tmp_path / "out" / "digits.csv").unlink()
    pictures(tmp_path / "out", 7)[3].unlink()
    import_sheets(tmp_path / "in", Import(tmp_path / "out", Labelling()))
    assert contents(tmp_path / "out") == before


def test_another_picture_of_the_same_name_is_never_overwritten(
    form: np.ndarray, tmp_path: Path
) -> None:
    save(form, tmp_path / "in" / "7.png")
    import_sheets(tmp_path / "in", Import(tmp_path / "out", Labelling()))
    kept = pictures(tmp_path / "out", 7)[0]
    kept.write_bytes(b"drawn by hand")
    (tmp_path / "out" / "digits.csv").unlink()
    imported = import_sheets(tmp_path / "in", Import(tmp_path / "out", Labelling()))
    assert "would overwrite" in imported.refused[0]
    assert kept.read_bytes() == b"drawn by hand"


@pytest.mark.parametrize(
    ("name", "labelling", "label"),
    [
        ("7.png", Labelling(), 7),
        ("7-李明.png", Labelling(), 7),
        ("4/2.png", Labelling(), 4),
        ("4/IMG_2023.png", Labelling(), 4),
        ("IMG_2023.png", Labelling(label=5), 5),
        ("7.png", Labelling(label=5), 5),
    ],
)
def test_label_comes_from_option_folder_or_file_name(
    name: str, labelling: Labelling, label: int, form: np.ndarray, tmp_path: Path
) -> None:
    save(form, tmp_path / "in" / name)
    import_sheets(tmp_path / "in", Import(tmp_path / "out", labelling))
    assert len(pictures(tmp_path / "out", label)) == 8


@pytest.mark.parametrize("name", ["IMG_1.png", "2023.png", "1st page.png"])
def test_photograph_without_a_label_is_refused_by_name(
    name: str, form: np.ndarray, tmp_path: Path
) -> None:
    save(form, tmp_path / "in" / name)
    imported = import_sheets(tmp_path / "in", Import(tmp_path / "out", Labelling()))
    assert f"{name} has no label" in imported.refused[0]
    assert not (tmp_path / "out" / "digits.csv").exists()


def test_rows_name_the_digit_of_each_row(tmp_path: Path) -> None:
    save(made_sheet(2, rows=3, columns=5).grey, tmp_path / "sheet.png")
    import_sheets(tmp_path / "sheet.png", Import(tmp_path / "out", Labelling(rows="301")))
    assert [len(pictures(tmp_path / "out", label)) for label in (0, 1, 2, 3)] == [5, 5, 0, 5]


def test_wrong_number_of_rows_is_refused_and_drawn(tmp_path: Path) -> None:
    save(made_sheet(2, rows=3, columns=5).grey, tmp_path / "sheet.png")
    settings = Import(tmp_path / "out", Labelling(rows="0123456789"))
    imported = import_sheets(tmp_path / "sheet.png", settings)
    assert "shows 3 rows of digits, but --rows names 10" in imported.refused[0]
    assert [path.parent.name for path in (tmp_path / "out").rglob("*.*")] == ["overlays"]


def test_writer_is_kept_beside_the_images_and_read_back(tmp_path: Path) -> None:
    for label in range(10):
        save(made_form(label, rows=1, columns=4).grey, tmp_path / "li" / f"{label}.png")
        save(made_form(label + 50, rows=1, columns=4).grey, tmp_path / "wang" / f"{label}.png")
    out = tmp_path / "out"
    import_sheets(tmp_path / "li", Import(out, Labelling(), writer="李"))
    import_sheets(tmp_path / "wang", Import(out, Labelling(), writer="wang"))
    save(np.full((30, 30), 255, np.uint8), out / "0" / "by-hand.png").unlink()
    digits = load_chinese([str(out)])
    assert sorted(digits.writers.tolist()) == ["wang"] * 40 + ["李"] * 40
    assert register(out)[0]["photograph"] == "0.png"


def test_writer_noted_by_hand_is_kept_when_the_photograph_is_imported_again(
    form: np.ndarray, tmp_path: Path
) -> None:
    save(form, tmp_path / "in" / "7.png")
    out = tmp_path / "out"
    import_sheets(tmp_path / "in", Import(out, Labelling()))
    images = [entry["image"] for entry in register(out)]
    (out / "digits.csv").write_text(f"image,writer\n{images[2]}, li \n")
    import_sheets(tmp_path / "in", Import(out, Labelling()))
    assert [entry["image"] for entry in register(out)] == images
    assert [entry["writer"] for entry in register(out)] == ["", "", "li", "", "", "", "", ""]


def test_folder_without_a_photograph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(DataError, match="holds no photograph, scan or PDF file"):
        import_sheets(tmp_path / "in", Import(tmp_path / "out", Labelling()))


def test_overlay_numbers_what_was_cut(form: np.ndarray, tmp_path: Path) -> None:
    save(form, tmp_path / "in" / "7.png")
    imported = import_sheets(tmp_path / "in", Import(tmp_path / "out", Labelling()))
    overlay = np.asarray(Image.open(next((tmp_path / "out" / "overlays").iterdir())), dtype=int)
    red = (overlay[..., 0] > overlay[..., 1] + 60) & (overlay[..., 0] > overlay[..., 2] + 60)
    band = overlay.shape[0] - form.shape[0]
    for cut in imported.pages[0].cuts:
        across, down = cut.corners[0].round().astype(int)
        assert red[band + down - 2 : band + down + 3, across - 2 : across + 3].any()


def test_tiff_of_several_pages_and_pdf_are_read_page_by_page(tmp_path: Path) -> None:
    pages = [Image.fromarray(made_form(seed, rows=2, columns=4).grey) for seed in (1, 2, 3)]
    for name in ("7.tif", "8.pdf"):
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:])
        imported = import_sheets(tmp_path / name, Import(tmp_path / "out", Labelling()))
        assert [len(page.digits) for page in imported.pages] == [8, 8, 8]
    assert {entry["page"] for entry in register(tmp_path / "out")} == {"1", "2", "3"}


def test_turned_photograph_is_set_upright_by_its_exif_orientation(tmp_path: Path) -> None:
    sheet = made_sheet(2, rows=3, columns=5)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    lying = np.rot90(sheet.grey)
    save(lying, tmp_path / "sheet.jpg", exif=exif, quality=95)
    settings = Import(tmp_path / "out", Labelling(rows="012"))
    imported = import_sheets(tmp_path / "sheet.jpg", settings)
    assert [len(page.digits) for page in imported.pages] == [15]


def test_photograph_of_a_phone_is_worked_on_at_a_fitting_size(tmp_path: Path) -> None:
    large = Image.fromarray(made_form(1).grey).resize((4000, 3000))
    file = io.BytesIO()
    large.save(file, "JPEG", quality=80)
    (tmp_path / "7.jpg").write_bytes(file.getvalue())
    imported = import_sheets(tmp_path / "7.jpg", Import(tmp_path / "out", Labelling()))
    assert len(imported.pages[0].digits) == 30
    assert max(Image.open(imported_overlay(tmp_path)).size) < 2600


def imported_overlay(folder: Path) -> Path:
    return next((folder / "out" / "overlays").iterdir())


def test_heic_of_an_iphone_is_read(form: np.ndarray, tmp_path: Path) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    save(form, tmp_path / "7.heic", quality=90)
    imported = import_sheets(tmp_path / "7.heic", Import(tmp_path / "out", Labelling()))
    assert len(imported.pages[0].digits) == 8


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"label": 12}, "--label must be from 0 to 9, but got 12"),
        ({"rows": "01x"}, "--rows must be digits"),
        ({"rows": ""}, "--rows must be digits"),
        ({"label": 1, "rows": "1"}, "cannot both be given"),
    ],
)
def test_wrong_labels_are_refused(options: dict[str, object], rule: str) -> None:
    with pytest.raises(DataError, match=rule):
        Labelling(**options)  # type: ignore[arg-type]


def test_missing_source_and_wrong_target_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="there is no file or folder"):
        import_sheets(tmp_path / "nowhere", Import(tmp_path / "out", Labelling()))
    with pytest.raises(DataError, match="must be another folder"):
        import_sheets(tmp_path, Import(tmp_path, Labelling()))
    with pytest.raises(DataError, match="must be another folder"):
        import_sheets(tmp_path, Import(tmp_path / "file", Labelling()))
    assert not (tmp_path / "out").exists()
