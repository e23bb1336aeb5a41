"""The rows of the HParams page, as TensorBoard's own server returns them."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tensorboard import default, program

from results.store.folder import SweepFolder
from results.store.search.trial_records import TrialRecord
from results.store.search.trials import UNLIKELY
from results.tensorboard.curves import write_mean_curves
from results.tensorboard.entries import has_entry, name_winner, write_entry
from tests.made_epochs import made_epoch
from tests.waiting import wait_until

OWN = ["Cause", "Fold_epochs", "Loss", "State", "Weights"]
COLUMNS = {"channels_1", "learning_rate", "batch_size", "normalisation", *OWN}
STATUSES = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]


def record(number: int, **parameters: Any) -> TrialRecord:
    """Returns a trial: of ten one has failed, one runs, four are pruned and four complete."""
    known: dict[str, Any] = {
        "parameters": parameters,
        "weights": 100 + number,
        "fold_epochs": number,
    }
    if number % 10 == 7:
        return TrialRecord(number, "failed", reason="its worker died", **known)
    if number % 10 == 8:
        return TrialRecord(number, "running", **known)
    if number % 2:
        return TrialRecord(number, "pruned", forecast=1 / (number + 1), reason=UNLIKELY, **known)
    return TrialRecord(number, "complete", validation_loss=1 / (number + 1), forecast=9.0, **known)


FIRST = [record(n, channels_1=n + 1, learning_rate=0.01 / (n + 1)) for n in range(30)]
SECOND = [
    record(n, channels_1=n + 1, batch_size=50 * n, normalisation=("batch", "none")[n % 2])
    for n in range(26)
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a TensorBoard over two sweeps of different spaces."""
    out = tmp_path_factory.mktemp("runs")
    for name, records, source in (("first", FIRST, "mnist"), ("second", SECOND, "chen")):
        folder = SweepFolder(out / name)
        for each in records:
            write_entry(folder, each)
            if each.state != "running":
                write_mean_curves(folder.trial(each.trial), [made_epoch(0, 1, 0.4, source)])
        name_winner(folder, [records[4], records[24]], winner=24)
    return served(out, len(FIRST) + len(SECOND))  # a run a trial


def served(out: Path, runs: int) -> str:
    """Returns the address of a TensorBoard that has read as many runs."""
    server = program.TensorBoard(plugins=default.get_plugins())
    address = ["--host", "127.0.0.1", "--port", "0", "--reload_interval", "1"]
    server.configure(argv=[None, "--logdir", str(out), *address])
    url: str = server.launch()
    wait_until(lambda: len(runs_of(url)) == runs)
    return url


def runs_of(url: str) -> list[str]:
    """Returns the names of the runs that TensorBoard has read."""
    with urllib.request.urlopen(f"{url}data/runs") as answer:
        names: list[str] = json.load(answer)
    return names


def asked(url: str, what: str, **more: Any) -> Any:
    """Returns what the HParams plugin answers."""
    content = json.dumps({"experimentName": "", **more}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}data/plugin/hparams/{what}", content, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def experiment(address: str) -> Any:
    return asked(address, "experiment")


@pytest.fixture(scope="module")
def rows(address: str) -> list[Any]:
    return rows_of(address)


def rows_of(address: str) -> list[Any]:
    """Returns all rows, the lowest loss first."""
    experiment = asked(address, "experiment")
    loss = {"metric": {"group": "", "tag": "loss"}, "order": "ORDER_ASC"}
    hparams = [{"hparam": each["name"]} for each in experiment["hparamInfos"]]
    answer = asked(
        address,
        "session_groups",
        allowedStatuses=STATUSES,
        colParams=[loss, *hparams],
        startIndex=0,
        sliceSize=100,
    )
    groups: list[Any] = answer["sessionGroups"]
    return groups


def test_the_columns_are_those_of_both_spaces(experiment: Any) -> None:
    assert {each["name"] for each in experiment["hparamInfos"]} == COLUMNS
    assert [each["name"] for each in experiment["hparamInfos"]][:5] == OWN  # as many are shown
    assert all(each["differs"] for each in experiment["hparamInfos"])


def test_no_metric_is_of_one_sweep_alone_whatever_its_digits(experiment: Any) -> None:
    tags = [each["name"]["tag"] for each in experiment["metricInfos"]]
    assert tags == ["loss", "loss/training", "loss/validation", "reading/accuracy"]


def test_all_trials_are_there_whatever_became_of_them(rows: list[Any]) -> None:
    assert len(rows) == 56
    states = [row["hparams"]["State"] for row in rows]
    for state in ("complete", "pruned", "failed", "running"):
        assert states.count(state) == sum(each.state == state for each in (*FIRST, *SECOND)) > 0


def test_they_are_sorted_by_one_loss_that_all_have_but_the_failed(rows: list[Any]) -> None:
    with_loss = [row for row in rows if row["hparams"].get("Loss") is not None]
    losses = [metric["value"] for row in with_loss for metric in _losses(row)]
    assert losses == sorted(losses)
    assert losses == pytest.approx([row["hparams"]["Loss"] for row in with_loss])
    assert {r["hparams"]["State"] for r in rows if r not in with_loss} == {"failed", "running"}


def _losses(row: Any) -> list[Any]:
    return [each for each in row["metricValues"] if each["name"]["tag"] == "loss"]


def test_winners_are_named_and_causes_are_short(rows: list[Any]) -> None:
    names = {row["name"] for row in rows}
    assert len(names) == 56
    winners = {name for name in names if "winner" in name}
    assert winners == {"winner (trial 24), first", "winner (trial 24), second"}
    causes = {row["hparams"].get("Cause") for row in rows}
    assert causes == {"-", "unlikely to win", "its worker died"}


def test_a_winner_is_named_while_tensorboard_runs_and_another_after_it(tmp_path: Path) -> None:
    folder, two = SweepFolder(tmp_path / "live"), [FIRST[0], FIRST[2]]
    for each in two:
        write_entry(folder, each)
        write_mean_curves(folder.trial(each.trial), [made_epoch(0, 1, 0.4)])
    url = served(tmp_path, len(two))
    for winner, other in ((0, 2), (2, 0)):
        name_winner(folder, two, winner)
        named = {f"winner (trial {winner}), live", f"live: trial {other}"}
        wait_until(lambda: {row["name"] for row in rows_of(url)} == named)  # noqa: B023
        assert all(len(row["metricValues"]) == 4 for row in rows_of(url))
        assert has_entry(folder, winner)
        assert has_entry(folder, other)


def test_an_entry_is_written_anew_in_the_place_of_the_one_before(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    assert not has_entry(folder, 0)
    for _ in range(2):
        write_entry(folder, FIRST[0])
    assert has_entry(folder, 0)
    assert len(list(folder.trial(0).iterdir())) == 1
