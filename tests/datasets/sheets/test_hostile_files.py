"""A thousand files that nobody should have to import: each is read right or refused by name."""

import io
import os
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.drawn.sheet import made_sheet

PAGE = made_sheet(0, rows=1, columns=1, turn=0, ruled=False).grey[80:240, 80:240]
DIGIT = Image.fromarray(PAGE).convert("RGB")
MOST_MEMORY = 1_000_000  # kB, as Linux tells it; getrusage knows what its parent held, too
IMPORTING = """
import re, sys
from shuzi.__main__ import main
try:
    main()
finally:
    print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def enormous() -> bytes:
    """A complete and valid PNG of 30,000 x 30,000 black pixels, one bit each."""

    def chunk(name: bytes, content: bytes) -> bytes:
        size, check = len(content), zlib.crc32(name + content)
        return size.to_bytes(4, "big") + name + content + check.to_bytes(4, "big")

    header = (30_000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes(30_000 * 3_751), 1)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def oriented(value: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = value
    return encoded(DIGIT, "JPEG", exif=exif, quality=95)


def evil_tarball() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in ("../escaped.png", "/tmp/escaped.png", "a/data/1/../../escaped.png"):
            member = tarfile.TarInfo(name)
            member.size = 4
            archive.addfile(member, io.BytesIO(b"evil"))
    return file.getvalue()


def transparent() -> bytes:
    ink = np.asarray(DIGIT.convert("L")) < 120
    palette = Image.fromarray(ink.astype(np.uint8), "P")
    palette.putpalette([255, 0, 0, 10, 10, 10])
    return encoded(palette, "PNG", transparency=0)


def sixteen_bit() -> bytes:
    return encoded(Image.fromarray(np.asarray(DIGIT.convert("L")).astype(np.uint16) * 257), "PNG")


READ: dict[str, Callable[[int], bytes]] = {
    "animated.gif": lambda n: encoded(DIGIT, "GIF", save_all=True, append_images=[DIGIT] * 3),
    "animated.webp": lambda n: encoded(DIGIT, "WEBP", save_all=True, append_images=[DIGIT] * 2),
    "sixteen-bit.png": lambda n: sixteen_bit(),
    "cmyk.jpg": lambda n: encoded(DIGIT.convert("CMYK"), "JPEG", quality=95),
    "palette-alpha.png": lambda n: transparent(),
    "oriented.jpg": lambda n: oriented(n % 12),
    "wrong-suffix.jpg": lambda n: encoded(DIGIT, "PNG"),
    "名字 李.png": lambda n: encoded(DIGIT, "PNG"),
    " .png": lambda n: encoded(DIGIT, "PNG"),
    "x" * 200 + ".png": lambda n: encoded(DIGIT, "PNG"),
}
REFUSED: dict[str, Callable[[int], bytes]] = {
    "zero.png": lambda n: b"",
    "truncated.png": lambda n: encoded(DIGIT, "PNG")[: 60 + 11 * n],
    "truncated.jpg": lambda n: encoded(DIGIT, "JPEG")[: 30 + 5 * n],
    "text.jpg": lambda n: b"no picture at all",
    "noise.tif": lambda n: b"II*\0" + np.random.default_rng(n).bytes(400),
    "noise.webp": lambda n: b"RIFF\x20\x01\0\0WEBPVP8 " + np.random.default_rng(n).bytes(280),
    "noise.pdf": lambda n: b"%PDF-1.7\n" + np.random.default_rng(n).bytes(200),
    "noise.heic": lambda n: b"\0\0\0\x18ftypheic" + np.random.default_rng(n).bytes(200),
    "blank.png": lambda n: encoded(Image.new("L", (60, 60), 20 * (n % 13)), "PNG"),
    "one-pixel.png": lambda n: encoded(Image.new("L", (1 + n % 3, 1), n), "PNG"),
}
PASSED_OVER: dict[str, Callable[[int], bytes]] = {
    "archive.tar.gz": lambda n: evil_tarball(),
    "digit.txt": lambda n: encoded(DIGIT, "PNG"),
    "no-suffix": lambda n: encoded(DIGIT, "PNG"),
}
READ_EACH, REFUSED_EACH, PASSED_OVER_EACH = 25, 70, 15


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder of 1,000 files, each unlike the others."""
    folder = tmp_path / "in"
    kinds = ((READ, READ_EACH), (REFUSED, REFUSED_EACH), (PASSED_OVER, PASSED_OVER_EACH))
    for files, each in kinds:
        for name, make in files.items():
            for number in range(each):
                path = folder / str(number) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                # Trailing bytes that no decoder minds make every file another one.
                own = b"" if files is REFUSED else f"{name}{number}".encode()
                path.write_bytes(make(number) + own)
    (folder / "enormous.png").write_bytes(enormous())
    secret = tmp_path / "secret.png"
    secret.write_bytes(encoded(DIGIT, "PNG"))
    (folder / "link.png").symlink_to(secret)
    (folder / "dangling.png").symlink_to(tmp_path / "nowhere.png")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    (folder / os.fsdecode(b"bytes-\xff.jpg")).write_bytes(b"no picture")
    return folder


@pytest.mark.kill
def test_thousand_hostile_files_are_read_right_or_refused_by_name(
    hostile: Path, tmp_path: Path
) -> None:
    files = [path for path in hostile.rglob("*") if not path.is_dir()]
    assert len(files) >= 1000
    before = set(tmp_path.iterdir())
    command = [sys.executable, "-c", IMPORTING, "data", "import"]
    ended = subprocess.run(
        [*command, str(hostile), str(tmp_path / "out"), "--label", "2"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert int(ended.stderr) < MOST_MEMORY

    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.parent.name for path in written} == {"2", "overlays", "out"}
    assert set(tmp_path.iterdir()) == before | {tmp_path / "out"}
    assert not Path("/tmp/escaped.png").exists()

    digits = [path for path in written if path.parent.name == "2"]
    assert len(digits) == READ_EACH * len(READ)
    refused = REFUSED_EACH * len(REFUSED) + 5
    assert f"{refused} not imported" in ended.stdout
    assert f"{PASSED_OVER_EACH * len(PASSED_OVER)} passed over" in ended.stdout
