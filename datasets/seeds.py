"""The seeds of all that is random in a sweep: each purpose has a stream of its own.

What the digits themselves are is no matter of a sweep's seed: the drawn digits are always the same,
and so are those of MNIST's embedded ones that are put aside for testing.
"""

from enum import IntEnum

import numpy as np

WORDS = 2**32  # a number below it is one word of a spawn key


class Purpose(IntEnum):
    """What is drawn with a seed. A purpose keeps its number, which decides what is drawn."""

    HELD_OUT = 1
    """Which Chinese digits are held out."""
    MNIST_COUNT = 2
    """Which of MNIST's digits are taken, where not all are."""
    FOLDS = 3
    """Which image of the pool is in which fold."""
    FOLD_TRAINING = 4
    """The training of a fold; its number: the fold's. The same in every trial."""
    WHOLE_TRAINING = 5
    """The training on all of a part of the pool, for a network that is to be judged."""
    MEMBER = 6
    """The training of one of several networks that are averaged; its number: from 1."""
    FINALISTS = 7
    """The finalists' cross-validation: a seed that decides its folds and their training."""
    PROPOSAL = 8
    """What a trial tries; its number: the trial's."""
    WARM_START = 9
    """The trees that tell what an earlier sweep has learnt."""


def seed_for(purpose: Purpose, seed: int, *numbers: int) -> int:
    """Returns the seed of one thing that is random.

    By NumPy's `SeedSequence` (after O'Neill, "Developing a seed_seq Alternative", 2015), whose
    spawn key is the purpose and the numbers: two seeds of one sweep are independent, and no more
    likely to be equal than two numbers drawn at random. What comes out may be the `seed` of
    another call.

    Args:
        purpose: What it is for.
        seed: The sweep's, at least 0.
        numbers: Which one of that purpose, each 0 to 4,294,967,295.

    Returns:
        0 to 4,294,967,295: what scikit-learn takes, and all that torch's generator on a CPU uses.

    Raises:
        ValueError: If the seed or a number is out of its range.
    """
    if seed < 0:
        raise ValueError(f"a seed must be at least 0, but got {seed}.")
    for number in numbers:
        if not 0 <= number < WORDS:
            raise ValueError(f"a number of a seed must be from 0 to {WORDS - 1}, but got {number}.")
    sequence = np.random.SeedSequence(seed, spawn_key=(purpose, *numbers))
    return int(sequence.generate_state(1)[0])
