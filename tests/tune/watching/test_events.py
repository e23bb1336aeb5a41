"""What programs are told: lines that keep to the documented schema."""

import json
import math
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import jsonschema
import pytest

from model.configuration import Configuration
from tests.made_epochs import made_epoch
from tune.errors import Interrupted, SweepFailed
from tune.watching.events import (
    Ended,
    Epoch,
    Event,
    Exported,
    FinalistDropped,
    FinalistFold,
    Finished,
    Retrained,
    RetrainingBegun,
    SweepBegun,
    TrialBegun,
    TrialEnded,
    as_line,
    schema,
)
from tune.watching.json_lines import events_on_stdout
from tune.workers.job import Job

SCHEMA = Path(__file__).parents[3] / "docs" / "progress.schema.json"
EVENTS: list[Event] = [
    SweepBegun("real", "/runs/real", 8, 5, 2),
    TrialBegun(0, {"channels_1": 32}),
    Epoch(0, 1, 2, 3, 0.5, None, 1.5),
    TrialEnded(0, "pruned", None, 1, 1.5, "likely worse than the best"),
    FinalistFold(0, 4, 0.25, 9),
    FinalistDropped(0, 2),
    RetrainingBegun(7),
    Retrained("winner", "mnist+chinese", None),
    Exported("/runs/real/winner/model.onnx", "onnx", 1000, 200, 200),
    Finished("/runs/real"),
    Ended("interrupted", "interrupted.", 130),
]


def test_the_documented_schema_is_that_of_the_types() -> None:
    assert json.loads(SCHEMA.read_text()) == schema(), "docs/progress.schema.json: see `schema`"


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event)
def test_each_event_is_a_line_that_keeps_to_the_schema(event: Event) -> None:
    line = as_line(event)
    assert "\n" not in line
    told = json.loads(line)
    assert next(iter(told)) == "event"
    assert told == asdict(event)
    jsonschema.validate(told, schema())


@pytest.mark.parametrize(
    "line", [{}, {"event": "lost"}, {"event": "finished"}, {**asdict(EVENTS[2]), "fold": "one"}]
)
def test_what_is_no_event_does_not_keep_to_the_schema(line: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(line, schema())


def test_a_loss_that_is_no_number_is_told_as_none() -> None:
    fold = replace(made_epoch(0, 1, math.inf, seconds=0.125), training_loss=math.nan)
    job = Job(5, 3, Configuration(epochs=2), (0,))
    assert Epoch.of(job, fold) == Epoch(3, 0, 1, 2, None, None, 0.125)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            Interrupted("interrupted.\nGo on.", 143),
            Ended("interrupted", "interrupted. Go on.", 143),
        ),
        (SweepFailed("no trial is complete"), Ended("failed", "no trial is complete", 1)),
        (KeyboardInterrupt(), Ended("interrupted", "interrupted.", 130)),
    ],
    ids=["interrupted", "failed", "interrupted before the sweep began"],
)
def test_how_a_command_ends_early_is_its_last_event(
    error: BaseException, told: Ended, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(type(error)), events_on_stdout():
        raise error
    assert capsys.readouterr().out == f"{as_line(told)}\n"


def test_what_others_print_is_not_among_the_events(capsys: pytest.CaptureFixture[str]) -> None:
    with events_on_stdout() as tell:
        print("Raylet is terminated.")
        tell(Finished("/runs/real"))
    said = capsys.readouterr()
    assert said.out == f"{as_line(Finished('/runs/real'))}\n"
    assert said.err == "Raylet is terminated.\n"


def test_a_command_goes_on_when_nobody_reads_its_events_any_more() -> None:
    code = (
        "import sys\n"
        "from tune.watching.json_lines import events_on_stdout\n"
        "from tune.watching.events import Finished\n"
        "with events_on_stdout() as tell:\n"
        "    for _ in range(3): tell(Finished('/runs/real'))\n"
        "print('went on', file=sys.stderr)\n"
    )
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "went on\n")
