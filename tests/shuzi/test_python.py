"""shuzi from Python."""

import subprocess
import sys
from pathlib import Path

import pytest

import shuzi
from results.store.folder import SweepFolder
from tests.process import SECONDS

TINY = Path(__file__).parents[1] / "tune" / "tiny.toml"
SWEEP = f"""
import shuzi

request = shuzi.SweepRequest(
    name="small", space="{TINY}", mnist_count=100, trials=1, concurrent=1, cpus_per_trial=1
)
print(shuzi.run_sweep(request).weights)
"""


def test_all_that_is_named_is_there() -> None:
    assert set(shuzi.__all__) <= set(dir(shuzi))
    for name in shuzi.__all__:
        assert getattr(shuzi, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'shuzi' has no attribute 'run_sweeps'"):
        shuzi.run_sweeps  # type: ignore[attr-defined]  # noqa: B018


def test_import_waits_for_nothing_of_the_house() -> None:
    code = "import sys, shuzi; print([n for n in sys.modules if n in ('tune', 'results', 'rich')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


def test_a_request_that_breaks_a_rule_is_refused_when_it_is_made() -> None:
    with pytest.raises(shuzi.SweepError, match=r"^--trials must be at least 1, but got 0\.$"):
        shuzi.SweepRequest(trials=0)


def test_a_sweep_that_is_not_there_is_not_opened(elsewhere: Path) -> None:
    with pytest.raises(shuzi.ResultsError, match="there is no sweep nothing in runs"):
        shuzi.open_sweep("nothing")


@pytest.mark.ray
def test_a_sweep_is_run_and_opened(elsewhere: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SWEEP],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    opened = shuzi.open_sweep("small")
    assert isinstance(opened, SweepFolder)
    assert ended.stdout.splitlines()[-1] == str(opened.weights)
    assert opened.weights.is_file()
    assert shuzi.open_sweep("small", elsewhere / "runs").path == opened.path
    assert "; 1 of 1" in ended.stderr
