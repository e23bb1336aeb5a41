"""Ctrl-C keeps what is done and says what to do with it."""

import signal
import subprocess
import sys
from pathlib import Path

from results.trials import read_trials


def test_interrupted_sweep_exits_with_130_and_keeps_its_trials(tmp_path: Path) -> None:
    command = "sweep --name cut --trials 40 --epochs 1 --mnist-count 200"
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
        if "complete in" in line:
            process.send_signal(signal.SIGINT)
            break
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, "".join(seen) + rest
    assert "shuzi: interrupted: " in rest
    assert "`shuzi retrain cut`" in rest
    assert "Traceback" not in rest
    states = read_trials(tmp_path / "runs" / "cut" / "trials.csv")["state"]
    assert (states == "complete").sum() >= 1
    assert "running" not in set(states)
