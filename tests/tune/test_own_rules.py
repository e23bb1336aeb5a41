"""A pruner and a sampler of one's own, as docs/extending.md shows them, in a real sweep."""

from pathlib import Path

import optuna
import pytest
from rich.console import Console

from results.store.search.trial_records import read_records
from tests.test_extending import blocks, write_files
from tune.planning.request import SweepRequest
from tune.search.extensions import sampler_named
from tune.sweep import run_sweep

TINY = str(Path(__file__).with_name("tiny.toml"))


def test_a_pruner_and_a_sampler_of_ones_own_are_used(
    own_ray: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files("A pruner", tmp_path)
    monkeypatch.chdir(tmp_path)
    (pruned,), (by_gp, at_random) = (
        [line for text in blocks(heading, "sh") for line in text.splitlines()]
        for heading in ("A pruner", "A sampler")
    )
    request = SweepRequest(
        name="own", out=tmp_path, mnist_count=100, trials=10, epochs=2, finalists=1, space=TINY,
        pruner=pruned.split("--pruner ")[1], sampler=at_random.split("--sampler ")[1],
    )  # fmt: skip
    folder = run_sweep(request, Console(quiet=True))
    trials = read_records(folder.trials_csv)
    ends = {each.state for each in trials}
    assert len(ends) == 2, "the worse half is pruned"
    assert all(each.fold_epochs >= 2 for each in trials), "each has had its first fold"
    sampler = sampler_named(by_gp.split("--sampler ")[1], startup=5)(0)
    assert isinstance(sampler, optuna.samplers.GPSampler)
