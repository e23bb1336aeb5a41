"""Chen-MNIST: 10,000 digits by Chinese writers, as GitHub's tarball packs them.

Source: Chen et al., doi 10.1145/3512388.3512404, MIT license. Neighbouring file numbers are one
hand, so a contiguous block of 50 numbers stands for a writer and is never split. The digit 1 is
stored as RGB, the rest as grey: everything is read as grey, so that the mode tells nothing.
"""

import re
import tarfile
import zlib
from functools import partial
from pathlib import Path

from datasets.errors import DataError, naming
from datasets.pictures import Grey, grey_from_bytes
from datasets.source import DigitPicture

MEMBER = re.compile(r"[^/]+/data/(?P<label>\d)/(?P=label)(?P<number>\d+)\.png")
BLOCK = 50
LARGEST = 1_000_000  # bytes of a member; the real ones have under 1,000
Member = tuple[re.Match[str], bytes]


def chen_pictures(path: Path, source: str) -> list[DigitPicture]:
    """Reads the tarball without unpacking it to the disk.

    Args:
        path: `Chen-MNIST-<commit>.tar.gz`, with members `*/data/<label>/<label><number>.png`.
        source: The name of the source.

    Raises:
        DataError: If the archive is damaged, or no member is a digit.
    """
    return [
        DigitPicture(
            f"{path}: {match.string}",
            int(match["label"]),
            partial(_grey, f"{path}: {match.string}", content),
            f"{source}/block-{int(match['number']) // BLOCK:03d}",
        )
        for match, content in chen_members(path)
    ]


def _grey(name: str, content: bytes) -> Grey:
    with naming(name):
        return grey_from_bytes(content)


def chen_members(path: Path) -> list[Member]:
    """Returns the name and the bytes of each digit in the tarball, in the order of the numbers.

    Raises:
        DataError: If the archive is damaged, or no member is a digit.
    """
    try:
        with tarfile.open(path) as archive:
            found = [_read(archive, member) for member in archive if _is_digit(member)]
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{path} cannot be read as a tarball: {error}") from error
    if not found:
        raise DataError(f"{path} must hold pictures named data/<label>/<label><number>.png.")
    return sorted(found, key=lambda item: (item[0]["label"], int(item[0]["number"])))


def _is_digit(member: tarfile.TarInfo) -> bool:
    return member.isfile() and member.size <= LARGEST and bool(MEMBER.fullmatch(member.name))


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Member:
    file, match = archive.extractfile(member), MEMBER.fullmatch(member.name)
    if file is None or match is None:
        raise tarfile.ReadError(f"{member.name} has no content")
    return match, file.read()
