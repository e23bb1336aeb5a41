"""A sweep from the request to the evaluation."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from model.configuration import Configuration
from model.networks.kinds import count_weights
from results.commands import command_lines, short_path
from results.damage import damage
from results.errors import ResultsError
from results.known_trials import KnownTrials, known_trials
from results.store.exports import DEFAULT
from results.store.folder import SweepFolder
from results.store.lock import held
from results.store.search.study import read_study
from results.store.search.trial_records import TrialRecord, best_first
from results.tensorboard.entries import name_winner
from results.tensorboard.text_card import write_text_card
from search_spaces import SearchSpace, read_space
from tune.errors import SweepError
from tune.judging.ahead import work_after_search
from tune.judging.exporting import data_at_hand, export_forms, missing_forms
from tune.judging.finalists import best_trials, chosen_winner, configuration_of
from tune.judging.retraining import forget_judgements, is_judged, retrain_and_judge
from tune.planning.data import load_data
from tune.planning.in_words import digits_in_words, resources_in_words
from tune.planning.own_networks import require_networks
from tune.planning.plan import Plan
from tune.planning.plan_manifest import manifest_of, request_before, require_same, write_request
from tune.planning.request import SweepRequest, lasting_uri
from tune.planning.resources import smallest_configuration
from tune.planning.warm_start import EarlierSweeps, earlier_sweep
from tune.search.extensions import require_own
from tune.search.search import search
from tune.session.mirror import mirrored, new_storage, storage_before
from tune.session.running import at_work, on_ray, resources_of_cluster
from tune.session.signals import Stop, how_to_resume
from tune.session.storage import Storage
from tune.watching.events import Finished, SweepBegun, Tell, ignore
from tune.watching.terminal import NAME, describe, say, warn
from tune.watching.time_left import TimeLeft
from tune.workers.trainable import CrossValidation


def run_sweep(
    request: SweepRequest,
    console: Console | None = None,
    tell: Tell = ignore,
    trainable: type = CrossValidation,
) -> SweepFolder:
    """Searches, retrains and judges; makes the sweep's folder once nothing can be refused.

    Args:
        request: What the user asked for.
        console: Where progress is shown; stderr when left out.
        tell: Is told each event.
        trainable: Ray's, which workers run for each job of the search.

    Raises:
        DataError: If the digits cannot be used.
        SpaceError: If the search space cannot be used.
        ExtensionError: If a network of your own cannot be used.
        SweepError: If options contradict each other or there are too few cores or GPUs.
        ResultsError: If the name is taken, or the storage cannot be used.
        Interrupted: If the user ended the search early.
        SweepFailed: If no trial is complete, the retraining fails, or the disk.
    """
    console = console or Console(stderr=True)
    folder = SweepFolder.vacant(request.out, request.name)
    space = read_space(request.space, Configuration.check)
    require_networks(space)
    require_own(request)
    _require_sense(request, space)
    earlier = _earlier(request, space, request.out)
    storage = new_storage(request.storage, request.name)
    describe(console, "sweep", f"{request.name}: {request.trials} trials, {space.folds} folds")
    describe(console, "space", f"{request.space}: {space.about}")
    data = load_data(request, space.folds)
    for name, what in digits_in_words(data).items():
        describe(console, name, what)
    with on_ray(request.address, how_to_resume(folder), request.nice) as stop:
        plan = Plan(
            request,
            space,
            data,
            resources_of_cluster(request, space, data, console),
            folder,
            earlier,
        )
        describe(console, "running", resources_in_words(plan.resources))
        folder.make(manifest_of(plan).to_dict())
        describe(console, "folder", str(short_path(folder.path)))
        describe(console, "", "If you break it off, go on with:")
        for line in command_lines("resume", folder, console.width - NAME):
            console.print(f"{'':{NAME}}{line}", soft_wrap=True, highlight=False, markup=False)
        _go_on(plan, storage, console, stop, tell, trainable)
    return folder


def fetch_sweep(out: Path, name: str, uri: str, console: Console) -> SweepFolder:
    """Returns the folder of a sweep, fetched from a storage if it is not here.

    Args:
        out: The folder of sweeps.
        name: The sweep's.
        uri: Where it was copied to, as `--storage` takes it.
        console: Where it is told.

    Raises:
        ResultsError: If the sweep is not there or the storage cannot be used.
    """
    folder = SweepFolder(out / name)
    if not folder.sweep_json.is_file():
        Storage(lasting_uri(uri), name).fetch(folder)
        describe(console, "fetched", f"{name} from {uri} to {folder.path}")
    return folder


def resume_sweep(
    folder: SweepFolder,
    console: Console,
    uri: str | None = None,
    address: str | None = None,
    tell: Tell = ignore,
) -> None:
    """Goes on with a sweep that was broken off, wherever it was; does only what is missing.

    Args:
        folder: The sweep's.
        console: Where progress is shown.
        uri: Where it is copied to, instead of where it was before.
        address: Of a Ray cluster, instead of the one before.
        tell: Is told each event.

    Raises:
        DataError: If the digits cannot be used any more.
        SweepError: If the digits are not those that the sweep was made with, or if another process
            is at work on it.
        ResultsError: If the journal is damaged, or the storage cannot be used.
        Interrupted: If the user breaks it off again.
        SweepFailed: If no trial is complete, the retraining fails, or the disk.
    """
    request, space, described = request_before(folder)
    known = known_trials(folder)
    for line in damage(folder, known):
        warn(console, line, "red")
    storage = storage_before(folder, uri or request.storage)
    if is_judged(folder):
        with held(folder), mirrored(folder, storage, partial(warn, console)):
            say(console, f"{folder.name} is finished: {_completed(folder, console, tell)}")
        tell(Finished(str(folder.path)))
        return
    _require_study(folder, known)
    earlier = _earlier(request, space, folder.path.parent)
    data = load_data(request, space.folds)
    require_same(described, data)
    with on_ray(address or request.address, how_to_resume(folder), request.nice) as stop:
        resources = resources_of_cluster(request, space, data, console)
        describe(console, "resuming", folder.name)
        describe(console, "running", resources_in_words(resources))
        plan = Plan(request, space, data, resources, folder, earlier)
        _go_on(plan, storage, console, stop, tell, CrossValidation)


def retrain_sweep(
    folder: SweepFolder, console: Console, networks: int | None = None, tell: Tell = ignore
) -> None:
    """Retrains and judges the winner of a sweep again, from the trials that are complete.

    Args:
        folder: The sweep's.
        console: Where progress is shown.
        networks: How often, to average the networks, instead of what was asked for before. Those
            that the winner is compared to are not retrained then: nothing of theirs has changed.
        tell: Is told each event.

    Raises:
        DataError: If the digits cannot be used any more.
        SweepFailed: If no trial is complete, the retraining fails, or the disk.
        SweepError: If the digits are not those that the sweep was made with.
        Interrupted: If the user breaks it off.
    """
    request, space, described = request_before(folder)
    if networks is not None:
        request = SweepRequest(**{**request.model_dump(), "networks": networks})
    trials = known_trials(folder).records
    best_trials(trials, 1)
    data = load_data(request, space.folds)
    require_same(described, data)
    storage = storage_before(folder, request.storage)
    with on_ray(request.address, how_to_resume(folder), request.nice) as stop:
        plan = Plan(
            request, space, data, resources_of_cluster(request, space, data, console), folder
        )
        with at_work(folder, storage, console, stop):
            if networks is not None:
                write_request(plan)
                say(console, f"the winner is the average of {networks} networks from now on")
            forget_judgements(folder, winner_alone=networks is not None)
            _finish(trials, plan, console, tell, TimeLeft())
        tell(Finished(str(folder.path)))


def _go_on(
    plan: Plan,
    storage: Storage | None,
    console: Console,
    stop: Stop,
    tell: Tell,
    trainable: type,
) -> None:
    """Does what is missing of a sweep."""
    with at_work(plan.folder, storage, console, stop):
        tell(_begun(plan))
        left = TimeLeft(work_after_search(plan))
        trials = search(plan, console, stop, tell, trainable, left)
        _finish(trials, plan, console, tell, left)
    tell(Finished(str(plan.folder.path)))


def _begun(plan: Plan) -> SweepBegun:
    return SweepBegun(
        name=plan.folder.name,
        folder=str(plan.folder.path),
        trials=plan.request.trials,
        folds=plan.space.folds,
        concurrent=plan.resources.concurrent,
    )


def _finish(
    trials: Sequence[TrialRecord], plan: Plan, console: Console, tell: Tell, left: TimeLeft
) -> None:
    """Chooses the winner, retrains it, judges it and writes the report."""
    winner = chosen_winner(trials, plan, console, tell, left)
    configuration = configuration_of(winner, trials, plan)
    networks = plan.request.networks or configuration.networks
    retrain_and_judge(replace(configuration, networks=networks), plan, console, tell, left)
    _show_in_tensorboard(winner, trials, plan)
    export_forms(plan.folder, DEFAULT, plan.data, console, tell)
    _write_report(plan.folder)


def _show_in_tensorboard(winner: int, trials: Sequence[TrialRecord], plan: Plan) -> None:
    """Names the winner on the pages of TensorBoard, and no other finalist."""
    name_winner(plan.folder, best_first(trials)[: plan.request.finalists], winner)
    write_text_card(plan.folder, trials, winner)


def _write_report(folder: SweepFolder) -> None:
    """Writes the report and the winner's card."""
    from results.card.page import write_card
    from results.report.page import write_report  # a second to import

    write_report(folder)
    write_card(folder)


def _completed(folder: SweepFolder, console: Console, tell: Tell) -> str:
    """Exports and reports what a sweep that has all else lacks; returns what was missing."""
    if forms := missing_forms(folder):
        export_forms(folder, forms, data_at_hand(folder, console), console, tell)
    elif folder.report_html.is_file() and folder.card.is_file():
        return "nothing is missing."
    _write_report(folder)
    return f"only its {'exports were' if forms else 'report or model card was'} missing."


def _require_study(folder: SweepFolder, known: KnownTrials) -> None:
    """Refuses to search on with a journal that is damaged: what it has lost is in `trials.csv`."""
    read_study(folder)
    if known.lost:
        raise ResultsError(
            f"{folder.journal} lacks trials that {folder.trials_csv} has, so the search cannot go "
            "on; `shuzi retrain` can still judge the best of them."
        )


def _require_sense(request: SweepRequest, space: SearchSpace) -> None:
    """Refuses what cannot be, before anything is loaded."""
    if "epochs" in space.parameters and request.pruner != "none":
        raise SweepError("trials of different epochs cannot be compared: use --pruner none.")
    if request.max_weights is None:
        return
    least = count_weights(smallest_configuration(space))
    if least > request.max_weights:
        raise SweepError(
            f"--max-weights {request.max_weights:,} is below the smallest network of the "
            f"space, which has {least:,}."
        )


def _earlier(request: SweepRequest, space: SearchSpace, out: Path) -> EarlierSweeps | None:
    if not request.warm_start:
        return None
    folders = [SweepFolder.existing(out, name) for name in request.warm_start]
    return EarlierSweeps([earlier_sweep(folder, space) for folder in folders])
