"""Public digits: what can be downloaded, from where, under which license, and how it is known."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from datasets.downloads.chen_archive import chen_members


@dataclass(frozen=True)
class PublicFile:
    """One file.

    Attributes:
        name: In the cache folder, and on a mirror.
        addresses: Where it lies, tried in turn.
        sha256: Of the file; of the digits inside where it is an archive that its host makes anew.
        archive: Whether it is such an archive.
    """

    name: str
    addresses: tuple[str, ...]
    sha256: str
    archive: bool = False

    def found_in(self, path: Path) -> bool:
        """Tells whether a file is this one.

        Raises:
            DataError: If it should be an archive, but is not.
        """
        return (sha256_inside(path) if self.archive else _sha256(path)) == self.sha256


@dataclass(frozen=True)
class PublicDigits:
    """Files that belong together.

    Attributes:
        name: As `shuzi data fetch` takes it.
        about: What it is, in one line.
        license: In one line.
        files: What to download.
        size: Of all files.
    """

    name: str
    about: str
    license: str
    files: tuple[PublicFile, ...]
    size: str


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_inside(path: Path) -> str:
    """Returns the sha256 of a list of all digits in Chen-MNIST's tarball: sha256, name.

    The list is sorted as `chen_members` sorts, so that it does not depend on how it was packed.
    """
    listed = hashlib.sha256()
    for match, content in chen_members(path):
        name = f"{match['label']}/{match['label']}{match['number']}.png"
        listed.update(f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())
    return listed.hexdigest()


_MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_MNIST_SHA256 = {
    "train-images-idx3": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
_CHEN_COMMIT = "2c6693e854ee7407e699ced1a05d29e025f0eb8e"
_TONGJI = "https://raw.githubusercontent.com/TROUBADOUR000/Chinese-Hand-written-digits-recognition"

MNIST = PublicDigits(
    "mnist",
    "MNIST: 70,000 digits (LeCun, Cortes, Burges)",
    "CC BY-SA 3.0",
    tuple(
        PublicFile(
            f"{part}-ubyte.gz", tuple(f"{at}{part}-ubyte.gz" for at in _MNIST_MIRRORS), digest
        )
        for part, digest in _MNIST_SHA256.items()
    ),
    "11 MB",
)
CHEN = PublicDigits(
    "chen",
    "Chen-MNIST: 10,000 digits by Chinese writers (doi 10.1145/3512388.3512404)",
    "MIT",
    (
        PublicFile(
            f"Chen-MNIST-{_CHEN_COMMIT[:7]}.tar.gz",
            (f"https://codeload.github.com/Cancoekfai/Chen-MNIST/tar.gz/{_CHEN_COMMIT}",),
            "5541b39c12be4913bc32edc979eeec6c9b89097704c08b89f7cee96a8d4601b2",
            archive=True,
        ),
    ),
    "2 MB",
)
TONGJI = PublicDigits(
    "tongji",
    "the student's own 548 photographs, plainly resized to 28 x 28",
    "none stated: use, never redistribute",
    (
        PublicFile(
            "mnist_data.csv",
            (f"{_TONGJI}/364b46f66746b4e19edcddccdb91288cfe0d50e9/data/mnist_data.csv",),
            "69e84391b775842627e37a46132e3d930c72ba2f2fbe66f72216772c43d31bbd",
        ),
    ),
    "1 MB",
)
PUBLIC = {digits.name: digits for digits in (MNIST, CHEN, TONGJI)}
