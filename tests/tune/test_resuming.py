"""A search that was broken off goes on where it was: by the engine alone, and after a kill."""

import random
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from optuna.trial import TrialState
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from model.configuration import Configuration
from model.training.fold_epoch import FoldEpoch
from results.errors import ResultsError
from results.known_trials import known_trials
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json
from results.store.lock import held
from results.store.search.epochs import EpochLog
from results.store.search.study import open_study
from results.store.search.trials import read_trials, records_of, trials_of
from search_spaces import SearchSpace, read_space
from tests.made_epochs import made_epoch
from tests.process import HeldProcess
from tune.planning.request import SweepRequest
from tune.search.engine import Engine
from tune.search.forecasting.forecaster import Forecaster
from tune.search.outcome import Decision, Outcome
from tune.search.proposing.first_trials import enqueue_first
from tune.search.proposing.sampling import ForecastSampler, Size, tpe
from tune.search.pruning.ladder import LadderPruner
from tune.search.pruning.pruner import Pruner
from tune.sweep import resume_sweep, run_sweep
from tune.workers.job import Job, JobStep

pytestmark = pytest.mark.usefixtures("own_ray")
TINY = str(Path(__file__).with_name("tiny.toml"))
FOLDS, EPOCHS, TRIALS = 5, 4, 16
Row = tuple[str, float | None, dict[str, Any]]


class Killed(Exception):  # noqa: N818 - it is no error
    """The process would be dead."""


class Life:
    """A search on a journal, by hand: one worker, losses by a formula, killed after some epochs."""

    def __init__(
        self, folder: SweepFolder, space: SearchSpace, pruned: bool, seed: int = 0
    ) -> None:
        self.study, self.space = open_study(folder), space
        forecaster = Forecaster(FOLDS, EPOCHS)
        self.study.sampler = ForecastSampler(
            space.distributions(), forecaster.losses, partial(tpe, 5), seed
        )
        spared = enqueue_first(self.study, space, Size(lambda _: 0), TRIALS)
        pruner: Pruner = LadderPruner(forecaster, spared) if pruned else Pruner(forecaster)
        fixed = space.fixed_with(EPOCHS)
        self.engine = Engine(
            self.study, forecaster, pruner, space, TRIALS, fixed, log=EpochLog(folder)
        )
        self.epochs = 0

    def live(self, epochs: float) -> None:
        """Runs until the end, or until it has trained some epochs."""
        while job := self.engine.next_job():
            self._train(job, epochs)
        self.engine.end()

    def _train(self, job: Job, epochs: float) -> None:
        steps = [(fold, epoch) for fold in job.folds for epoch in range(1, EPOCHS + 1)]
        for step in steps:
            if self.epochs >= epochs:
                raise Killed
            self.epochs += 1
            folds = (_fold_epoch(job.configuration, *step),)
            if step == steps[-1]:
                self.engine.on_end(job, Outcome.of(JobStep(folds, is_last=True)))
            elif self.engine.on_epoch(job, folds) == Decision.END:
                return self.engine.on_end(job, Outcome.of(JobStep(folds)))
        return None

    def rows(self) -> list[Row]:
        return [(trial.state.name, trial.value, trial.params) for trial in self.study.trials]


def _fold_epoch(configuration: Configuration, fold: int, epoch: int) -> FoldEpoch:
    rate = np.log10(configuration.learning_rate)
    bump = np.random.default_rng([configuration.channels_1, fold, epoch]).normal()
    loss = float((0.2 + (rate + 2.2) ** 2) * (1 + 2 / epoch) * np.exp(0.05 * bump))
    return made_epoch(fold, epoch, loss, seconds=0.5)


@pytest.fixture
def space() -> SearchSpace:
    return read_space("quick", Configuration.check)


def losses(log: EpochLog) -> list[tuple[int, int, float]]:
    return [(each.fold, each.epoch, each.validation_loss) for each in log.read(0)]


def new_folder(path: Path) -> SweepFolder:
    folder = SweepFolder(path)
    folder.make({})
    return folder


@pytest.mark.parametrize("pruned", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_killed_search_ends_as_one_that_was_not_and_trains_no_fold_twice(
    tmp_path: Path, space: SearchSpace, pruned: bool, seed: int
) -> None:
    complete = Life(new_folder(tmp_path / "complete"), space, pruned, seed)
    complete.live(np.inf)
    dice, folder, spent, lives = random.Random(seed), new_folder(tmp_path / "cut"), 0, 0
    while True:
        life = Life(folder, space, pruned, seed)
        try:
            life.live(dice.randrange(1, 40))
        except Killed:
            spent, lives = spent + life.epochs, lives + 1
            continue
        break
    assert lives > 2
    assert life.rows() == complete.rows()
    assert {state for state, *_ in life.rows()} <= {"COMPLETE", "PRUNED"}
    lost = spent + life.epochs - complete.epochs
    assert lost <= lives * EPOCHS  # a kill costs a fold at the most


def test_half_a_line_in_the_journal_and_in_the_epochs_is_passed_over(
    tmp_path: Path, space: SearchSpace
) -> None:
    folder = new_folder(tmp_path / "cut")
    with pytest.raises(Killed):
        Life(folder, space, pruned=False).live(7)
    before = losses(EpochLog(folder))
    for path, half in ((folder.journal, b'{"op_code": 6, "wor'), (folder.epochs_csv(0), b"1,4,0.")):
        with path.open("ab") as file:
            file.write(half)
    folder.journal.with_name("study.journal.lock").symlink_to(folder.journal)
    assert losses(EpochLog(folder)) == before
    life = Life(folder, space, pruned=False)
    life.live(np.inf)
    assert [trial.state for trial in life.study.trials] == [TrialState.COMPLETE] * TRIALS


@pytest.mark.parametrize(
    "damage",
    [b"", b"fold,epoch\n0,x\n", bytes(range(256)) * 4, b"\0" * 99],
    ids=["empty", "cut", "noise", "zeros"],
)
def test_damaged_epochs_cost_only_the_trials_work(
    tmp_path: Path, space: SearchSpace, damage: bytes
) -> None:
    folder = new_folder(tmp_path / "cut")
    with pytest.raises(Killed):
        Life(folder, space, pruned=False).live(7)
    folder.epochs_csv(0).write_bytes(damage)
    life = Life(folder, space, pruned=False)
    life.live(np.inf)
    assert {trial.state for trial in life.study.trials} == {TrialState.COMPLETE}
    assert life.epochs == TRIALS * FOLDS * EPOCHS


def test_damaged_journal_is_named(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "cut")
    folder.journal.write_bytes(b"noise\nmore noise\n")
    with pytest.raises(ResultsError, match=r"study\.journal is damaged"):
        open_study(folder)


def test_a_sweep_is_worked_on_by_one_process_and_let_go_by_a_dead_one(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "held")
    code = (
        "import sys; from pathlib import Path; from results.store.folder import SweepFolder; "
        "from results.store.lock import held\n"
        f"with held(SweepFolder(Path({str(folder.path)!r}))): print('held', flush=True); "
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdin
    assert other.stdout
    assert other.stdout.readline() == "held\n"
    with pytest.raises(ResultsError, match=r"another process is at work on .*held"), held(folder):
        pass
    other.kill()
    other.wait()
    with held(folder):
        pass
    other.stdin.close()
    other.stdout.close()


OPTIONS = (
    f"--trials 6 --epochs 3 --mnist-count 100 --space {TINY} --finalists 2 "
    "--concurrent 1 --cpus-per-trial 1"
)
HINT = "`shuzi resume cut` goes on from here."


@pytest.fixture(scope="module")
def unbroken(own_ray: None, tmp_path_factory: pytest.TempPathFactory) -> SweepFolder:
    request = SweepRequest(
        name="complete",
        out=tmp_path_factory.mktemp("runs"),
        mnist_count=100,
        trials=6,
        epochs=3,
        space=TINY,
        finalists=2,
        concurrent=1,
        cpus_per_trial=1,
    )
    return run_sweep(request, Console(quiet=True))


@pytest.mark.kill
def test_sweep_that_was_ended_again_and_again_is_resumed_to_the_same_end(
    tmp_path: Path, unbroken: SweepFolder
) -> None:
    with HeldProcess(tmp_path, f"sweep --name cut {OPTIONS}") as search:
        search.goes_on_until(lambda event: event.get("state") == "complete")
        search.send(signal.SIGINT)
        status, said = search.ends()
    assert (status, f"shuzi: interrupted. {HINT}" in said) == (130, True), said
    assert search.events[-1] == ended(130)
    folder = SweepFolder.existing(tmp_path / "runs", "cut")
    assert known_trials(folder).records == records_of(trials_of(open_study(folder)))
    with HeldProcess(tmp_path, "resume cut") as retraining:
        retraining.goes_on_until(lambda event: event.get("network") == "baseline")
        retraining.send(signal.SIGTERM)
        status, said = retraining.ends()
    assert (status, f"shuzi: interrupted. {HINT}" in said) == (143, True), said
    assert retraining.events[-1] == ended(143)
    assert "baseline" in [row["config"] for row in read_json(folder.judged_json)["rows"]]
    console = Console(record=True, width=200)
    resume_sweep(folder, console)
    assert _same(folder) == _same(unbroken)
    assert read_json(folder.evaluation_json)["rows"] == read_json(unbroken.evaluation_json)["rows"]
    assert not folder.judged_json.exists()
    assert _pictures(folder) == _pictures(unbroken)
    assert not list(folder.trials.rglob("reading.json"))
    resume_sweep(folder, console)
    assert "cut is finished: nothing is missing." in console.export_text()


def ended(status: int) -> dict[str, Any]:
    return {"event": "interrupted", "reason": f"interrupted. {HINT}", "status": status}


def _pictures(folder: SweepFolder) -> dict[tuple[str, str], bytes]:
    """Returns the pictures that TensorBoard shows of each run."""
    runs = [*folder.all_best_events(), folder.judged_events("winner")]
    read = {run.name: EventAccumulator(str(run)).Reload() for run in runs}
    drawn = {
        (name, tag): events.Images(tag)[-1].encoded_image_string
        for name, events in read.items()
        for tag in events.Tags()["images"]
    }
    assert len(drawn) == 2 * 2 + 2  # two finalists, and the winner
    return drawn


def _same(folder: SweepFolder) -> list[dict[Any, Any]]:
    """Returns what must not depend on where a sweep was broken off."""
    columns = ["trial", "state", "channels_1", "learning_rate", "validation_loss", "folds"]
    table = read_trials(folder.trials_csv)[columns]
    return table.fillna(-1).to_dict("records")
