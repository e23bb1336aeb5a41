"""A look at sources of digits: what is in them, what is doubtful, what is there twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from datasets.errors import DataError
from datasets.inspecting.duplicates import Pair, duplicates
from datasets.pictures import Grey
from datasets.preparing.digit import find_digit
from datasets.preparing.doubts import doubts
from datasets.preparing.preparation import as_is, placed
from datasets.sources.source import DigitPicture, Source
from datasets.terminal.progress_bar import with_progress


@dataclass(frozen=True)
class Look:
    """One picture, looked at.

    Attributes:
        source: The name of its source.
        picture: As it was given.
        image: (28, 28) uint8 as a network would see it; none where it cannot be used.
        centred: (28, 28) uint8, the same or, where that is plainly resized, centred instead.
        reasons: Why it is doubtful, or cannot be used.
    """

    source: str
    picture: DigitPicture
    image: Grey | None
    centred: Grey | None
    reasons: list[str]


@dataclass(frozen=True)
class Inspection:
    """All pictures of some sources, looked at.

    Attributes:
        sources: The names of the sources, in the order given.
        looks: In the order of the sources.
    """

    sources: list[str]
    looks: list[Look]

    def of(self, source: str) -> list[Look]:
        """Returns the looks at the pictures of one source."""
        return [look for look in self.looks if look.source == source]

    @cached_property
    def usable(self) -> list[Look]:
        """The pictures that a network can be trained on."""
        return [look for look in self.looks if look.image is not None]

    @cached_property
    def doubtful(self) -> list[Look]:
        """The pictures that a person should look at."""
        return [look for look in self.looks if look.reasons]

    @cached_property
    def pairs(self) -> list[Pair]:
        """Exact and near duplicates: indices into `usable`."""
        images = [look.centred for look in self.usable]
        return duplicates(np.array(images, dtype=np.uint8).reshape(-1, 28, 28))

    def counts(self, source: str) -> NDArray[np.int64]:
        """Returns how many usable pictures of each label a source has: (10,)."""
        labels = [look.picture.label for look in self.usable if look.source == source]
        return np.bincount(np.array(labels, dtype=np.int64), minlength=10)


def inspect(sources: Sequence[Source], plain: bool = False) -> Inspection:
    """Reads and prepares every picture, with a progress bar in a terminal.

    Args:
        sources: Of pictures; unreadable ones are noted, not raised.
        plain: Whether to resize plainly, as the student did.
    """
    looks = [
        _look(source.name, picture, plain)
        for source in sources
        for picture in with_progress(source.pictures, f"Looking at {source.name}")
    ]
    return Inspection([source.name for source in sources], looks)


def _look(source: str, picture: DigitPicture, plain: bool) -> Look:
    try:
        grey = picture.read()
        found = find_digit(grey)
    except DataError as error:
        return Look(source, picture, None, None, [str(error)])
    centred = placed(found.ink)
    return Look(source, picture, as_is(grey) if plain else centred, centred, doubts(found))
