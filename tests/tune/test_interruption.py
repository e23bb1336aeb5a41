"""A sweep that ends early keeps what is done and says what to do with it."""

import re
import signal
import time
from pathlib import Path

import pytest
from optuna.trial import TrialState

from results import SweepFolder
from results.study import read_study
from tests.terminal import Terminal
from tests.tune.process import started

TINY = str(Path(__file__).with_name("tiny.toml"))


def test_second_interruption_stops_at_once_and_what_was_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal(100, 30)
    command = (
        f"sweep --name cut --trials 200 --epochs 1 --pruner none --mnist-count 100 --space {TINY}"
    )
    process = started(tmp_path, command, terminal.file)
    terminal.wait_for("whole: loss")
    while process.poll() is None:  # two signals at the same moment are one
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    assert process.returncode == 130
    lines = [line for line in terminal.close() if line]
    assert lines[-1] == "shuzi: stopped at once. `shuzi resume cut` goes on from here."
    assert re.match(r"trial \d+ whole: loss", lines[-2]), "the view is taken off"
    assert terminal.output.rfind(b"\x1b[?25h") > terminal.output.rfind(b"\x1b[?25l"), "cursor"
    study = read_study(SweepFolder(tmp_path / "runs" / "cut"))
    assert study is not None
    assert TrialState.COMPLETE in {trial.state for trial in study.trials}
