"""A source of digits before they are prepared: pictures, each with its label and its writer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from datasets.digit_set import DigitSet
from datasets.errors import DataError, naming
from datasets.pictures import Grey
from datasets.preparing.preparation import Preparation
from datasets.sources.origin import OWN, Origin
from datasets.terminal.progress_bar import with_progress

NAMED = 3  # refused pictures named in one message


@dataclass(frozen=True)
class DigitPicture:
    """A picture of one digit.

    Attributes:
        name: Its path, or how else a person finds it.
        label: 0 to 9.
        read: Returns (height, width) uint8 grey, dark ink on light paper as a rule; raises
            `DataError`, which names the picture, where it is damaged.
        writer: Who wrote it; empty where that is unknown.
    """

    name: str
    label: int
    read: Callable[[], Grey]
    writer: str = ""


@dataclass(frozen=True)
class Source:
    """Pictures under one name.

    Attributes:
        name: As in `DigitSet.sources`.
        pictures: Read only when needed.
        origin: What a model card says of it.
    """

    name: str
    pictures: Sequence[DigitPicture]
    origin: Origin = OWN

    def load(self, prepare: Preparation) -> DigitSet:
        """Prepares all pictures, with a progress bar in a terminal.

        Args:
            prepare: Makes (28, 28) uint8 of a grey picture.

        Raises:
            DataError: If pictures are unreadable or have no ink: names the first of them.
        """
        images, refused = [], []
        for picture in with_progress(self.pictures, f"Reading {self.name}"):
            try:
                images.append(prepared(picture, prepare))
            except DataError as error:
                refused.append(str(error))
        if refused:
            raise DataError(_refusal(refused))
        labels = [picture.label for picture in self.pictures]
        return DigitSet.of(images, labels, self.name, [item.writer for item in self.pictures])


def prepared(picture: DigitPicture, prepare: Preparation) -> Grey:
    """Reads and prepares one picture.

    Raises:
        DataError: If it is unreadable or has no ink; names it.
    """
    grey = picture.read()
    with naming(picture.name):
        return prepare(grey)


def _refusal(refused: Sequence[str]) -> str:
    if len(refused) == 1:
        return refused[0]
    more = " ... (`shuzi data show` names all)" if len(refused) > NAMED else ""
    return f"{len(refused)} pictures cannot be used: {' '.join(refused[:NAMED])}{more}"
