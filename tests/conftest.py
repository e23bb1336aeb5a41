"""What several tests need: drawn digits, and the real ones where they are at hand."""

import importlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from datasets.digit_set import DigitSet, TrainingDigits, joined

# Torch, which is not imported yet, takes one thread, also in processes of tests: where other work
# is done, more wait long for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A shell that starts the tests in the background has them ignore Ctrl-C, and all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test depends on how fast the machine is.
hypothesis.settings.register_profile("any speed", deadline=None)
hypothesis.settings.load_profile("any speed")

# A test that uses one of these fixtures has the mark, so that none is forgotten.
MARKS = {
    "own_ray": "ray",
    "no_ray": "ray",
    "browser": "browser",
    "served": "kill",
    "strict": "kill",
}


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Marks what takes Ray or a browser."""
    for item in items:
        for mark in {MARKS[name] for name in item.fixturenames if name in MARKS}:
            item.add_marker(mark)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real digits, or a skip that says what is missing."""
    folder = Path(os.environ.get("SHUZI_DATA") or "missing")
    if not folder.is_dir():
        pytest.skip("SHUZI_DATA names no folder of real digits")
    return folder


@pytest.fixture
def write_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Writes a module of a user's own, whose name it returns, to the folder that the test is in.

    That is a temporary one. What was imported from it is forgotten afterwards.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    written: list[str] = []

    def write(text: str) -> str:
        written.append(f"own_{tmp_path.name}_{len(written)}".replace("-", "_"))
        Path(f"{written[-1]}.py").write_text(text, "utf-8")
        importlib.invalidate_caches()
        return written[-1]

    yield write
    for name in written:
        sys.modules.pop(name, None)


@pytest.fixture(scope="session")
def synthetic() -> DigitSet:
    # Not above: it needs more than tests of a GPU do, which run where little is installed.
    from datasets.sources.chinese import load_chinese

    return load_chinese(["embedded"])


@pytest.fixture(scope="session")
def small_pool(synthetic: DigitSet) -> TrainingDigits:
    """200 drawn digits, half of them under the name of MNIST."""
    as_mnist = DigitSet.of(synthetic.images[:100], synthetic.labels[:100], "mnist")
    pool = joined([as_mnist, synthetic.select(np.arange(100, 200))])
    return TrainingDigits.made_of(pool)
