"""Real sweeps with what may be asked of a search besides its trials."""

import re
import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console

from datasets.sources.mnist import load_mnist
from model.configuration import Configuration
from model.networks.averaged import members_of
from model.networks.kinds import count_weights
from results.errors import ResultsError
from results.predict.readers import open_reader
from results.store.exports import read_exports
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json
from results.store.search.study import read_study
from results.store.search.trials import read_trials
from results.store.weights import load_network
from results.terminal.summary import summary
from search_spaces import read_space
from tune.errors import SweepError
from tune.planning.request import SweepRequest
from tune.planning.resources import smallest_configuration
from tune.sweep import resume_sweep, retrain_sweep, run_sweep
from tune.watching.events import Event, Finished

pytestmark = pytest.mark.usefixtures("own_ray")
TINY = str(Path(__file__).with_name("tiny.toml"))
MOST = 38_000
DIGITS = torch.tensor(load_mnist("embedded").test.images[:20])


@pytest.fixture(scope="module")
def small(own_ray: None, tmp_path_factory: pytest.TempPathFactory) -> SweepFolder:
    request = SweepRequest(
        name="small",
        out=tmp_path_factory.mktemp("runs"),
        mnist_count=100,
        trials=12,
        epochs=1,
        space="quick",
        max_weights=MOST,
        also="weights",
        finalists=2,
        concurrent=1,
        cpus_per_trial=1,
    )
    return run_sweep(request, Console(quiet=True))


def test_no_network_above_the_most_weights_is_trained(small: SweepFolder) -> None:
    trials = read_trials(small.trials_csv)
    assert len(trials) == 12
    assert trials["weights"].max() <= MOST
    assert "baseline" not in set(trials["origin"])  # its 120,490 weights are too many


def test_front_falls_in_loss_as_it_grows_in_size(small: SweepFolder) -> None:
    told = summary(small)
    front = told["front"]
    losses = [row["validation_loss"] for row in front]
    weights = [row["weights"] for row in front]
    assert losses == sorted(losses, reverse=True)
    assert weights == sorted(weights)
    assert told["best"] is not None
    assert losses[-1] == told["best"]["validation_loss"]


def test_finalists_and_importance_are_told(small: SweepFolder) -> None:
    told = summary(small)
    winner, *others = told["finalists"]
    assert winner["both"] > 0
    assert all(row["both"] is None or row["both"] >= winner["both"] for row in others)
    assert sum(told["importance"].values()) == pytest.approx(1.0)


def test_winner_may_be_the_average_of_networks(small: SweepFolder, tmp_path: Path) -> None:
    shutil.copytree(small.path, tmp_path / "small")
    folder = SweepFolder(tmp_path / "small")
    told = StringIO()
    retrain_sweep(folder, Console(file=told), networks=2)
    assert "retraining the winner, 3 networks" in told.getvalue()
    retrained = re.findall("retrained (.*)", told.getvalue())
    assert retrained
    assert all(each.startswith("winner") for each in retrained)
    alone, both = load_network(small.weights), load_network(folder.weights)
    assert both.configuration == replace(alone.configuration, networks=2)
    first, second = members_of(both.network)
    torch.testing.assert_close(first.state_dict(), alone.network.state_dict())
    assert not torch.equal(first(DIGITS), second(DIGITS))
    rows = {row["config"]: row for row in read_json(folder.evaluation_json)["rows"]}
    assert rows["winner"]["weights"] == 2 * count_weights(alone.configuration)
    assert rows["baseline"]["weights"] == count_weights(Configuration())
    assert {each["networks"] for each in read_exports(folder.exports_json)} == {2}
    read = open_reader(folder.export("onnx")).read(DIGITS.numpy())
    np.testing.assert_allclose(read, both.probabilities(DIGITS), atol=1e-5)
    resume_sweep(folder, Console(quiet=True))  # asks for two again, so nothing is missing
    assert load_network(folder.weights).configuration == both.configuration


@pytest.fixture(scope="module")
def brief(small: SweepFolder) -> SweepFolder:
    """A sweep whose time is over before a trial can be complete."""
    request = SweepRequest(
        name="brief",
        out=small.path.parent,
        mnist_count=120,
        trials=5000,
        epochs=1,
        space="quick",
        warm_start=("small",),
        time_budget=1,
        concurrent=1,
        cpus_per_trial=1,
    )
    events: list[Event] = []
    folder = run_sweep(request, Console(quiet=True), events.append)
    assert events[-1] == Finished(str(folder.path))
    return folder


def test_a_search_whose_time_is_over_has_a_winner_all_the_same(brief: SweepFolder) -> None:
    states = read_trials(brief.trials_csv)["state"].tolist()
    assert "complete" in states
    assert len(states) < 5000
    assert load_network(brief.weights)


def test_another_sweep_starts_from_the_best_of_it(brief: SweepFolder, small: SweepFolder) -> None:
    study = read_study(brief)
    assert study is not None
    baseline, warm = study.trials[:2]  # the second one may still have been waiting
    assert baseline.user_attrs["origin"] == "baseline"
    assert warm.user_attrs["origin"] == "warm-start"
    best = read_trials(small.trials_csv).sort_values("forecast").iloc[0]
    drawn = warm.params or warm.system_attrs["fixed_params"]
    for name in ("channels_1", "channels_2", "learning_rate"):
        assert drawn[name] == best[name]


def test_what_cannot_be_is_refused_before_anything_is_made(
    small: SweepFolder, tmp_path: Path
) -> None:
    shifts = tmp_path / "shifts.toml"
    shifts.write_text('about = "x"\n[parameters]\nshift = {kind = "float", low = 0.0, high = 1}\n')
    least = count_weights(smallest_configuration(read_space(TINY, Configuration.check)))
    refused: list[tuple[dict[str, Any], str]] = [
        ({"space": TINY, "max_weights": least - 1}, f"which has {least:,}"),
        ({"space": str(shifts), "warm_start": "small"}, "--warm-start small: it varied channels_1"),
    ]
    for asked, told in refused:
        request = SweepRequest(name="no", out=small.path.parent, epochs=1, **asked)
        with pytest.raises(SweepError, match=told):
            run_sweep(request, Console(quiet=True))
    with pytest.raises(ResultsError, match="there is no sweep nowhere"):
        run_sweep(
            SweepRequest(name="no", out=small.path.parent, warm_start=("nowhere",)),
            Console(quiet=True),
        )
    assert not (small.path.parent / "no").exists()


def test_trials_of_different_epochs_are_not_compared(tmp_path: Path) -> None:
    space = tmp_path / "epochs.toml"
    space.write_text('about = "x"\n[parameters]\nepochs = { kind = "int", low = 1, high = 3 }\n')
    with pytest.raises(SweepError, match="different epochs cannot be compared: use --pruner none"):
        run_sweep(SweepRequest(name="no", out=tmp_path, space=str(space)), Console(quiet=True))
