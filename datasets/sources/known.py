"""The sources of Chinese digits that are known by name: one entry has all that is known of each.

Only names and licenses are imported with it; what reads a source is imported when it is read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasets.downloads.public import CHEN, TONGJI
from datasets.sources.origin import CHEN_NAME, DRAWN, Origin

if TYPE_CHECKING:
    from datasets.sources.source import DigitPicture


@dataclass(frozen=True)
class KnownSource:
    """A source of digits. One of your own is named `module:NAME` on the command line.

    Attributes:
        name: In tables and cards, and of each digit in a digit set.
        about: What it is, in a line, with its address if it has one.
        license: Of the digits, in a line.
        read: Returns its pictures: for a sweep of 5 folds at least 8 of each label.
        licensed: Whether `license` is one; not where it says that there is none.
        choice: On the command line; your own have none.
    """

    name: str
    about: str
    license: str
    read: "Callable[[], Sequence[DigitPicture]]"
    licensed: bool = True
    choice: str = ""

    @property
    def origin(self) -> Origin:
        """What a model card says of it."""
        return Origin(self.about, self.license, self.licensed)


def _drawn() -> "Sequence[DigitPicture]":
    from datasets.sources.synthetic import synthetic_pictures

    return synthetic_pictures()


def _chen() -> "Sequence[DigitPicture]":
    from datasets.downloads.fetching import fetched_file
    from datasets.sources.chen_mnist import chen_pictures

    return chen_pictures(fetched_file(CHEN), CHEN_NAME)


def _tongji() -> "Sequence[DigitPicture]":
    from datasets.downloads.fetching import fetched_file
    from datasets.sources.csv_table import csv_pictures

    return csv_pictures(fetched_file(TONGJI))


KNOWN = {
    source.choice: source
    for source in (
        KnownSource(
            choice="embedded",
            name=DRAWN,
            about="drawn by shuzi itself, by no person",
            license="MIT, as shuzi",
            read=_drawn,
        ),
        KnownSource(
            choice="chen", name=CHEN_NAME, about=CHEN.about, license=CHEN.license, read=_chen
        ),
        KnownSource(
            choice="tongji",
            name="tongji",
            about=TONGJI.about,
            license=TONGJI.license,
            licensed=False,
            read=_tongji,
        ),
    )
}
