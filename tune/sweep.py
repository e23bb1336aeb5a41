"""A sweep from the request to the evaluation."""

import datetime
from typing import Any

import pandas as pd
import ray
from pydantic import ValidationError
from rich.console import Console

from datasets import DigitSet
from model import REPORT, Configuration
from results import ResultsError, SweepFolder, read_json, write_json
from results.provenance import hardware, versions
from results.trials import read_trials
from results.winner import winning_trial
from search_spaces import SearchSpace, read_space
from tune.cluster import ray_cluster
from tune.data import SweepData, load_data
from tune.errors import SweepError, SweepFailed
from tune.plan import Plan
from tune.request import SweepRequest
from tune.resources import Share, gpu_memory, share_of
from tune.retraining import retrain_and_judge
from tune.search import search
from tune.searcher import fixed_values


def run_sweep(request: SweepRequest, console: Console) -> SweepFolder:
    """Searches, retrains and judges; makes the sweep's folder once nothing can be refused.

    Args:
        request: What the user asked for.
        console: Where progress is shown.

    Raises:
        DataError: If the digits cannot be used.
        SpaceError: If the search space cannot be used.
        SweepError: If a number makes no sense or there are too few cores or GPUs.
        ResultsError: If the name is taken.
        Interrupted: If the user ended the search early.
        SweepFailed: If no trial is complete, or the retraining fails.
    """
    request.check()
    folder = SweepFolder.vacant(request.out, request.name)
    space = read_space(request.space, Configuration.check)
    console.print(f"sweep     {request.name}, trials: {request.trials}, folds: {space.folds}")
    console.print(f"space     {request.space}: {space.about}")
    data = load_data(request, space.folds)
    console.print(_summary(data))
    with ray_cluster(request.address):
        plan = Plan(request, space, data, _share(request, space, data), folder)
        console.print(_sharing(plan.share))
        folder.make()
        write_json(folder.sweep_json, _asked(plan))
        trials = search(plan, console)
        _finish(winning_configuration(trials, space, request), plan, console)
    return folder


def retrain_sweep(folder: SweepFolder, console: Console) -> None:
    """Retrains and judges the winner of a sweep again, from the trials that are complete.

    Raises:
        DataError: If the digits cannot be used any more.
        SweepFailed: If no trial is complete, or the retraining fails.
        SweepError: If the digits are not those that the sweep was made with.
    """
    request, space, described = _asked_before(folder)
    winner = winning_configuration(read_trials(folder.trials_csv), space, request)
    data = load_data(request, space.folds)
    _require_same(described, data)
    with ray_cluster(request.address):
        plan = Plan(request, space, data, _share(request, space, data), folder)
        _finish(winner, plan, console)


def _finish(winner: Configuration, plan: Plan, console: Console) -> None:
    if not console.is_terminal:
        console.print("retraining the winner and the report's network, to judge them")
    retrain_and_judge(winner, plan, console)


def winning_configuration(
    trials: pd.DataFrame, space: SearchSpace, request: SweepRequest
) -> Configuration:
    """Returns the configuration of the complete trial with the lowest validation loss.

    Raises:
        SweepFailed: If no trial is complete.
    """
    try:
        row = trials.set_index("trial").loc[winning_trial(trials)]
    except ResultsError as error:
        raise SweepFailed(str(error)) from error
    # A table keeps whole numbers as floats: the nearest point is the same point in its own kinds.
    varied = space.nearest({name: row[name] for name in space.parameters})
    return Configuration.from_dict({**fixed_values(space, request.epochs), **varied})


def _share(request: SweepRequest, space: SearchSpace, data: SweepData) -> Share:
    there = ray.cluster_resources()
    cpus, gpus = there.get("CPU", 0.0), there.get("GPU", 0.0)
    memory = gpu_memory(space, len(data.pool)) if gpus else None
    return share_of(cpus, gpus if memory else 0.0, memory, request)


def _asked(plan: Plan) -> dict[str, Any]:
    """Returns the content of `sweep.json`."""
    return {
        "request": plan.request.model_dump(mode="json"),
        "space": plan.space.model_dump(mode="json"),
        "report": REPORT.to_dict(),
        "data": plan.data.describe(),
        "folds": plan.space.folds,
        "seed": plan.request.seed,
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "hardware": hardware(),
    }


def _asked_before(folder: SweepFolder) -> tuple[SweepRequest, SearchSpace, dict[str, Any]]:
    """Reads the request, the space and the description of the digits back from `sweep.json`."""
    asked = read_json(folder.sweep_json)
    try:
        request = SweepRequest.model_validate(asked["request"])
        return request, SearchSpace.model_validate(asked["space"]), asked["data"]
    except (KeyError, ValidationError) as error:
        raise SweepError(f"{folder.sweep_json} is not as a sweep leaves it: {error}") from error


def _require_same(asked: dict[str, Any], data: SweepData) -> None:
    now = data.describe()
    for part in ("pool", "held_out"):
        if now[part]["fingerprint"] != asked[part]["fingerprint"]:
            raise SweepError(f"the {part} digits have changed since the sweep was made.")


def _summary(data: SweepData) -> str:
    return (
        f"pool      {_counts(data.pool)}\n"
        f"held out  {_counts(data.held_out)}; {data.copies_removed} copies of them "
        f"removed from the pool"
    )


def _counts(digits: DigitSet) -> str:
    parts = (f"{(digits.sources == name).sum():,} {name}" for name in digits.source_names)
    return f"{len(digits):,} digits: {', '.join(parts)}"


def _sharing(share: Share) -> str:
    cores = f"{share.cpus} core{'s' if share.cpus > 1 else ''}"
    gpus = f" and {share.gpus:g} of a GPU" if share.gpus else ""
    return f"running   {share.concurrent} trials at a time, {cores}{gpus} each"
