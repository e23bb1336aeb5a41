"""The digits of a sweep: put aside, joined and divided, before anything else is computed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.digit_set import HeldOut, TrainingDigits, joined
from datasets.sources.chinese import chinese_sources, load_sources
from datasets.sources.mnist import load_mnist
from datasets.sources.origin import MNIST_ORIGIN, Origin
from datasets.splits import fold_indices, held_out_split, stratified_count, without_duplicates
from model.configuration import Configuration
from model.training.repetition import repetitions
from results.store.evaluation import described
from tune.planning.request import SweepRequest


@dataclass(frozen=True)
class SweepData:
    """The digits of a sweep.

    Attributes:
        pool: What cross-validation runs on.
        folds: For each fold the indices of its validation images in the pool.
        held_out: Chinese digits that no worker ever receives.
        mnist_test: MNIST's test digits, which no network is trained on.
        duplicates_removed: Pool images that stood in the held-out part too.
        origins: Of each source, what it is and on what terms.
    """

    pool: TrainingDigits
    folds: list[NDArray[np.int64]]
    held_out: HeldOut
    mnist_test: HeldOut
    duplicates_removed: int
    origins: Mapping[str, Origin]

    def images_an_epoch(self, fold: int, configuration: Configuration) -> int:
        """Returns how many images are trained on in a fold-epoch, by all networks together.

        Repeated ones count each time.
        """
        counts = self._training_counts[fold]
        often = repetitions(counts, configuration)
        return configuration.networks * sum(counts[name] * often[name] for name in counts)

    @cached_property
    def _training_counts(self) -> list[dict[str, int]]:
        """How many images of each source each fold is trained on."""
        everything, names = Counter(self.pool.sources.tolist()), self.pool.source_names
        validated = [Counter(self.pool.sources[fold].tolist()) for fold in self.folds]
        return [{name: everything[name] - each[name] for name in names} for each in validated]

    def describe(self) -> dict[str, Any]:
        """Returns what identifies the digits, for `sweep.json`."""
        return {
            "pool": described(self.pool),
            "held_out": described(self.held_out),
            "mnist_test": described(self.mnist_test),
            "duplicates_removed": self.duplicates_removed,
            "origins": {name: each._asdict() for name, each in self.origins.items()},
        }


def load_data(request: SweepRequest, folds: int) -> SweepData:
    """Loads the digits that a request names, puts the held-out part aside and makes the folds.

    Raises:
        DataError: If a source cannot be used.
    """
    sources = chinese_sources(request.chinese)
    chinese = load_sources(sources, request.as_is)
    held_out, rest = held_out_split(chinese, request.seed)
    mnist = load_mnist(request.mnist)
    train = mnist.train
    if request.mnist_count is not None:
        train = stratified_count(train, request.mnist_count, request.seed)
    pool, duplicates = without_duplicates(joined([train, rest]), held_out)
    parts, origins = fold_indices(pool, folds, request.seed), {s.name: s.origin for s in sources}
    told = {"mnist": MNIST_ORIGIN, **origins}
    return SweepData(pool, parts, held_out, mnist.test, duplicates, told)
