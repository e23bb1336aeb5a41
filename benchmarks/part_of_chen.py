"""Packs a part of Chen-MNIST's tarball, for tables that all of it would take days to make.

    python -m benchmarks.part_of_chen ../shared/data/chen-mnist/*.tar.gz /tmp/chen-500.tar.gz

Of each label the first digits of each of the first blocks, which stand for hands: 5 of 10 unless
it is asked for more. Numbers stay as they are, so that hands are still told apart.
"""

import argparse
import io
import tarfile
from pathlib import Path

from datasets.downloads.chen_archive import chen_members
from datasets.sources.chen_mnist import BLOCK


def main() -> None:
    """Writes the part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tarball", type=Path)
    parser.add_argument("part", type=Path, help="the tarball to be written")
    parser.add_argument("--hands", type=int, default=10, help="of each label")
    parser.add_argument("--each", type=int, default=5, help="digits of each hand")
    arguments = parser.parse_args()
    with tarfile.open(arguments.part, "w:gz") as part:
        for match, content in chen_members(arguments.tarball):
            hand, place = divmod(int(match["number"]), BLOCK)
            if hand < arguments.hands and place < arguments.each:
                about = tarfile.TarInfo(match.string)
                about.size = len(content)
                part.addfile(about, io.BytesIO(content))


if __name__ == "__main__":
    main()
