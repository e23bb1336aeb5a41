"""What is inside Chen-MNIST's archive, read without unpacking it to the disk."""

import re
import tarfile
import zlib
from pathlib import Path

from datasets.errors import DataError

MEMBER = re.compile(r"[^/]+/data/(?P<label>\d)/(?P=label)(?P<number>\d+)\.png")
LARGEST = 1_000_000  # bytes of a member; the real ones have under 1,000
Member = tuple[re.Match[str], bytes]


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
