import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.sources.chinese import load_chinese
from datasets.sources.synthetic import written_by


def write_folder(folder: Path, writers: int = 2, suffix: str = ".png") -> None:
    for writer in range(writers):
        for digit, grey in enumerate(written_by(writer)):
            (folder / str(digit)).mkdir(parents=True, exist_ok=True)
            Image.fromarray(grey).save(folder / str(digit) / f"{writer}{suffix}")


def write_tarball(path: Path, numbers: list[int]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for digit in range(10):
            for number in numbers:
                grey = written_by(number)[digit]
                picture = Image.fromarray(grey).convert("RGB" if digit == 1 else "L")
                content = io.BytesIO()
                picture.save(content, "PNG")
                member = tarfile.TarInfo(f"Chen-MNIST-abc/data/{digit}/{digit}{number}.png")
                member.size = content.tell()
                archive.addfile(member, io.BytesIO(content.getvalue()))


def test_folder_of_label_folders_is_read_under_its_own_name(tmp_path: Path) -> None:
    write_folder(tmp_path / "班级")
    (tmp_path / "班级" / "notes.txt").write_text("not a picture")
    (tmp_path / "班级" / "3" / "Thumbs.db").write_bytes(b"not a picture")
    digits = load_chinese([str(tmp_path / "班级")])
    assert digits.labels.tolist() == [digit for digit in range(10) for _ in range(2)]
    assert digits.source_names == ["班级"]


def test_drawn_digits_are_always_named_synthetic_and_are_always_the_same() -> None:
    one, two = load_chinese(["embedded"]), load_chinese(["embedded"])
    assert one.source_names == ["synthetic"]
    assert one.fingerprint == two.fingerprint
    assert np.bincount(one.labels).tolist() == [60] * 10
    assert len(set(one.writers.tolist())) == 60


def test_plain_resize_is_another_digit_set() -> None:
    assert (
        load_chinese(["embedded"], plain=True).fingerprint != load_chinese(["embedded"]).fingerprint
    )


def test_sources_of_one_name_are_numbered(tmp_path: Path) -> None:
    for parent in ("a", "b"):
        write_folder(tmp_path / parent / "photos", writers=1)
    write_folder(tmp_path / "mnist", writers=1)
    paths = [tmp_path / "a" / "photos", tmp_path / "b" / "photos", tmp_path / "mnist"]
    assert load_chinese([str(path) for path in paths]).source_names == [
        "mnist-2",
        "photos",
        "photos-2",
    ]


def test_tarball_keeps_blocks_together_and_does_not_tell_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "Chen-MNIST-abc.tar.gz"
    write_tarball(path, [0, 49, 50, 7])
    digits = load_chinese([str(path)])
    assert len(digits) == 40
    assert digits.source_names == ["chen-mnist"]
    assert digits.writers[:4].tolist() == ["chen-mnist/block-000"] * 3 + ["chen-mnist/block-001"]


def test_csv_of_inverted_pixels_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    write_folder(folder, writers=1)
    plain = load_chinese([str(folder)], plain=True)
    table = np.column_stack([plain.images.reshape(10, -1), plain.labels])
    np.savetxt(tmp_path / "photos.csv", table, fmt="%d", delimiter=",")
    read = load_chinese([str(tmp_path / "photos.csv")], plain=True)
    np.testing.assert_array_equal(read.images, plain.images)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("1,2,3\n", "785 columns"),
        (",".join(["300"] * 784 + ["1"]), "0 to 255"),
        (",".join(["0"] * 784 + ["10"]), "0 to 9"),
        ("a,b\n", "integers"),
        ("", "785 columns|integers"),
        (",".join(["0"] * 784 + ["1"]), "row 1 has no ink"),
    ],
)
@pytest.mark.filterwarnings("ignore:loadtxt")
def test_wrong_csv_is_refused_by_name(tmp_path: Path, content: str, rule: str) -> None:
    path = tmp_path / "digits.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=rule) as raised:
        load_chinese([str(path)])
    assert "digits.csv" in str(raised.value)


def test_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="folders named 0 to 9"):
        load_chinese([str(tmp_path)])


def test_empty_class_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path / "photos")
    for picture in (tmp_path / "photos" / "3").iterdir():
        picture.unlink()
    with pytest.raises(DataError, match="photos has no image of 3"):
        load_chinese([str(tmp_path / "photos")])


def test_unreadable_image_is_named_once(tmp_path: Path) -> None:
    write_folder(tmp_path / "photos", writers=1)
    (tmp_path / "photos" / "3" / "0.png").write_bytes(b"damaged")
    with pytest.raises(DataError) as raised:
        load_chinese([str(tmp_path / "photos")])
    assert str(raised.value) == f"{tmp_path}/photos/3/0.png is not a readable picture."


def test_unreadable_image_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path / "photos")
    (tmp_path / "photos" / "3" / "0.png").write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"3/0\.png is not a readable picture"):
        load_chinese([str(tmp_path / "photos")])


@pytest.mark.parametrize("name", ["nothing", "empty.tar.gz", "other.zip"])
def test_what_is_no_source_is_refused(tmp_path: Path, name: str) -> None:
    if name != "nothing":
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match=name):
        load_chinese([str(tmp_path / name)])


def test_real_photographs_are_all_read(real_data: Path) -> None:
    photographs = load_chinese([str(real_data / "tongji")])
    assert np.bincount(photographs.labels).tolist() == [74, 58, 52, 46, 46, 51, 52, 74, 47, 48]
    table = load_chinese([str(real_data / "tongji" / "mnist_data.csv")])
    assert np.bincount(table.labels).tolist() == np.bincount(photographs.labels).tolist()


def test_real_chen_mnist_is_all_read(real_data: Path) -> None:
    digits = load_chinese([str(next((real_data / "chen-mnist").glob("*.tar.gz")))])
    assert len(digits) == 10_000
    assert np.bincount(digits.labels)[1] == 788
