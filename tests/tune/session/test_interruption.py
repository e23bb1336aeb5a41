"""A sweep that ends early keeps what is done and says what to do with it."""

import re
import signal
from pathlib import Path
from typing import Any

import pytest
import ray.tune
from optuna.trial import TrialState
from rich.console import Console

import tune.search.search
from results.store.evaluation import read_evaluation
from results.store.folder import SweepFolder
from results.store.search.study import read_study
from tests.process import HeldProcess
from tests.terminal import Terminal
from tune.errors import Interrupted
from tune.planning.request import SweepRequest
from tune.search.ray_tune import run_on_workers
from tune.sweep import resume_sweep, run_sweep

pytestmark = [pytest.mark.ray, pytest.mark.kill]
TINY = str(Path(__file__).parents[1] / "tiny.toml")


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
    assert re.match(r"trial \d+ (\(baseline\) )?complete, loss", lines[-2]), "the view is taken off"
    assert terminal.output.rfind(b"\x1b[?25h") > terminal.output.rfind(b"\x1b[?25l"), "cursor"
    study = read_study(SweepFolder(tmp_path / "runs" / "cut"))
    assert study is not None
    assert TrialState.COMPLETE in {trial.state for trial in study.trials}


class InterruptedAtItsEnd(ray.tune.Callback):  # type: ignore[misc]
    """Sends the signal once all trials have ended, while Ray Tune still takes it."""

    def on_experiment_end(self, trials: list[object], **info: object) -> None:
        signal.raise_signal(signal.SIGINT)


def test_a_signal_that_comes_as_the_search_ends_ends_the_sweep(
    own_ray: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(plan: Any, engine: Any, callbacks: list[Any], trainable: type) -> None:
        run_on_workers(plan, engine, [*callbacks, InterruptedAtItsEnd()], trainable)

    request = SweepRequest(
        name="late", out=tmp_path, mnist_count=100, trials=2, epochs=1, finalists=1, space=TINY
    )
    with monkeypatch.context() as patch:
        patch.setattr(tune.search.search, "run_on_workers", interrupted)
        with pytest.raises(Interrupted, match=r"interrupted\. `shuzi resume late"):
            run_sweep(request, Console(quiet=True))
    folder = SweepFolder(tmp_path / "late")
    assert read_evaluation(folder.evaluation_json) is None
    resume_sweep(folder, Console(quiet=True))
    assert read_evaluation(folder.evaluation_json) is not None
