"""How long a process takes to its first trained batch, against `import torch` alone; its memory.

python -m benchmarks.startup --mnist FOLDER
"""

import argparse
import subprocess
import sys
import time

from benchmarks.header import header
from benchmarks.spread import median_spread

IMPORT = "import torch"
FIRST_BATCH = """
import numpy as np
import torch
from datasets.mnist import load_mnist
from model import Configuration, DeviceDigits
from model.replica import Replica
digits = DeviceDigits.of(load_mnist({mnist!r}).train, torch.device("cpu"))
replica = Replica(Configuration(epochs=1), digits, np.arange(100), seed=0)
replica.begin_epoch()
replica.finish_epoch()
"""
WORKER = """
import numpy as np
import torch
from benchmarks.peers.workers import peak_bytes
from datasets.mnist import load_mnist
from model import Configuration, DeviceDigits
from model.processor import prepare_processor
from model.replica import Replica
prepare_processor(1)
digits = DeviceDigits.of(load_mnist({mnist!r}).train, torch.device("cpu"))
few, fifth = np.arange(2000), torch.arange(len(digits.labels) // 5)
replicas = [Replica(Configuration(epochs=1), digits, few, seed) for seed in range(5)]
for replica in replicas:
    replica.begin_epoch()
    replica.finish_epoch()
    replica.judge(fifth)
print(peak_bytes() / 1e9)
"""


def main() -> None:
    """Prints the seconds of both in turns, and the memory of one worker."""
    arguments = _arguments()
    print(header("torch", "numpy"))
    first_batch = FIRST_BATCH.format(mnist=arguments.mnist)
    seconds: dict[str, list[float]] = {IMPORT: [], first_batch: []}
    for _ in range(arguments.rounds):
        for code, each in seconds.items():
            each.append(_seconds(code))
    for name, each in zip(("import torch", "to the first batch"), seconds.values(), strict=True):
        print(f"{name}: {median_spread(each)} s, n = {len(each)}")
    more = [after - before for before, after in zip(*seconds.values(), strict=True)]
    print(f"more than import torch: {median_spread(more)} s")
    peak = float(_run(WORKER.format(mnist=arguments.mnist)))
    print(f"peak memory of a process with the report's network in 5 folds: {peak:.2f} GB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", default="embedded", help="embedded, full or a folder")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def _seconds(code: str) -> float:
    started = time.perf_counter()
    _run(code)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
