import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from model.configuration import Configuration
from tune.errors import SweepError
from tune.planning.request import SweepRequest, seconds


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
def test_number_that_makes_no_sense_is_refused(name: str, value: Any, option: str) -> None:
    with pytest.raises(SweepError, match=rf"{option} must be at least (\d|0\.001), but got"):
        SweepRequest(**{name: value})


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
    Configuration.check("networks", SweepRequest(networks=16).networks)
    with pytest.raises(SweepError, match="--networks must be at most 16, but got 17"):
        SweepRequest(networks=17)
    with pytest.raises(ValueError, match="networks must be an integer from 1 to"):
        Configuration.check("networks", 17)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"nice": 20}, "--nice must be at most 19, but got 20."),
        ({"risk": float("nan")}, "--risk must be a finite number, but got nan."),
        ({"pruner": "all"}, "--pruner must be ladder, none or module:Class, but got 'all'."),
        ({"time_budget": "soon"}, "--time-budget must be like 90s, 15m or 2h, but got 'soon'."),
        ({"time_budget": "0s"}, "--time-budget must be at least 1, but got 0."),
        ({"chinese": (3,)}, "--chinese must be a valid string, but got 3."),
        ({"tirals": 3}, "--tirals is no option of a sweep, but got 3."),
    ],
)
def test_what_breaks_a_rule_is_one_line_with_option_rule_and_value(
    values: dict[str, Any], told: str
) -> None:
    with pytest.raises(SweepError) as refused:
        SweepRequest(**values)
    assert str(refused.value) == told


def test_what_is_left_out_of_a_request_has_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    request = SweepRequest()
    assert re.fullmatch(r"\d{8}-\d{6}", request.name)
    assert request.out == tmp_path / "runs"
    assert request.chinese == ("embedded",)
    assert SweepRequest(time_budget="1m").time_budget == 60  # type: ignore[arg-type]


def test_a_request_is_made_without_what_a_sweep_needs() -> None:
    code = (
        "import sys, tune.planning.request\n"
        "print([n for n in ('torch', 'ray', 'optuna', 'pandas', 'sklearn') if n in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
