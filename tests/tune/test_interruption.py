"""A sweep that ends early keeps what is done and says what to do with it."""

import re
import signal
from pathlib import Path

import pytest
from optuna.trial import TrialState

from results import SweepFolder
from results.study import read_study
from tests.process import HeldProcess
from tests.terminal import Terminal

pytestmark = [pytest.mark.ray, pytest.mark.kill]
TINY = str(Path(__file__).with_name("tiny.toml"))


def test_second_interruption_stops_at_once_and_what_was_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal(100, 30)
    command = (
        f"sweep --name cut --trials 200 --epochs 1 --pruner none --mnist-count 100 --space {TINY}"
    )
    with HeldProcess(tmp_path, command, terminal.file) as process:
        process.goes_on_until(lambda event: event.get("state") == "complete")
        # It stands still, so that it cannot end in order after the first signal.
        assert process.send_until_it_ends(signal.SIGINT) == 130
    lines = [line for line in terminal.close() if line]
    assert lines[-1] == "shuzi: stopped at once. `shuzi resume cut` goes on from here."
    assert re.match(r"trial \d+ whole: loss", lines[-2]), "the view is taken off"
    assert terminal.output.rfind(b"\x1b[?25h") > terminal.output.rfind(b"\x1b[?25l"), "cursor"
    study = read_study(SweepFolder(tmp_path / "runs" / "cut"))
    assert study is not None
    assert TrialState.COMPLETE in {trial.state for trial in study.trials}
