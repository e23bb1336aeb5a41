"""One sweep of many short real trials: does it slow down, and what does it leave and hold?

    python -m benchmarks.many                  1,000 trials, about five minutes on 2 cores

Prints how fast trials were begun in each tenth of the sweep, the memory of the driver, and the size
of the sweep's folder.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console

from benchmarks.shared.header import header
from results.known_trials import known_trials
from results.store.folder import SweepFolder
from results.terminal.tables import sweep_tables
from tune.planning.request import SweepRequest
from tune.sweep import run_sweep

SPACE = """
about = "short trials"
folds = 5
[fixed]
epochs = 2
channels_2 = 8
[parameters]
channels_1 = { kind = "int", low = 4, high = 8 }
learning_rate = { kind = "float", low = 1e-4, high = 1e-2, log = true }
dropout_1 = { kind = "float", low = 0.0, high = 0.7 }
"""


def main() -> None:
    """Runs the sweep and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--pruner", choices=("ladder", "none"), default="ladder")
    arguments = parser.parse_args()
    print(header("ray", "optuna"))
    with tempfile.TemporaryDirectory() as out:
        space = Path(out) / "short.toml"
        space.write_text(SPACE)
        request = SweepRequest(
            name="many",
            out=Path(out),
            space=str(space),
            mnist_count=100,
            trials=arguments.trials,
            pruner=arguments.pruner,
            epochs=2,
        )
        before, started = _memory(), time.perf_counter()
        folder = run_sweep(request, Console(quiet=True))
        print(f"{arguments.trials} trials, --pruner {arguments.pruner}")
        print(f"complete sweep {time.perf_counter() - started:,.0f} s")
        _report(folder, before)


def _report(folder: SweepFolder, before: float) -> None:
    trials = known_trials(folder)
    print(", ".join(f"{n} {state}" for state, n in trials.table["state"].value_counts().items()))
    begins = sorted(t.datetime_start.timestamp() for t in trials.study if t.datetime_start)
    tenth = max(1, len(begins) // 10)
    paces = [(b - a) / tenth for a, b in zip(begins[::tenth], begins[tenth::tenth], strict=False)]
    print(
        "seconds from one beginning to the next, tenth by tenth:",
        " ".join(f"{pace:.2f}" for pace in paces),
    )
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"driver {before:,.0f} MB before, {_memory():,.0f} MB at the most")
    print(
        f"folder {size / 1e6:,.1f} MB in {len(files):,} files, {size / len(begins) / 1e3:.1f} kB a "
        f"trial; journal {folder.journal.stat().st_size / 1e6:.1f} MB"
    )
    started = time.perf_counter()
    sweep_tables(folder)
    print(f"`shuzi show` reads it in {time.perf_counter() - started:.1f} s")


def _memory() -> float:
    """Returns the most that this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
