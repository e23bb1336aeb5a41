"""A sweep that is watched in a terminal."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import tune.watching.terminal
from tests.terminal import Terminal
from tune.planning.request import SweepRequest
from tune.sweep import run_sweep
from tune.watching.events import Epoch, Event, FinalistFold, Retrained

COLUMNS, LINES = 80, 24
TRIALS = 4
TINY = str(Path(__file__).parents[1] / "tiny.toml")
VIEW = [
    r"trials    [━╸╺]+  \d of 4",
    r"          (\d complete, )?(\d pruned, )?\d running, (\d waiting, )?\d to come",
    r"best      (no trial is complete yet|trial \d, loss \d\.\d{4} ±\d\.\d{4} \(± .* error\))",
    r"(          channels_1 \d   learning_rate [\d.]+)?",
    r"workers    1  (free|trial \d    fold \d   epoch  \d of 2   folds done: \d)",
    r"           2  (free|trial \d    fold \d   epoch  \d of 2   folds done: \d)",
    r"speed     [\d,]+ images a second; in use: \d\.\d of \d+ cores",
    r"time      (\d+ min )?\d+ s(, about \d+ (min|s) left)?",
    r"epochs    \d+ fold-epochs, about \d+ left; 40 if every trial were complete",
]


@dataclass
class Watched:
    screens: list[list[str]]
    left: list[str]
    output: bytes

    def views(self, first: str) -> list[list[str]]:
        """Returns the last lines of the screens that have a view, from its first row on."""
        found = []
        for screen in self.screens:
            rows = [n for n, line in enumerate(screen) if line.startswith(first)]
            assert len(rows) <= 1, "\n".join(screen)
            found += [screen[n:] for n in rows]
        return found


@pytest.fixture(scope="module")
def watched(own_ray: None, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    terminal = Terminal(COLUMNS, LINES)
    request = SweepRequest(
        name="watched",
        out=tmp_path_factory.mktemp("runs"),
        mnist_count=100,
        trials=TRIALS,
        epochs=2,
        concurrent=2,
        cpus_per_trial=1,
        finalists=3,
        pruner="none",
        space=TINY,
    )

    def stand_still(event: Event) -> None:
        if isinstance(event, Epoch | FinalistFold | Retrained):
            terminal.wait_for_frames(2)  # so that the view of just now is among them

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tune.watching.terminal, "REFRESHES", 20)
        run_sweep(request, terminal.console, stand_still)
    left = terminal.close()
    return Watched(terminal.screens, left, terminal.output)


def test_view_has_the_same_rows_from_beginning_to_end(watched: Watched) -> None:
    views = watched.views("trials  ")
    assert len(views) >= 4
    for view in views:
        told, rest = view[: len(VIEW)], view[len(VIEW) :]
        for line, row in zip(told, VIEW, strict=True):
            assert re.fullmatch(row, line), "\n".join(view)
        assert not any(rest)


def test_view_goes_on(watched: Watched) -> None:
    views = watched.views("trials  ")
    costs = [int(re.findall(r"\d+", view[-1 + len(VIEW)])[0]) for view in views]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]
    everything = "\n".join(line for view in views for line in view)
    assert re.search(r"1  trial \d+ +fold \d +epoch +2 of 2", everything)
    assert re.search(r"speed     [1-9][\d,]* images a second; in use: \d\.\d", everything)


def test_view_goes_on_through_the_finalists_and_the_retraining(watched: Watched) -> None:
    finalists = watched.views("finalists  ")
    assert any(re.search(r"[━╸╺]  \d+ of \d+ folds$", view[0]) for view in finalists)
    assert any("in the search" in line for view in finalists for line in view)
    retraining = watched.views("retraining  ")
    assert any(re.search(r"[━╸╺]  \d of 7 networks$", view[0]) for view in retraining)
    assert any(line.startswith("left        ") for view in retraining for line in view)


def test_ends_are_told_once_and_nothing_of_the_view_is_left(watched: Watched) -> None:
    left = [line for line in watched.left if line]
    told = "\n".join(left)
    for number in range(TRIALS):
        assert sum(line.startswith(f"trial {number} ") for line in left) == 1, told
    retrained = sum(line.startswith("retrained ") for line in left)
    assert retrained == 7, told  # with a fold, to calibrate
    parts = ("trials ", "best ", "workers ", "speed ", "time ", "cost ", "finalists ", "left ")
    assert not [line for line in left if line.startswith((*parts, "retraining ", "1  ", "2  "))]
    assert watched.output.rfind(b"\x1b[?25h") > watched.output.rfind(b"\x1b[?25l")
