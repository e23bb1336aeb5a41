"""How often images are seen an epoch, by their source."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.configuration import Configuration
from model.training.repetition import repeated, repetitions

NAMES = ("mnist", "small", "large")


@pytest.mark.parametrize(
    ("balance", "small"),
    [(0.0, 2), (0.5, 2 * 4), (1.0, 2 * 16)],
)
def test_a_small_source_is_seen_more_often_as_far_as_balance_says(
    balance: float, small: int
) -> None:
    counts = {"mnist": 1000, "small": 10, "large": 160}
    often = repetitions(counts, Configuration(repetition=2, balance=balance))
    assert often == {"mnist": 1, "small": small, "large": 2}


def test_sources_are_balanced_but_not_repeated_where_none_is_mnist() -> None:
    often = repetitions({"small": 10, "large": 30}, Configuration(repetition=5, balance=1.0))
    assert often == {"small": 3, "large": 1}


@given(
    counts=st.lists(st.integers(0, 40), min_size=3, max_size=3),
    repetition=st.integers(1, 9),
    balance=st.floats(0, 1),
)
def test_no_image_is_lost_and_each_of_a_source_is_seen_equally_often(
    counts: list[int], repetition: int, balance: float
) -> None:
    configuration = Configuration(repetition=repetition, balance=balance)
    sources = torch.repeat_interleave(torch.arange(3), torch.tensor(counts))
    training = torch.arange(len(sources)).flip(0)
    seen = repeated(training, sources.flip(0), NAMES, configuration)
    often = repetitions(dict(zip(NAMES, counts, strict=True)), configuration)
    expected = torch.tensor([often[name] for name in NAMES])[sources]
    assert torch.equal(torch.bincount(seen, minlength=len(sources)), expected)
    assert (expected >= 1).all()
    assert torch.equal(seen[: len(training)], training)
