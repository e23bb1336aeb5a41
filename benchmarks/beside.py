"""An epoch of two threads beside other work: how long threads spin that wait for each other.

    python -m benchmarks.beside

Trains the report's network on drawn digits, at the priority that Ray gives its workers, alone on
two cores and beside a process that keeps one busy; with OpenMP's own setting and with shuzi's.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.header import header
from benchmarks.spread import median_spread
from tune.cluster import WAITING

NICENESS = 15  # Ray's RAY_worker_niceness
SETTINGS: dict[str, dict[str, str]] = {"OpenMP's own": {}, "shuzi's": WAITING}
OPENMP = {*WAITING, "OMP_WAIT_POLICY", "OMP_NUM_THREADS"}
EPOCH = """
import time, numpy, torch
from datasets.chinese import load_chinese
from model import Configuration, DeviceDigits
from model.processor import prepare_processor
from model.replica import Replica
prepare_processor(2)
digits = DeviceDigits.of(load_chinese(["embedded"]), torch.device("cpu"))
replica = Replica(Configuration(epochs=2), digits, numpy.arange(len(digits.labels)), seed=0)
replica.begin_epoch()
replica.finish_epoch()
started = time.perf_counter()
replica.begin_epoch()
replica.finish_epoch()
print(time.perf_counter() - started)
"""


def main() -> None:
    """Prints the seconds of an epoch, the settings in turns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(header("torch"))
    print("alone")
    _compare(rounds)
    print("beside a process that keeps a core busy")
    with _other_work():
        _compare(rounds)


def _compare(rounds: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in SETTINGS}
    for _ in range(rounds):
        for name, each in seconds.items():
            each.append(_epoch(SETTINGS[name]))
    for name, each in seconds.items():
        print(f"  {name} setting: {median_spread(each)} s an epoch, n = {len(each)}")


def _epoch(setting: dict[str, str]) -> float:
    clean = {name: value for name, value in os.environ.items() if name not in OPENMP}
    command = ["nice", "-n", str(NICENESS), sys.executable, "-c", EPOCH]
    ended = subprocess.run(
        command, env={**clean, **setting}, capture_output=True, text=True, check=True
    )
    return float(ended.stdout)


@contextmanager
def _other_work() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    time.sleep(0.5)
    try:
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
