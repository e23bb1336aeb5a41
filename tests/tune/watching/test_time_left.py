"""How long a sweep may take to its end."""

import pytest

from tune.watching.time_left import ENDING, TimeLeft, about


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_nothing_is_told_before_anything_is_done(clock: Clock) -> None:
    left = TimeLeft(later=5, clock=clock)
    assert (left.seconds, left.later) == (None, None)
    left.begin(10, 5)
    assert left.seconds is None


def test_what_follows_is_estimated_at_the_pace_of_the_search(clock: Clock) -> None:
    left = TimeLeft(later=50, clock=clock)
    left.add(10, seconds=20)
    assert left.later == pytest.approx(50 * 2 + ENDING)


def test_a_part_goes_on_at_the_pace_before_it_and_then_at_its_own(clock: Clock) -> None:
    left = TimeLeft(later=50, clock=clock)
    left.add(10, seconds=20)
    left.begin(100, 50)
    assert left.seconds == pytest.approx(150 * 2 + ENDING)
    clock.now += 70
    left.add(70)  # twice as fast; the pace before counts as if 100 had been done at it
    pace = (70 + 100 * 2) / (70 + 100)
    assert left.seconds == pytest.approx((30 + 50) * pace + ENDING)
    left.spare(10)
    assert left.seconds == pytest.approx((20 + 50) * pace + ENDING)


def test_time_that_passes_counts_down(clock: Clock) -> None:
    left = TimeLeft(clock=clock)
    left.begin(10, 0)
    clock.now += 4
    left.add(2)
    assert left.seconds == pytest.approx(8 * 2 + ENDING)
    clock.now += 3
    assert left.seconds == pytest.approx(8 * 2 - 3 + ENDING)
    clock.now += 100
    assert left.seconds == pytest.approx(ENDING)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, ""),
        (0.2, ""),
        (11, "about 15 s left"),
        (130, "about 2 min left"),
        (7200, "about 2 h 0 min left"),
    ],
)
def test_it_is_told_no_finer_than_it_is_known(seconds: float | None, told: str) -> None:
    assert about(seconds) == told
