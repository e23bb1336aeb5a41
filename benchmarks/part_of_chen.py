"""Packs a part of Chen-MNIST's tarball, for tables that the whole would take days to make.

    python -m benchmarks.part_of_chen ../shared/data/chen-mnist/*.tar.gz /tmp/chen-500.tar.gz

The first file numbers of each label: neighbours are one hand, so that few hands are in it, whole.
"""

import argparse
import io
import tarfile
from pathlib import Path

from datasets.chen_mnist import chen_members


def main() -> None:
    """Writes the part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tarball", type=Path)
    parser.add_argument("part", type=Path, help="the tarball to be written")
    parser.add_argument("--each", type=int, default=50, help="digits of each label")
    arguments = parser.parse_args()
    counts = dict.fromkeys("0123456789", arguments.each)
    with tarfile.open(arguments.part, "w:gz") as part:
        for match, content in chen_members(arguments.tarball):
            counts[match["label"]] -= 1
            if counts[match["label"]] >= 0:
                about = tarfile.TarInfo(match.string)
                about.size = len(content)
                part.addfile(about, io.BytesIO(content))


if __name__ == "__main__":
    main()
