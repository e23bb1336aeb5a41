import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.configuration import BASELINE
from model.judging.judgement import Judgement, SourceMeasures
from results.store.evaluation import evaluation_row, wilson_interval


def test_interval_of_the_reports_own_result() -> None:
    # 180 of 183, by Wilson's formula written out.
    n, p, z = 183, 180 / 183, 1.959963984540054
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert wilson_interval(180, 183) == pytest.approx((centre - half, centre + half))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_holds_the_accuracy_and_stays_between_0_and_1(counts: tuple[int, int]) -> None:
    low, high = wilson_interval(*counts)
    assert 0 <= low <= counts[0] / counts[1] <= high <= 1


def test_row_counts_over_all_sources() -> None:
    sources = {"a": SourceMeasures(10, 9, 0.3), "b": SourceMeasures(30, 30, 0.1)}
    held_out = Judgement(sources, np.eye(10, dtype=np.int64))
    row = evaluation_row("baseline", "mnist", BASELINE, held_out, None, 0.02)
    assert (row["correct"], row["count"], row["accuracy"]) == (39, 40, 39 / 40)
    assert row["loss"] == pytest.approx(0.15)
    assert row["mnist_test_accuracy"] is None
    assert row["ece"] == 0.02
    assert np.array(row["confusion"]).shape == (10, 10)
    assert row["weights"] == 1_087_402
