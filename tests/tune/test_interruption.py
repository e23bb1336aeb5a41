"""A sweep that ends early keeps what is done and says what to do with it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from results.trials import read_trials
from tune import SweepRequest
from tune.sweep import run_sweep

TINY = str(Path(__file__).with_name("tiny.toml"))


def test_second_interruption_stops_at_once_and_what_was_done_is_kept(tmp_path: Path) -> None:
    command = (
        f"sweep --name cut --trials 200 --epochs 1 --pruner none --mnist-count 100 --space {TINY}"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", "import shuzi; shuzi.main()", *command.split()],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if "whole: loss" in line:
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)  # two signals at the same moment are one
            process.send_signal(signal.SIGINT)
            break
    _, rest = process.communicate(timeout=10)
    assert process.returncode == 130, "".join(seen) + rest
    assert "`shuzi resume cut` goes on from here." in rest
    assert "Traceback" not in rest
    states = read_trials(tmp_path / "runs" / "cut" / "trials.csv")["state"]
    assert (states == "complete").sum() >= 1


def test_time_budget_ends_the_search_and_the_winner_is_judged_all_the_same(tmp_path: Path) -> None:
    request = SweepRequest(
        name="brief",
        out=tmp_path,
        mnist_count=100,
        trials=5000,
        epochs=1,
        space=TINY,
        time_budget=10,
        finalists=1,
    )
    folder = run_sweep(request, Console(quiet=True))
    states = read_trials(folder.trials_csv)["state"].tolist()
    assert 1 <= states.count("complete") < 5000
    assert set(states) <= {"complete", "stopped"}
    assert folder.evaluation_json.is_file()
    assert folder.weights.is_file()
