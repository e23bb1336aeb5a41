"""The view of a search, in terminals of different sizes."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState
from rich.console import Console

from model.configuration import Configuration
from results.store.folder import SweepFolder
from results.store.search.epochs import EpochLog
from tune.planning.trial_resources import TrialResources
from tune.watching.statistics import SearchStatistics
from tune.watching.view import SearchView
from tune.watching.worker_board import Workers
from tune.workers.job import Job

PARAMETERS = 16
View = Callable[..., list[str]]


@pytest.fixture(scope="module")
def study() -> optuna.Study:
    """Six trials of many parameters: two complete, one failed, one pruned, two that go on."""
    study = optuna.create_study()
    for number in range(6):
        trial = study.ask()
        for place in range(PARAMETERS):
            trial.suggest_float(f"parameter_{place}", 0, 1)
        if number < 2:
            trial.set_user_attr("fold_losses", [0.1, 0.2, 0.3, 0.2])
            study.tell(trial, 0.2 + number)
        elif number < 4:
            study.tell(trial, state=(TrialState.FAIL, TrialState.PRUNED)[number - 2])
    return study


@pytest.fixture
def view(study: optuna.Study, tmp_path: Path) -> View:
    def drawn(columns: int, lines: int, workers: int, gpus: float = 0.0) -> list[str]:
        statistics = SearchStatistics(
            study, EpochLog(SweepFolder(tmp_path)), trials=1000, complete=50, assumed=10
        )
        places = Workers(TrialResources(1, gpus, workers), lambda fold, configuration: 1000)
        for number in range(workers - 1):
            places.begin(str(number), Job(number, 4, Configuration(), (0, 1, 2)), 2)
        console = Console(width=columns, height=lines, record=True, file=io.StringIO())
        there: dict[str, Any] = {"CPU": float(workers), "GPU": workers * gpus}
        console.print(SearchView(statistics, places, there, 7200).frame(console))
        return [line.rstrip() for line in console.export_text().splitlines()]

    return drawn


@pytest.mark.parametrize(("columns", "lines"), [(40, 24), (80, 24), (200, 50)])
@pytest.mark.parametrize("workers", [1, 2, 16, 200])
def test_view_fits_the_terminal(view: View, columns: int, lines: int, workers: int) -> None:
    drawn = view(columns, lines, workers, gpus=0.5)
    assert len(drawn) <= lines, "\n".join(drawn)
    assert max(map(len, drawn)) <= columns
    assert "…" not in "".join(drawn)
    if columns == 40:
        return
    assert len(drawn) <= lines - 4, "some room for what is told above it"
    # Of 1,000 trials one has failed; the others are assumed to cost 10 each.
    assert drawn[-2:] == [
        "time      0 s of 2 h 0 min, about 2 h 0 min left",
        "epochs    0 fold-epochs, about 9,990 left; 50,000 if every trial were complete",
    ]


def test_every_worker_has_a_line_where_there_is_room(view: View) -> None:
    assert sum("trial 4 " in line for line in view(200, 50, 12)) == 11
    assert sum("  free" in line for line in view(200, 50, 12)) == 1
    few = view(80, 24, 16)
    assert sum("trial 4 " in line for line in few) == 6
    assert "          and 10 more" in few


def test_many_workers_stand_beside_each_other_where_it_is_wide(view: View) -> None:
    told = " ".join(view(200, 50, 36))
    assert told.count("trial 4 ") == 35
    assert "more" not in told


def test_best_trial_is_told_with_its_noise_and_all_its_parameters(view: View) -> None:
    told = " ".join(" ".join(view(80, 24, 2)).split())
    # Folds of 0.1, 0.2, 0.3, 0.2: sample variance 0.00667, times 1/4 + 1/3, by Nadeau and Bengio.
    assert "best trial 0, loss 0.2000 ±0.0624 (± standard error)" in told
    (values,) = re.findall(r"parameter_0-15 ([\d. e-]+) workers", told)
    assert len(values.split()) == PARAMETERS
    assert "2 complete, 1 pruned, 1 failed, 1 running, 1 waiting, 994 to come" in told


def test_use_of_gpus_is_told_where_there_are_some(view: View) -> None:
    assert "in use: 0.0 of 4 cores, 1.5 of 2 GPUs" in " ".join(view(80, 24, 4, gpus=0.5))
    assert "GPU" not in " ".join(view(80, 24, 4))
