"""A benchmark that cannot run says so in a line."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.kill


@pytest.mark.parametrize(
    ("benchmark", "package"),
    [("trial", "skorch"), ("serving", "schemathesis"), ("pictures.__main__", "optuna_dashboard")],
)
def test_a_benchmark_that_lacks_a_package_names_it(benchmark: str, package: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv = ['x', 'model']\n"
        f"from benchmarks.{benchmark} import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = f"{package} is not installed: run `make bench` first.\n"
    assert (ended.returncode, ended.stderr) == (2, told)


def test_what_stands_at_the_top_can_be_run() -> None:
    files = [*(ROOT / "benchmarks").glob("*.py"), *(ROOT / "benchmarks").glob("*/__main__.py")]
    assert len(files) > 10
    for path in files:
        assert 'if __name__ == "__main__":' in path.read_text("utf-8"), path.name
