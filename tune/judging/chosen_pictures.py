"""The pictures of digits that a sweep keeps to show: the hardest, and samples of each source."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from datasets.digit_set import LABELS, DigitSet
from datasets.preparing.preparation import Preparation, as_is, centred
from datasets.sources.chinese import chinese_sources
from datasets.sources.source import DigitPicture, Source, prepared
from results.store.kept_pictures import KeptPictures
from results.store.readings import Readings
from tune.planning.plan import Plan

HARDEST = 24  # kept of each network
BEFORE = 96  # pixels, the side of a sample as it was photographed


def chosen_pictures(plan: Plan, readings: Iterable[Readings]) -> KeptPictures:
    """Returns the held-out digits hardest to each network, and a sample of each label and source.

    Raises:
        DataError: If a picture cannot be read any more.
    """
    held_out, request = plan.data.held_out, plan.request
    hardest = [each.hardest[:HARDEST] for each in readings]
    indices = np.unique(np.concatenate(hardest)) if hardest else np.empty(0, np.int64)
    samples = {
        source.name: [_sample(source, label) for label in LABELS]
        for source in chinese_sources(request.chinese)
    }
    prepare = as_is if request.as_is else centred
    return KeptPictures(
        indices,
        held_out.images[indices],
        {name: np.stack([_before(each) for each in ten]) for name, ten in samples.items()},
        {"mnist": _of_mnist(plan.data.pool)}
        | {name: _prepared(ten, prepare) for name, ten in samples.items()},
    )


def _sample(source: Source, label: int) -> DigitPicture:
    """Returns a picture of a label from the middle of a source, so always the same."""
    pictures = [each for each in source.pictures if each.label == label]
    return pictures[len(pictures) // 2]


def _before(picture: DigitPicture) -> NDArray[np.uint8]:
    grey = picture.read()
    paper = int(np.median(grey))
    return np.asarray(ImageOps.pad(Image.fromarray(grey), (BEFORE, BEFORE), color=paper))


def _prepared(pictures: Iterable[DigitPicture], prepare: Preparation) -> NDArray[np.uint8]:
    return np.stack([prepared(each, prepare) for each in pictures])


def _of_mnist(pool: DigitSet) -> NDArray[np.uint8]:
    mnist = pool.sources == "mnist"
    first = [np.flatnonzero(mnist & (pool.labels == label))[0] for label in LABELS]
    return pool.images[first]
