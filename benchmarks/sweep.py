"""A real search side by side: plain Ray Tune with OptunaSearch, with ASHA as well, and shuzi.

    python -m benchmarks.sweep --chinese ../shared/data/tongji --seed 2 3 --space wide

The same space, digits, training and number of trials; `paper` took 28 minutes a seed on 2 cores.
Plain and ASHA are written as Ray's documentation writes them: a trial reports the mean over the
folds after each epoch of all. shuzi's time includes its finalists. The winners are then
cross-validated on folds that no search has seen. What a search finds is luck, too: of several
seeds, which draw the digits, the folds and the proposals, the spread is told.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import ray.tune
import torch
from numpy.typing import NDArray
from ray.tune.schedulers import ASHAScheduler, TrialScheduler
from ray.tune.search.optuna import OptunaSearch
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from sklearn.model_selection import train_test_split

from benchmarks.shared.header import cores, header
from benchmarks.shared.processes import in_processes
from datasets.digit_set import TrainingDigits
from datasets.splits import fold_indices
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.hardware.processor import prepare_processor
from model.training.cross_validation import cross_validate
from results.store.evaluation import described
from results.store.folder import SweepFolder
from search_spaces import read_space
from tune.judging.finalists import chosen_winner, configuration_of
from tune.planning.data import SweepData, load_data
from tune.planning.plan import Plan
from tune.planning.request import RISK, SweepRequest
from tune.planning.trial_resources import TrialResources
from tune.search.search import search
from tune.session.signals import Stop
from tune.workers.cluster import ray_cluster


@dataclass(frozen=True)
class Searched:
    """What a search came to.

    Attributes:
        seconds: Wall time, from a running Ray to the winner.
        busy: Seconds that the machine's cores were busy meanwhile.
        winner: The configuration.
        complete: How many trials were cross-validated to the end.
    """

    seconds: float
    busy: float
    winner: Configuration
    complete: int


@dataclass(frozen=True)
class Compared:
    """A search beside plain's of the same seed.

    Attributes:
        times_less: Wall time that plain took.
        behind: How much larger the winner's loss is than that of plain's winner, nats.
    """

    times_less: float
    behind: float


def main() -> None:
    """Runs both, one after the other, and judges their winners; for each seed."""
    arguments = _arguments()
    console = Console(width=120, highlight=False)
    console.print(header("torch", "ray", "optuna"))
    compared: dict[str, list[Compared]] = {}
    for seed in arguments.seed:
        for name, each in _seed(arguments, seed, console).items():
            compared.setdefault(name, []).append(each)
    if len(arguments.seed) > 1:
        console.print(_over_seeds(compared))


def _seed(arguments: argparse.Namespace, seed: int, console: Console) -> dict[str, Compared]:
    request = _request(arguments, seed)
    space = read_space(request.space, Configuration.check)
    data = _part(load_data(request, space.folds), arguments.pool, space.folds, request.seed)
    console.print(
        f"space {request.space}, {request.trials} trials, {cores()} at a time, "
        f"{space.folds} folds, pool: {described(data.pool)['sources']}, seed {request.seed}"
    )
    searched = {
        "Ray Tune, OptunaSearch": plain(request, data),
        "Ray Tune, OptunaSearch, ASHA": plain(request, data, asha(_plan(request, data))),
    }
    for risk in arguments.risk:
        riskier = request.model_copy(update={"risk": risk, "name": f"risk-{risk:.3g}"})
        searched[f"shuzi, risk {risk:.3g}"] = ours(riskier, data)
    losses = {
        name: _losses(each.winner, data, arguments.judgements) for name, each in searched.items()
    }
    console.print(_table(searched, losses))
    (first, base), *others = searched.items()
    return {
        name: Compared(
            base.seconds / each.seconds, float(losses[name].mean() - losses[first].mean())
        )
        for name, each in others
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--space", default="paper")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--images", type=int, default=2000, help="of MNIST, stratified")
    parser.add_argument("--chinese", default="embedded", help="a folder, as `shuzi sweep` takes it")
    parser.add_argument("--pool", type=int, help="take a stratified part of so many digits")
    parser.add_argument("--epochs", type=int, default=None, help="instead of the space's")
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="each")
    parser.add_argument(
        "--risk", type=float, nargs="+", default=[RISK], help="as `shuzi sweep` takes it; each"
    )
    parser.add_argument(
        "--judgements", type=int, default=2, help="cross-validations of each winner"
    )
    return parser.parse_args()


def _request(arguments: argparse.Namespace, seed: int) -> SweepRequest:
    return SweepRequest(
        name="benchmark",
        out=Path(tempfile.mkdtemp(prefix="shuzi-benchmark-")),
        space=arguments.space,
        mnist_count=arguments.images,
        chinese=(arguments.chinese,),
        trials=arguments.trials,
        epochs=arguments.epochs,
        seed=seed,
    )


def _part(data: SweepData, count: int | None, folds: int, seed: int) -> SweepData:
    """Returns the digits with a smaller pool, each source and label in its proportion."""
    if count is None:
        return data
    kinds = [f"{s}-{y}" for s, y in zip(data.pool.sources, data.pool.labels, strict=True)]
    everything = np.arange(len(data.pool))
    chosen, _ = train_test_split(everything, train_size=count, stratify=kinds, random_state=seed)
    pool = data.pool.select(np.sort(chosen))
    return replace(data, pool=pool, folds=fold_indices(pool, folds, seed))


def asha(plan: Plan) -> ASHAScheduler:
    """Returns Ray's scheduler with a trial's epochs as its resource, else as it comes."""
    epochs = Configuration.from_dict(plan.fixed).epochs
    return ASHAScheduler(metric="validation_loss", mode="min", max_t=epochs)


def plain(
    request: SweepRequest, data: SweepData, scheduler: TrialScheduler | None = None
) -> Searched:
    """Searches as the documentation of Ray Tune shows it."""
    plan = _plan(request, data)

    def objective(config: dict[str, Any], pool: TrainingDigits, folds: Any, fixed: Any) -> None:
        prepare_processor(1)
        digits = DeviceDigits.of(pool, torch.device("cpu"))
        configuration = Configuration.from_dict({**fixed, **config})
        for epoch in cross_validate(configuration, digits, folds, request.seed):
            loss = np.mean([fold.validation.balanced_loss for fold in epoch])
            ray.tune.report({"validation_loss": float(loss)})

    with ray_cluster(None):
        started, busy = time.perf_counter(), _busy()
        trainable = ray.tune.with_parameters(
            objective, pool=data.pool, folds=data.folds, fixed=plan.fixed
        )
        algorithm = OptunaSearch(
            plan.space.distributions(), metric="validation_loss", mode="min", seed=request.seed
        )
        tuner = ray.tune.Tuner(
            ray.tune.with_resources(trainable, {"cpu": 1}),
            tune_config=ray.tune.TuneConfig(
                search_alg=algorithm,
                scheduler=scheduler,
                num_samples=request.trials,
                max_concurrent_trials=cores(),
            ),
            run_config=ray.tune.RunConfig(storage_path=str(request.out), verbose=0),
        )
        results = tuner.fit()
        config = results.get_best_result("validation_loss", "min").config
        seconds, busy = time.perf_counter() - started, _busy() - busy
    winner = Configuration.from_dict({**plan.fixed, **(config or {})})
    complete = sum(
        (each.metrics or {}).get("training_iteration") == winner.epochs for each in results
    )
    return Searched(seconds, busy, winner, complete)


def ours(request: SweepRequest, data: SweepData) -> Searched:
    """Searches as `shuzi sweep` does."""
    plan, console = _plan(request, data), Console(quiet=True)
    plan.folder.make({})
    with ray_cluster(None):
        started, busy = time.perf_counter(), _busy()
        trials = search(plan, console, Stop())
        winner = chosen_winner(trials, plan, console)
        seconds, busy = time.perf_counter() - started, _busy() - busy
    complete = sum(each.state == "complete" for each in trials)
    return Searched(seconds, busy, configuration_of(winner, trials, plan), complete)


def _plan(request: SweepRequest, data: SweepData) -> Plan:
    space = read_space(request.space, Configuration.check)
    folder = SweepFolder.vacant(request.out, request.name)
    return Plan(request, space, data, TrialResources(1, 0, cores()), folder)


def _busy() -> float:
    """Returns the seconds that all cores together have been busy since the machine started."""
    user, nice, system = Path("/proc/stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / 100


def _table(searched: dict[str, Searched], losses: dict[str, NDArray[np.float64]]) -> Table:
    table = Table(Column("search", no_wrap=True), box=SIMPLE_HEAD)
    told = ("wall", "ratio", "cores busy", "complete trials", "winner's loss", "less plain's")
    for heading in told:
        table.add_column(heading, justify="right", no_wrap=True)
    table.caption = "± one standard error over the folds that judge winners; the last, fold by fold"
    (first, base), *_ = searched.items()
    for name, each in searched.items():
        table.add_row(
            name,
            f"{each.seconds:,.0f} s",
            f"1/{base.seconds / each.seconds:.2f}",
            f"{each.busy:,.0f} s",
            str(each.complete),
            _mean(losses[name]),
            "" if name == first else _mean(losses[name] - losses[first], sign="+"),
        )
    return table


def _over_seeds(compared: dict[str, list[Compared]]) -> Table:
    table = Table(Column("search", no_wrap=True), box=SIMPLE_HEAD)
    for heading in ("seeds", "times less wall", "least", "winner's loss less plain's"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.caption = "the geometric mean of the times; ± one standard error over the seeds"
    for name, each in compared.items():
        times = np.array([one.times_less for one in each])
        behind = np.array([one.behind for one in each])
        mean = float(np.exp(np.log(times).mean()))
        table.add_row(
            name, str(len(each)), f"{mean:.2f}", f"{times.min():.2f}", _mean(behind, sign="+")
        )
    return table


def _mean(values: NDArray[np.float64], sign: str = "") -> str:
    error = values.std(ddof=1) / len(values) ** 0.5
    return f"{values.mean():{sign}.4f} ±{error:.4f}"


def _losses(winner: Configuration, data: SweepData, judgements: int) -> NDArray[np.float64]:
    """Cross-validates a winner on other folds, in as many processes as there are cores."""
    places = product(range(1000, 1000 + judgements), range(5))
    jobs = [partial(_loss, winner, data.pool, *place) for place in places]
    return np.array([loss for *_, loss in sorted(in_processes(jobs, "judging", cores()))])


def _loss(
    winner: Configuration, pool: TrainingDigits, seed: int, fold: int
) -> tuple[int, int, float]:
    """Runs in a process of its own; returns the place of the loss among all, and the loss."""
    digits = DeviceDigits.of(pool, torch.device("cpu"))
    *_, last = cross_validate(winner, digits, fold_indices(pool, 5, seed), seed, [fold])
    return seed, fold, last[0].validation.balanced_loss


if __name__ == "__main__":
    main()
