"""A sweep from the request to the evaluation."""

import datetime
from typing import Any

import pandas as pd
import ray
from pydantic import ValidationError
from rich.console import Console

from datasets import DigitSet
from model import REPORT, Configuration, count_parameters
from results import ResultsError, SweepFolder, read_json
from results.finalists import finished_finalists, read_finalists
from results.provenance import hardware, versions
from results.trials import ranked, read_trials
from results.winner import winning_trial
from search_spaces import SearchSpace, read_space
from tune.cluster import ray_cluster
from tune.data import SweepData, load_data
from tune.errors import Interrupted, SweepError, SweepFailed
from tune.finalists import cross_validate_finalists
from tune.lock import held
from tune.plan import Plan, fixed_values
from tune.request import SweepRequest
from tune.resources import Share, gpu_memory, share_of, smallest_configuration
from tune.retraining import retrain_and_judge
from tune.search import search
from tune.stopping import how_to_resume, stoppable
from tune.warm_start import EarlierSweep, earlier_sweep

CLEARLY = 2  # standard errors by which the folds of a trial must be worse that is no finalist


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
    _require_sense(request, space)
    earlier = _earlier(request, space)
    console.print(f"sweep     {request.name}, trials: {request.trials}, folds: {space.folds}")
    console.print(f"space     {request.space}: {space.about}")
    data = load_data(request, space.folds)
    console.print(_summary(data))
    with ray_cluster(request.address):
        plan = Plan(request, space, data, _share(request, space, data), folder, earlier)
        console.print(_sharing(plan.share))
        folder.make(_asked(plan))
        _go_on(plan, console)
    return folder


def resume_sweep(folder: SweepFolder, console: Console) -> None:
    """Goes on with a sweep that was broken off, wherever it was; does only what is missing.

    Raises:
        DataError: If the digits cannot be used any more.
        SweepError: If the digits are not those that the sweep was made with, or if another process
            is at work on it.
        Interrupted: If the user breaks it off again.
        SweepFailed: If no trial is complete, or the retraining fails.
    """
    if folder.evaluation_json.is_file():
        console.print(f"{folder.name} is finished: nothing is missing.")
        return
    request, space, described = _asked_before(folder)
    earlier = _earlier(request, space)
    data = load_data(request, space.folds)
    _require_same(described, data)
    with ray_cluster(request.address):
        share = _share(request, space, data)
        console.print(f"resuming  {folder.name}\n{_sharing(share)}")
        _go_on(Plan(request, space, data, share, folder, earlier), console)


def _go_on(plan: Plan, console: Console) -> None:
    """Does what is missing of a sweep: searches, chooses the winner, retrains it and judges it."""
    hint = how_to_resume(plan.folder)
    with held(plan.folder), stoppable(hint) as stop:
        try:
            trials = search(plan, console, stop)
            _finish(trials, plan, console)
        except KeyboardInterrupt as error:
            raise Interrupted(f"interrupted. {hint}", stop.status) from error


def retrain_sweep(folder: SweepFolder, console: Console) -> None:
    """Retrains and judges the winner of a sweep again, from the trials that are complete.

    Raises:
        DataError: If the digits cannot be used any more.
        SweepFailed: If no trial is complete, or the retraining fails.
        SweepError: If the digits are not those that the sweep was made with.
    """
    request, space, described = _asked_before(folder)
    trials = read_trials(folder.trials_csv)
    best_trials(trials, 1)
    data = load_data(request, space.folds)
    _require_same(described, data)
    with ray_cluster(request.address):
        plan = Plan(request, space, data, _share(request, space, data), folder)
        with held(folder):
            folder.judged_json.unlink(missing_ok=True)
            _finish(trials, plan, console)


def _finish(trials: pd.DataFrame, plan: Plan, console: Console) -> None:
    """Chooses the winner, retrains it and judges it."""
    winner = chosen_winner(trials, plan, console)
    if not console.is_terminal:
        console.print("retraining the winner and the report's network, to judge them")
    retrain_and_judge(configuration_of(winner, trials, plan), plan, console)


def chosen_winner(trials: pd.DataFrame, plan: Plan, console: Console) -> int:
    """Returns the best trial by all the evidence, of which there is more for the finalists.

    Args:
        trials: The table of all trials.
        plan: The sweep's. Its finalists are cross-validated again, unless they were before.
        console: Where progress is shown.

    Raises:
        SweepFailed: If no trial is whole.
    """
    best = best_trials(trials, plan.request.finalists)
    table = finished_finalists(read_finalists(plan.folder.finalists_csv))
    if table is None and len(best) > 1:
        console.print(f"cross-validating the {len(best)} best again, with other folds and seeds")
        configurations = {trial: configuration_of(trial, trials, plan) for trial in best}
        table = cross_validate_finalists(trials, configurations, plan, console)
    return best[0] if table is None else int(table.iloc[0]["trial"])


def best_trials(trials: pd.DataFrame, count: int) -> list[int]:
    """Returns the numbers of the best whole trials, the best first.

    Left out are those that the noise of cross-validation cannot have set behind the best.

    Raises:
        SweepFailed: If none is whole.
    """
    try:
        best = winning_trial(trials)
    except ResultsError as error:
        raise SweepFailed(str(error)) from error
    whole = ranked(trials).set_index("trial")
    folds = whole.filter(regex=r"^fold_\d+$")
    behind = folds - folds.loc[best]
    errors = behind.std(axis=1) / len(folds.columns) ** 0.5
    near = behind.mean(axis=1) <= CLEARLY * errors
    return [int(trial) for trial in whole.index[near][:count]]


def configuration_of(trial: int, trials: pd.DataFrame, plan: Plan) -> Configuration:
    """Returns the configuration of a trial, as its row of the table has it."""
    row = trials.set_index("trial").loc[trial]
    # A table keeps whole numbers as floats: the nearest point is the same point in its own kinds.
    varied = plan.space.nearest({name: row[name] for name in plan.space.parameters})
    return Configuration.from_dict({**plan.fixed, **varied})


def _require_sense(request: SweepRequest, space: SearchSpace) -> None:
    """Refuses what cannot be, before anything is loaded."""
    if "epochs" in space.parameters and request.pruner != "none":
        raise SweepError("trials of different epochs cannot be compared: use --pruner none.")
    if request.max_parameters is None:
        return
    least = count_parameters(smallest_configuration(space))
    if least > request.max_parameters:
        raise SweepError(
            f"--max-parameters {request.max_parameters:,} is below the smallest network of the "
            f"space, which has {least:,}."
        )


def _earlier(request: SweepRequest, space: SearchSpace) -> EarlierSweep | None:
    if request.warm_start is None:
        return None
    folder = SweepFolder.existing(request.out, request.warm_start)
    return earlier_sweep(folder, space, fixed_values(space, request.epochs))


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
