"""A search that starts from what an earlier one has learnt."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from model import Configuration
from results import SweepFolder, write_json
from search_spaces import SearchSpace, read_space
from tune.errors import SweepError
from tune.warm_start import earlier_sweep

QUICK = read_space("quick", Configuration.check)


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
    write_json(
        folder.sweep_json, {"space": QUICK.model_dump(mode="json"), "request": {"epochs": None}}
    )
    dropouts = {f"dropout_{n}": 0.1 for n in range(1, 5)}
    rows: list[dict[str, Any]] = [
        {"channels_1": 32, "channels_2": 64, "learning_rate": 0.001, "estimate": 0.8},
        {"channels_1": 16, "channels_2": 32, "learning_rate": 0.01, "estimate": 0.2},
        {"channels_1": 8, "channels_2": 16, "learning_rate": 0.02, "estimate": None},
    ]
    origins = ["report", "search", "search"]
    same = {"state": "stopped", "validation_loss": None, "fold_epochs": 1, **dropouts}
    table = [{"trial": n, "origin": origins[n], **row, **same} for n, row in enumerate(rows)]
    pd.DataFrame(table).to_csv(folder.trials_csv, index=False)
    return folder


def test_trials_with_a_loss_come_best_first(earlier: SweepFolder) -> None:
    sweep = earlier_sweep(earlier, QUICK, QUICK.fixed)
    assert [each.loss for each in sweep.trials] == [0.2, 0.8]
    assert sweep.best["channels_1"] == 16
    assert set(sweep.best) == set(QUICK.parameters)


def test_losses_are_set_on_the_new_sweeps_scale_by_the_reports_configuration(
    earlier: SweepFolder,
) -> None:
    sweep = earlier_sweep(earlier, QUICK, QUICK.fixed)
    assert [loss for _, loss in sweep.scaled({})] == [0.2, 0.8]
    assert [loss for _, loss in sweep.scaled({0: 0.4})] == pytest.approx([0.1, 0.4])


def test_trials_outside_an_overlapping_space_are_left_out(earlier: SweepFolder) -> None:
    space = changed(channels_1={"kind": "int", "low": 24, "high": 64, "step": 4})
    (only,) = earlier_sweep(earlier, space, space.fixed).trials
    assert only.parameters["channels_1"] == 32


def test_a_parameter_that_varies_anew_had_a_fixed_value(earlier: SweepFolder) -> None:
    space = changed(hidden_1={"kind": "int", "low": 16, "high": 128})
    assert earlier_sweep(earlier, space, space.fixed).best["hidden_1"] == 64  # the report's


@pytest.mark.parametrize(
    ("space", "fixed", "told"),
    [
        (
            changed(channels_1={"kind": "int", "low": 100, "high": 200}),
            {},
            "channels_1 was 16 to 32 there, but the new space has 100 to 200",
        ),
        (QUICK, {"epochs": 9}, "epochs was 3 there, but it is 9 now"),
        (QUICK, {"batch_size": 50}, "batch_size was 100 there, but it is 50 now"),
        (changed(dropout_1=None), {"dropout_1": 0.3}, "dropout_1 was 0.1 there, but it is 0.3 now"),
        (
            changed(schedule={"kind": "choice", "choices": ["cosine"]}),
            {},
            "schedule was one-cycle there, but the new space has cosine",
        ),
    ],
)
def test_a_space_that_does_not_overlap_is_refused_by_its_key(
    earlier: SweepFolder, space: SearchSpace, fixed: dict[str, Any], told: str
) -> None:
    with pytest.raises(SweepError, match=told):
        earlier_sweep(earlier, space, {**space.fixed, **fixed})


def test_a_sweep_without_trials_is_refused(earlier: SweepFolder) -> None:
    earlier.trials_csv.unlink()
    with pytest.raises(SweepError, match="before: it has no trial to start from"):
        earlier_sweep(earlier, QUICK, QUICK.fixed)
