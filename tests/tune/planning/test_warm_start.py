"""A search that starts from what earlier ones have learnt."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.configuration import BASELINE, Configuration
from results.store.folder import SweepFolder
from results.store.manifest import Manifest, write_manifest
from search_spaces import SearchSpace, read_space
from tune.errors import SweepError
from tune.planning.warm_start import EarlierSweep, EarlierSweeps, earlier_sweep

QUICK = read_space("quick", Configuration.check)
WIDE = read_space("wide", Configuration.check)
BASE = {**BASELINE.to_dict(), **QUICK.fixed}
Trial = tuple[dict[str, Any], float]


def changed(**parameters: Any) -> SearchSpace:
    """Returns the space `quick` with some parameters otherwise, or without those that are None."""
    content = QUICK.model_dump()
    content["parameters"].update(parameters)
    kept = {name: each for name, each in content["parameters"].items() if each is not None}
    return SearchSpace.model_validate({**content, "parameters": kept})


@pytest.fixture
def earlier(tmp_path: Path) -> SweepFolder:
    """A sweep of three trials, of which one failed."""
    folder = SweepFolder(tmp_path / "before")
    folder.path.mkdir()
    space = QUICK.model_dump(mode="json")
    write_manifest(folder, Manifest({"epochs": None}, space, {}, {}, 5, 0, "", {}, {}))
    dropouts = {f"dropout_{n}": 0.1 for n in range(1, 5)}
    rows: list[dict[str, Any]] = [
        {"channels_1": 32, "channels_2": 64, "learning_rate": 0.001, "forecast": 0.8},
        {"channels_1": 16, "channels_2": 32, "learning_rate": 0.01, "forecast": 0.2},
        {"channels_1": 8, "channels_2": 16, "learning_rate": 0.02, "forecast": None},
    ]
    origins = ["baseline", "search", "search"]
    same = {"state": "pruned", "validation_loss": None, "fold_epochs": 1, **dropouts}
    table = [{"trial": n, "origin": origins[n], **row, **same} for n, row in enumerate(rows)]
    pd.DataFrame(table).to_csv(folder.trials_csv, index=False)
    return folder


def drawn(count: int, seed: int) -> list[Trial]:
    """Returns trials of `quick` whose loss falls with the channels and has a best learning rate."""
    rng = np.random.default_rng(seed)
    points = [
        {
            "channels_1": int(rng.choice([8, 12, 16, 20, 24, 28, 32])),
            "channels_2": int(rng.choice([16, 24, 32, 40, 48, 56, 64])),
            **{f"dropout_{n}": float(rng.uniform(0, 0.5)) for n in range(1, 5)},
            "learning_rate": float(5e-4 * 40 ** rng.random()),
        }
        for _ in range(count)
    ]
    return [(each, loss_of(each)) for each in points]


def loss_of(point: dict[str, Any]) -> float:
    rate = math.log(point["learning_rate"] / 4e-3)
    return math.exp(rate**2 / 4 - point["channels_1"] / 32 - 2)


def swept(trials: list[Trial], space: SearchSpace = QUICK) -> EarlierSweep:
    return EarlierSweep.of([({**BASE, **each}, loss) for each, loss in trials], space)


def test_trials_with_a_loss_come_best_first(earlier: SweepFolder) -> None:
    sweep = earlier_sweep(earlier, QUICK)
    assert sweep.losses.tolist() == [0.2, 0.8]
    assert sweep.points[0]["channels_1"] == 16
    assert set(sweep.points[0]) == set(QUICK.parameters)


def test_a_trial_outside_of_the_space_counts_at_its_nearest_point(earlier: SweepFolder) -> None:
    space = changed(channels_1={"kind": "int", "low": 24, "high": 64, "step": 4})
    assert [each["channels_1"] for each in earlier_sweep(earlier, space).points] == [24, 32]


def test_a_parameter_that_varies_anew_had_a_fixed_value(earlier: SweepFolder) -> None:
    space = changed(hidden_1={"kind": "int", "low": 16, "high": 128})
    assert earlier_sweep(earlier, space).points[0]["hidden_1"] == 64  # the baseline's


def test_another_space_is_learnt_from(earlier: SweepFolder) -> None:
    best = earlier_sweep(earlier, WIDE).points[0]
    assert set(best) == set(WIDE.parameters)
    assert best["repetition"] == QUICK.fixed["repetition"]


def test_a_sweep_that_varied_nothing_that_varies_now_is_refused(earlier: SweepFolder) -> None:
    only = SearchSpace.model_validate(
        {"about": "", "parameters": {"shift": {"kind": "float", "low": 0, "high": 2}}}
    )
    with pytest.raises(SweepError, match=r"before: it varied channels_1, .* none of which varies"):
        earlier_sweep(earlier, only)


def test_a_sweep_without_trials_is_refused(earlier: SweepFolder) -> None:
    earlier.trials_csv.unlink()
    with pytest.raises(SweepError, match="before: it has no trial to start from"):
        earlier_sweep(earlier, QUICK)


def test_what_it_tells_is_in_the_order_of_the_losses() -> None:
    unseen = drawn(60, seed=1)
    told = swept(drawn(60, seed=0)).told([each for each, _ in unseen])
    assert np.corrcoef(told, np.log([loss for _, loss in unseen]))[0, 1] > 0.8


def test_half_of_it_counts_before_this_sweep_has_shown_its_worth() -> None:
    known = EarlierSweeps([swept(drawn(60, seed=0))]).beside([])
    assert len(known) == 30


def test_losses_are_on_the_scale_of_the_trials_of_this_sweep() -> None:
    now = [(each, 3 * loss) for each, loss in drawn(20, seed=1)]
    known = EarlierSweeps([swept(drawn(60, seed=0))]).beside(now)
    ratios = [loss / loss_of(each) for each, loss in known]
    assert ratios == pytest.approx([ratios[0]] * len(known))
    assert ratios[0] == pytest.approx(3, rel=0.2)


def test_a_sweep_counts_as_far_as_it_tells_the_order() -> None:
    alike, otherwise = swept(drawn(60, seed=0)), drawn(60, seed=2)
    upside_down = swept([(each, 1 / loss) for each, loss in otherwise])
    now = drawn(20, seed=1)
    of_each = [len(EarlierSweeps([each]).beside(now)) for each in (alike, upside_down)]
    assert of_each[0] > 36
    assert of_each[1] == 0
    assert EarlierSweeps([alike, upside_down]).beside(now) == EarlierSweeps([alike]).beside(now)


@given(count=st.integers(1, 12), here=st.integers(0, 8), seed=st.integers(0, 99))
def test_any_few_trials_are_learnt_from(count: int, here: int, seed: int) -> None:
    sweep = swept(drawn(count, seed))
    known = EarlierSweeps([sweep]).beside(drawn(here, seed + 100))
    assert len(known) <= count
    assert not known or known[0][0] == sweep.points[0]
    assert all(math.isfinite(loss) and loss > 0 for _, loss in known)
