"""Chen-MNIST: 10,000 digits by Chinese writers, as GitHub's tarball packs them.

Source: Chen et al., doi 10.1145/3512388.3512404, MIT license. Neighbouring file numbers are one
hand, so a contiguous block of 50 numbers stands for a writer and is never split. The digit 1 is
stored as RGB, the rest as grey: everything is read as grey, so that the mode tells nothing.
"""

from functools import partial
from pathlib import Path

from datasets.downloads.chen_archive import chen_members
from datasets.errors import naming
from datasets.pictures import Grey, grey_from_bytes
from datasets.sources.source import DigitPicture

BLOCK = 50


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
