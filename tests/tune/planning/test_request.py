import inspect
from pathlib import Path

import pytest

import shuzi
from model.configuration import Configuration
from tune.errors import SweepError
from tune.planning.request import MOST, SweepRequest, seconds


@pytest.mark.parametrize(
    ("text", "value"), [("90", 90), ("90s", 90), ("15m", 900), ("2h", 7200), ("1.5d", 129600)]
)
def test_durations_are_read(text: str, value: float) -> None:
    assert seconds(text) == value
    assert seconds(None) is None


@pytest.mark.parametrize("text", ["", "two hours", "-1h", "1w", "h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(SweepError, match="--time-budget must be like 90s, 15m or 2h"):
        seconds(text)


@pytest.mark.parametrize(
    ("name", "value", "option"),
    [
        ("trials", 0, "--trials"),
        ("epochs", 0, "--epochs"),
        ("concurrent", -1, "--concurrent"),
        ("cpus_per_trial", 0, "--cpus-per-trial"),
        ("gpus_per_trial", -0.5, "--gpus-per-trial"),
        ("time_budget", 0.0, "--time-budget"),
        ("networks", 0, "--networks"),
        ("risk", 0.0, "--risk"),
        ("seed", -1, "--seed"),
    ],
)
def test_number_that_makes_no_sense_is_refused(name: str, value: float, option: str) -> None:
    with pytest.raises(SweepError, match=rf"{option} must be at least (\d|0\.001), but got"):
        SweepRequest.model_validate({"name": "a", name: value}).check()


def test_paths_mean_the_same_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    request = SweepRequest(name="a", chinese=("embedded", "photos"), mnist="full")
    assert request.chinese == ("embedded", str(tmp_path / "photos"))
    assert request.mnist == "full"
    assert SweepRequest.model_validate_json(request.model_dump_json()) == request


def test_as_many_networks_may_be_asked_for_as_a_configuration_may_have() -> None:
    Configuration.check("networks", MOST["networks"])
    with pytest.raises(ValueError, match="networks must be a whole number from 1 to"):
        Configuration.check("networks", MOST["networks"] + 1)


def test_risk_is_the_same_where_none_is_given_on_the_command_line() -> None:
    given = inspect.signature(shuzi.sweep).parameters["risk"].default
    assert given == SweepRequest.model_fields["risk"].default
