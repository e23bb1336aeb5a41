"""The engine drives a complete search without Ray, and without opening a file."""

import ast
import subprocess
import sys

import pytest

pytestmark = pytest.mark.kill
SEARCH = """
import sys
sys.modules["ray"] = None

from functools import partial
import numpy as np
import optuna
from model.configuration import Configuration
from model.judging.judgement import Judgement, SourceMeasures
from model.training.fold_epoch import FoldEpoch
from search_spaces import read_space
from tune.search.engine import Engine
from tune.search.forecasting.forecaster import Forecaster
from tune.search.outcome import Decision, Outcome
from tune.search.pruning.ladder import LadderPruner
from tune.search.proposing.sampling import ForecastSampler, tpe
from tune.workers.job import JobStep

FOLDS, EPOCHS = 5, 10
SPACE = read_space("quick", Configuration.check)
TABLE = np.sort(np.random.default_rng(0).uniform(0.1, 3, (200, FOLDS, EPOCHS)))[:, :, ::-1]
optuna.logging.set_verbosity(optuna.logging.WARNING)

def searched(trials):
    study, forecaster = optuna.create_study(), Forecaster(FOLDS, EPOCHS)
    make, varied = partial(tpe, 5), SPACE.distributions()
    study.sampler = ForecastSampler(varied, forecaster.losses, make, seed=0)
    pruner = LadderPruner(forecaster, spared=[0])
    engine = Engine(study, forecaster, pruner, SPACE, trials, SPACE.fixed_with(EPOCHS))
    while job := engine.next_job():
        engine.on_end(job, worked(engine, job))
    engine.end()
    return study

def worked(engine, job):
    for fold in job.folds:
        for epoch in range(1, EPOCHS + 1):
            loss = TABLE[job.trial, fold, epoch - 1]
            judged = Judgement({"table": SourceMeasures(1, 1, loss)})
            folds = (FoldEpoch(fold, epoch, 0, 0, judged),)
            last = fold == job.folds[-1] and epoch == EPOCHS
            if last or engine.on_epoch(job, folds) == Decision.END:
                return Outcome.of(JobStep(folds, last))

def refuse(event, arguments):
    if event == "open":
        raise RuntimeError(f"a file was opened: {arguments[0]}")

searched(15)  # imports what is imported late
sys.addaudithook(refuse)
print(sorted(trial.state.name for trial in searched(60).trials))
"""


def test_60_trials_are_searched_without_ray_and_without_a_file() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SEARCH], capture_output=True, text=True, check=False
    )
    assert ended.stderr == ""
    states = ast.literal_eval(ended.stdout)
    assert len(states) == 60
    assert set(states) == {"COMPLETE", "PRUNED"}
