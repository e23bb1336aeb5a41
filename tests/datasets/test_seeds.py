"""No two things that are random share a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.seeds import WORDS, Purpose, seed_for

WORD = st.integers(0, WORDS - 1)
THING = st.tuples(st.sampled_from(Purpose), st.lists(WORD, max_size=3))


@given(seed=st.integers(0, 2**64), things=st.lists(THING, min_size=2, max_size=30, unique_by=str))
def test_each_purpose_and_number_has_a_seed_of_its_own(
    seed: int, things: list[tuple[Purpose, list[int]]]
) -> None:
    seeds = {seed_for(purpose, seed, *numbers) for purpose, numbers in things}
    assert len(seeds) == len(things)
    assert all(0 <= each < WORDS for each in seeds)


def test_purposes_have_numbers_of_their_own() -> None:
    assert len(Purpose.__members__) == len(set(Purpose))


def test_one_seed_always_draws_the_same_and_another_does_not() -> None:
    one, same, other = (seed_for(Purpose.PROPOSAL, seed, 7) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("number", [-1, WORDS])
def test_a_number_out_of_its_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 4294967295, but got {number}"):
        seed_for(Purpose.PROPOSAL, 0, number)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed must be at least 0, but got -1"):
        seed_for(Purpose.PROPOSAL, -1)
