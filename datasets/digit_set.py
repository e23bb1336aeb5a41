"""The one form in which digits travel through shuzi."""

import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from datasets.errors import DataError

SIDE = 28
LABELS = range(10)


@dataclass(frozen=True, eq=False)
class DigitSet:
    """Images of digits, with the label, the source and the writer of each. Immutable.

    Attributes:
        images: (n, 28, 28) uint8, ink bright on black.
        labels: (n,) int64, 0 to 9.
        sources: (n,) str, where each image comes from: `mnist` or a Chinese source.
        writers: (n,) str, who wrote it; empty where that is unknown.

    Raises:
        DataError: If a shape, a dtype or a label is not as above.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    sources: NDArray[np.str_]
    writers: NDArray[np.str_]

    def __post_init__(self) -> None:
        self._check()
        for name in ("images", "labels", "sources", "writers"):
            frozen = np.array(getattr(self, name))
            frozen.setflags(write=False)
            object.__setattr__(self, name, frozen)

    def _check(self) -> None:
        count = len(self.images)
        if self.images.shape != (count, SIDE, SIDE) or self.images.dtype != np.uint8:
            got = f"{self.images.shape} {self.images.dtype}"
            raise DataError(f"images must be (n, 28, 28) uint8, but got {got}.")
        for name in ("labels", "sources", "writers"):
            if getattr(self, name).shape != (count,):
                got = getattr(self, name).shape
                raise DataError(f"{name} must be ({count},), one for each image, but got {got}.")
        if count and not (self.labels.min() >= 0 and self.labels.max() <= 9):
            wrong = self.labels[(self.labels < 0) | (self.labels > 9)][0]
            raise DataError(f"labels must be from 0 to 9, but got {wrong}.")

    @classmethod
    def of(
        cls,
        images: Any,
        labels: Any,
        source: str,
        writers: Sequence[str] | None = None,
    ) -> Self:
        """Makes a digit set of one source.

        Args:
            images: Array-like, (n, 28, 28) uint8, ink bright on black.
            labels: Array-like, (n,) of integers from 0 to 9.
            source: The name of the source of every image.
            writers: The writer of each image; unknown (empty) when left out.
        """
        count = len(labels)
        pixels = np.asarray(images, dtype=np.uint8)
        if pixels.size != count * SIDE * SIDE:
            raise DataError(f"{count} images must be 28 x 28 pixels each, but got {pixels.shape}.")
        return cls(
            images=pixels.reshape(count, SIDE, SIDE),
            labels=np.asarray(labels, dtype=np.int64),
            sources=np.full(count, source),
            writers=np.array(writers if writers is not None else [""] * count, dtype=np.str_),
        )

    @classmethod
    def made_of(cls, digits: "DigitSet") -> Self:
        """Returns the same digits as a set of this kind.

        Raises:
            TypeError: If they are held out: what is held out remains so.
        """
        if isinstance(digits, HeldOut) and not issubclass(cls, HeldOut):
            raise TypeError(f"held-out digits must stay so, but {cls.__name__} was asked for.")
        return cls(digits.images, digits.labels, digits.sources, digits.writers)

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, chosen: NDArray[Any] | slice) -> Self:
        """Returns the digits at the given indices, in a slice, or where an (n,) mask is true."""
        return type(self)(
            self.images[chosen], self.labels[chosen], self.sources[chosen], self.writers[chosen]
        )

    @cached_property
    def source_names(self) -> list[str]:
        """The sources there are: `mnist` first, the others by name."""
        return sorted(set(self.sources.tolist()), key=lambda name: (name != "mnist", name))

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 (hex) of the images, labels, sources and writers in their order."""
        digest = hashlib.sha256(self.images.tobytes())
        digest.update(self.labels.tobytes())
        for names in (self.sources, self.writers):
            digest.update("\0".join(names.tolist()).encode())
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class TrainingDigits(DigitSet):
    """Digits that may be trained on: all that workers receive are of this kind."""


@dataclass(frozen=True, eq=False)
class HeldOut(DigitSet):
    """Digits that may only be judged by, in the process that holds them."""

    def __reduce__(self) -> NoReturn:
        """Refuses to be pickled, as all is that Ray sends to another process."""
        raise pickle.PicklingError("held-out digits stay in their process: they are not pickled.")


Kind = TypeVar("Kind", bound=DigitSet)


def joined(parts: Sequence[Kind]) -> Kind:
    """Returns the digits of all parts, in their order; of their kind, if it is one.

    Raises:
        TypeError: If some are held out and others are not.
    """
    kinds = {type(part) for part in parts}
    if len(kinds) > 1 and HeldOut in kinds:
        raise TypeError("digits that are held out cannot be joined with others.")
    kind: Any = kinds.pop() if len(kinds) == 1 else DigitSet
    together: Kind = kind(
        images=np.concatenate([part.images for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        sources=np.concatenate([part.sources for part in parts]),
        writers=np.concatenate([part.writers for part in parts]),
    )
    return together
