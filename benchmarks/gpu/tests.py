"""The tests that need a GPU, by pytest."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.gpu.job import Job, Line, attempted, run_phase

FILE = "tests/model/test_gpu.py"
COUNTS = r"(\d+) (passed|failed|skipped|error)"
TAIL = 40  # lines of a failure
BEFORE = 10  # seconds from the start of this process to that of pytest, at the most


def lines(job: Job) -> Iterator[Line]:
    """Yields how many passed and failed, and the end of what pytest says of a failure."""
    if importlib.util.find_spec("pytest") is None:
        yield {"what": FILE, "lacks": "pytest is not installed"}
    else:
        yield attempted(FILE, lambda: _tested(job))


def _tested(job: Job) -> Line:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", FILE]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=job.seconds - BEFORE, check=False
    )
    said = ended.stdout.splitlines() + ended.stderr.splitlines()
    found = re.findall(COUNTS, next((line for line in said[::-1] if re.search(COUNTS, line)), ""))
    counts = {f"tests_{kind}": int(count) for count, kind in found}
    if ended.returncode == 0:
        return counts
    return {**counts, "failed": f"pytest ended with {ended.returncode}", "tail": said[-TAIL:]}


if __name__ == "__main__":
    run_phase(lines)
