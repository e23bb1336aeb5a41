"""Where points of a space lie, as numbers from 0 to 1."""

import math

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.configuration import Configuration
from search_spaces import read_space
from search_spaces.space import Choice, FloatRange, IntRange


@pytest.mark.parametrize("name", ["paper", "quick", "wide"])
@given(seed=st.integers(0, 1000))
def test_what_is_drawn_lies_between_0_and_1(name: str, seed: int) -> None:
    space = read_space(name, Configuration.check)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    drawn = study.ask(space.distributions()).params
    coordinates = space.coordinates(drawn)
    assert all(0 <= each <= 1 for each in coordinates)
    assert len(coordinates) == len(space.coordinates(study.ask(space.distributions()).params))


def test_ends_are_0_and_1_and_the_middle_is_as_it_is_drawn() -> None:
    linear = IntRange(kind="int", low=16, high=48, step=16)
    by_factors = FloatRange(kind="float", low=1e-4, high=1e-2, log=True)
    assert [linear.coordinates(each) for each in (16, 32, 48)] == [[0], [0.5], [1]]
    found = [by_factors.coordinates(each)[0] for each in (1e-4, 1e-3, 1e-2)]
    assert found == pytest.approx([0, 0.5, 1])


def test_a_range_of_one_value_is_in_the_middle() -> None:
    assert IntRange(kind="int", low=3, high=3).coordinates(3) == [0.5]


def test_any_two_choices_are_as_far_apart_as_the_ends_of_a_range() -> None:
    choice = Choice(kind="choice", choices=["batch", "none", 3])
    places = [choice.coordinates(each) for each in choice.choices]
    assert math.dist(places[0], places[1]) == pytest.approx(1)
    assert math.dist(places[0], places[2]) == pytest.approx(1)
