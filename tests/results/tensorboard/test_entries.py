"""The rows of the HParams page, as TensorBoard's own server returns them."""

import json
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tensorboard import default, program

from results.store.folder import SweepFolder
from results.store.search.trial_records import TrialRecord
from results.store.search.trials import UNLIKELY
from results.tensorboard.entries import has_entry, write_entry

OWN = {"Cause", "Loss", "State", "weights", "fold_epochs"}
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
    for name, records in (("first", FIRST), ("second", SECOND)):
        for each in records:
            write_entry(SweepFolder(out / name), each, is_winner=each.trial == 24)
    server = program.TensorBoard(plugins=default.get_plugins())
    server.configure(argv=[None, "--logdir", str(out), "--host", "127.0.0.1", "--port", "0"])
    url: str = server.launch()
    _wait_for(url, len(FIRST) + len(SECOND))
    return url


def _wait_for(url: str, runs: int) -> None:
    pause = threading.Event()
    while len(json.load(urllib.request.urlopen(f"{url}data/runs"))) < runs:
        pause.wait(0.2)


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
def rows(address: str, experiment: Any) -> list[Any]:
    """All rows, the lowest loss first."""
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
    assert [each["name"] for each in experiment["hparamInfos"]][:3] == ["Cause", "Loss", "State"]
    assert all(each["differs"] for each in experiment["hparamInfos"])
    assert [each["name"]["tag"] for each in experiment["metricInfos"]] == ["loss"]


def test_all_trials_are_there_whatever_became_of_them(rows: list[Any]) -> None:
    assert len(rows) == 56
    states = [row["hparams"]["State"] for row in rows]
    for state in ("complete", "pruned", "failed", "running"):
        assert states.count(state) == sum(each.state == state for each in (*FIRST, *SECOND)) > 0


def test_they_are_sorted_by_one_loss_that_all_have_but_the_failed(rows: list[Any]) -> None:
    with_loss = [row for row in rows if row["hparams"].get("Loss") is not None]
    losses = [row["metricValues"][0]["value"] for row in with_loss]
    assert losses == sorted(losses)
    assert losses == pytest.approx([row["hparams"]["Loss"] for row in with_loss])
    assert {r["hparams"]["State"] for r in rows if r not in with_loss} == {"failed", "running"}


def test_winners_are_named_and_causes_are_short(rows: list[Any]) -> None:
    names = {row["name"] for row in rows}
    assert len(names) == 56
    winners = {name for name in names if "winner" in name}
    assert winners == {"winner (trial 24), first", "winner (trial 24), second"}
    causes = {row["hparams"].get("Cause") for row in rows}
    assert causes == {"-", "unlikely to win", "its worker died"}


def test_an_entry_is_written_anew_in_the_place_of_the_one_before(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    assert not has_entry(folder, 0)
    for is_winner in (False, True):
        write_entry(folder, FIRST[0], is_winner)
    assert has_entry(folder, 0)
    assert len(list(folder.trial(0).iterdir())) == 1
