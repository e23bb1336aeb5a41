"""Chen-MNIST: 10,000 digits by Chinese writers, as GitHub's tarball packs them.

Source: Chen et al., doi 10.1145/3512388.3512404, MIT license. Neighbouring file numbers are one
hand, so a contiguous block of 50 numbers stands for a writer and is never split. The digit 1 is
stored as RGB, the rest as grey: everything is read as grey, so that the mode tells nothing.
"""

import re
import tarfile
import zlib
from pathlib import Path

from datasets.digit_set import DigitSet
from datasets.errors import DataError, naming
from datasets.ink import Grey, Preparation
from datasets.pictures import grey_from_bytes

MEMBER = re.compile(r"[^/]+/data/(?P<label>\d)/(?P=label)(?P<number>\d+)\.png")
BLOCK = 50


def load_chen_mnist(path: Path, source: str, prepare: Preparation) -> DigitSet:
    """Loads the tarball without unpacking it to the disk.

    Args:
        path: `Chen-MNIST-<commit>.tar.gz`, with members `*/data/<label>/<label><number>.png`.
        source: The name of the source.
        prepare: Makes (28, 28) uint8 of a grey picture.

    Raises:
        DataError: If the archive or a picture in it is damaged, or no member is a digit.
    """
    try:
        with tarfile.open(path) as archive:
            found = [
                (match, _read(archive, member))
                for member in archive
                if member.isfile() and (match := MEMBER.fullmatch(member.name))
            ]
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{path} cannot be read as a tarball: {error}") from error
    if not found:
        raise DataError(f"{path} must hold pictures named data/<label>/<label><number>.png.")
    found.sort(key=lambda item: (item[0]["label"], int(item[0]["number"])))
    images = [_prepared(path, match.string, content, prepare) for match, content in found]
    labels = [int(match["label"]) for match, _ in found]
    return DigitSet.of(images, labels, source, [_writer(source, match) for match, _ in found])


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    if file is None:
        raise tarfile.ReadError(f"{member.name} has no content")
    return file.read()


def _writer(source: str, match: re.Match[str]) -> str:
    return f"{source}/block-{int(match['number']) // BLOCK:03d}"


def _prepared(path: Path, name: str, content: bytes, prepare: Preparation) -> Grey:
    with naming(f"{path}: {name}"):
        return prepare(grey_from_bytes(content))
