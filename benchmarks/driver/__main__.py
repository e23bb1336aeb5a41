"""What the driver of a sweep costs, and whether that grows with the sweep.

    python -m benchmarks.driver                     the engine, 1,000 trials on 64 simulated workers
    python -m benchmarks.driver --sizes 1000:64 5000:256 10000:1000
    python -m benchmarks.driver --sizes --ray 1000  a sweep on Ray whose workers return at once
    python -m benchmarks.driver --sizes --look 5000  what looking at a large sweep takes

Prints milliseconds a trial, tenth by tenth of the beginnings; `after`, what came when all had
begun, divided by all trials; the longest that a worker waited for an answer; and the memory.
"""

import argparse

import optuna
from threadpoolctl import threadpool_limits

from benchmarks.driver.memory import most_memory
from benchmarks.driver.simulated import PARTS, Cost, SimulatedWorkers
from benchmarks.shared.header import header

CHARTED = 300  # trials that TensorBoard shows


def main() -> None:
    """Runs the searches that are asked for and prints what each cost."""
    arguments = _arguments()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    print(header("optuna", "numpy"))
    for size in arguments.sizes:
        trials, workers = map(int, size.split(":"))
        before = most_memory()
        with threadpool_limits(1, user_api="blas"):  # as in a sweep
            cost = SimulatedWorkers(trials, workers, arguments.space, arguments.seed).run()
        print(f"\n{arguments.space}: {trials:,} trials on {workers:,} simulated workers")
        _print(cost)
        print(f"  memory: {before:,.0f} MB before, {most_memory():,.0f} MB at the most", flush=True)
    if arguments.ray:
        from benchmarks.driver.on_ray import print_sweep_on_ray

        print_sweep_on_ray(arguments.ray)
    if arguments.look:
        from benchmarks.driver.looking import print_looks

        print_looks(arguments.look, CHARTED)


def _print(cost: Cost) -> None:
    tenth = cost.trials / PARTS
    of_trials = [1000 * seconds / tenth for seconds in cost.seconds[:PARTS]]
    print(f"  ms a trial by tenths: {' '.join(f'{each:.1f}' for each in of_trials)}")
    print(f"  after: {1000 * cost.seconds[PARTS] / cost.trials:.1f}", end="; ")
    print(f"all {1000 * sum(cost.seconds) / cost.trials:.1f}; {cost.calls:,} calls", end="; ")
    print(f"longest {' '.join(f'{1000 * each:.0f}' for each in cost.slowest)} ms")
    ends = ", ".join(f"{number:,} {state}" for state, number in sorted(cost.states.items()))
    print(f"  {ends}; best loss {cost.best:.4f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="*", default=["1000:64"], help="trials:workers")
    parser.add_argument("--ray", type=int, default=0, help="trials of a sweep on Ray")
    parser.add_argument("--look", type=int, default=0, help="trials of a sweep to look at")
    parser.add_argument("--space", default="paper")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
