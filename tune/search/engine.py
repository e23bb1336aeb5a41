"""The engine: what a free worker does next, from what workers tell of the trials they are at.

It asks an Optuna study what to try, and tells it the truth about each trial: the study is the only
record of what happened. It knows no Ray, has no clock of its own, and opens no file. An adapter has
Ray Tune run what it decides (`ray_tune.py`); tests and `benchmarks/replay` drive it directly.
"""

import math
from collections.abc import Callable
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from model.configuration import Configuration
from model.networks.kinds import count_parameters
from results.durations import duration
from results.store.trials import ENDED, STOPPED, with_estimates
from search_spaces import SearchSpace
from tune.search.convergence import Convergence
from tune.search.epoch_log import Log, NoLog, fitting_rows
from tune.search.forecasting.forecast import Forecaster
from tune.search.giving_up import GivingUp
from tune.search.jobs import Decision, Job, Outcome, Result
from tune.search.pruning.pruner import Pruner, Verdict
from tune.search.runs import Retries, Run
from tune.search.study_record import StudyRecord
from tune.search.time_budget import TimeBudget
from tune.search.trial_progress import TrialProgress

METRIC = "validation_loss"


class Engine:
    """Decides what each worker does, some folds of a trial at a time.

    Args:
        study: Keeps every trial, its intermediate values and its end.
        forecaster: Forecasts the loss of each trial; it is told every loss.
        pruner: Decides which trials go on.
        space: What may vary, and what is fixed.
        trials: How many to ask for.
        fixed: Values that every trial has.
        retries: How often a trial is begun again whose worker died.
        log: Keeps each epoch. What it and the study know is taken up. Without one nothing is kept.
        say: Is told what a user should know, in a line.
        convergence: Ends the search early, if given.
        budget: Ends the search once its time is over; but it has a complete trial first.
    """

    def __init__(
        self,
        study: optuna.Study,
        forecaster: Forecaster,
        pruner: Pruner,
        space: SearchSpace,
        trials: int,
        fixed: dict[str, Any],
        retries: int = 0,
        log: Log | None = None,
        say: Callable[[str], None] = lambda _: None,
        convergence: Convergence | None = None,
        budget: TimeBudget | None = None,
    ) -> None:
        self._study, self._forecaster, self._pruner = study, forecaster, pruner
        self._space, self._left, self._fixed = space, trials, fixed
        self._retries, self._log, self._say = Retries(retries, say), log or NoLog(), say
        self._convergence, self._budget = convergence, budget or TimeBudget()
        self._jobs = 0  # that were given
        self._running: dict[int, Run] = {}  # by the number of the job
        self._open: dict[int, TrialProgress] = {}  # the trials that have not ended
        self._again: list[Run] = []
        self._last: TrialProgress | None = None  # that is completed though the time is over
        self._trained = 0, 0.0  # epochs of a fold, and the seconds that they took
        self._record, self._giving_up = StudyRecord(study, forecaster), GivingUp()
        self.is_finished = False
        for trial in study.get_trials(deepcopy=False):
            if trial.state != TrialState.WAITING:
                self._take_up(trial)

    @property
    def given_up(self) -> str:
        """Why no more trials are begun, if the first ones all failed alike."""
        return self._giving_up.cause

    def _take_up(self, trial: FrozenTrial) -> None:
        """Takes up a trial of a search that was broken off, or has nothing to do with a new one."""
        self._left -= 1
        folds, epochs = self._space.folds, self._forecaster.epochs
        if trial.params.keys() >= self._space.parameters.keys():
            self._forecaster.begin(trial.number, self._space.coordinates(trial.params))
        rows = fitting_rows(self._log, trial.number, folds, epochs)
        for row in rows:
            self._forecaster.observe(trial.number, row["fold"], row["epoch"], row[METRIC])
        if trial.state == TrialState.COMPLETE:
            for fold, loss in enumerate(trial.user_attrs["fold_losses"]):
                self._forecaster.observe(trial.number, fold, epochs, loss)
        if trial.state in ENDED:
            self._giving_up.count(trial.state, trial.user_attrs.get("failure", ""))
        if trial.state == TrialState.RUNNING:
            progress = self._begin(optuna.Trial(self._study, trial._trial_id))
            progress.take_up(rows, max(trial.intermediate_values, default=0))
            self._go_on(progress)

    def _go_on(self, trial: TrialProgress) -> None:
        """Has workers go on with a trial where they were, or tells its end if only that is left."""
        if len(trial.done) == self._space.folds:
            trial.end = TrialState.COMPLETE, ""
            return self._end_if_left(trial)
        open_folds = trial.open_folds(self._space.folds)
        for folds in self._pruner.broken_off(trial.number, open_folds):
            trial.given.update(folds)
            self._again.append(Run(trial, folds, trial.alone))
        return None

    def next_job(self) -> Job | None:
        """Returns what a free worker does, or nothing for now; see `is_finished`.

        What is to be done again comes first. So nothing is finished as long as a trial is running.
        """
        is_over = self._budget.is_over
        if is_over:
            self._choose_last()
        if again := self._to_do_again():
            return self._given(again)
        if trial := self._open_last() if is_over else self._promoted():
            folds = self._pruner.run(trial.number, trial.open_folds(self._space.folds))
            return self._given(Run(trial, folds, trial.alone))
        self.is_finished = not self._running
        if self.is_finished and not is_over:
            self._stop_the_rest()
        return None

    def _to_do_again(self) -> Run | None:
        """Returns a run that is to be done again, but for those of trials that go on no more."""
        while self._again:
            again = self._again.pop(0)
            if not (again.trial.end or self._is_left(again.trial) or self._is_put_off(again.trial)):
                return again
            self._left_by(again)
        return None

    def _is_put_off(self, trial: TrialProgress) -> bool:
        return trial is not self._last and self._pruner.is_put_off(trial.number)

    def _promoted(self) -> TrialProgress | None:
        """Returns the trial that is worth a worker most."""
        self._drop_hopeless()
        return self._next_up() or self._begun() or self._last_up()

    def _choose_last(self) -> None:
        """Chooses a trial to be completed once the time is over, if none is complete yet."""
        if self._giving_up.has_complete or (self._last and not self._last.end):
            return
        left = [trial for trial in self._open.values() if not trial.end]
        losses = self._forecaster.losses()
        best = min(left, key=lambda each: losses.get(each.number, math.inf), default=None)
        self._last = best or (self._asked() if self._left and not self.given_up else None)
        if self._last:
            self._say(self._completing(self._last))

    def _completing(self, trial: TrialProgress) -> str:
        left, (epochs, seconds) = trial.epochs_left(self._space.folds), self._trained
        lasting = (
            f"at most {duration(left * seconds / epochs)}" if epochs else "for an unknown time"
        )
        return (
            f"the time is over and no trial is complete, so trial {trial.number}, the best so far, "
            f"is completed: {left} epochs of a fold, {lasting}; a second Ctrl-C ends at once"
        )

    def _open_last(self) -> TrialProgress | None:
        """Returns the trial to be completed, if it has a fold that no worker is at."""
        last = self._last
        return last if last and not last.end and last.open_folds(self._space.folds) else None

    def _is_left(self, trial: TrialProgress) -> bool:
        """Tells whether workers leave a trial as the time is over."""
        return self._budget.is_over and trial is not self._last

    def _waiting(self) -> list[int]:
        """Returns the trials that could go on."""
        folds = self._space.folds
        return [n for n, each in self._open.items() if not each.end and each.open_folds(folds)]

    def _drop_hopeless(self) -> None:
        """Stops those that waited while better ones were found."""
        for number in self._waiting():
            if self._pruner.is_hopeless(number):
                self._stop(self._open[number])

    def _next_up(self) -> TrialProgress | None:
        """Returns a trial that goes on before another is begun."""
        number = self._pruner.next_up(self._waiting())
        return None if number is None else self._open[number]

    def _begun(self) -> TrialProgress | None:
        """Asks the study for another trial, if there shall be more."""
        over = not self._left or self.given_up or self._budget.begins_no_more
        if over or self._has_converged():
            return None
        return self._asked()

    def _asked(self) -> TrialProgress:
        """Begins the trial that the study proposes."""
        self._left -= 1
        return self._begin(self._study.ask())

    def _begin(self, trial: optuna.Trial) -> TrialProgress:
        """Returns a trial with all its parameters: those are drawn that it has not yet."""
        varied = {
            name: trial._suggest(name, each) for name, each in self._space.distributions().items()
        }
        self._forecaster.begin(trial.number, self._space.coordinates(varied))
        configuration = Configuration.from_dict({**self._fixed, **varied})
        if "weights" not in trial.user_attrs:
            trial.set_user_attr("weights", count_parameters(configuration))
        self._open[trial.number] = TrialProgress(trial, configuration)
        return self._open[trial.number]

    def _has_converged(self) -> bool:
        """Tells whether to begin no more; those that have begun are ended."""
        if self._convergence and self._left:
            trials = self._study.get_trials(deepcopy=False)
            if self._convergence.reached(with_estimates(trials, self._forecaster.losses())):
                self._left = 0
        return not self._left

    def _last_up(self) -> TrialProgress | None:
        """Returns a trial that goes on as no more are begun."""
        number = self._pruner.last_up(self._waiting(), idle=not self._running)
        return None if number is None else self._open[number]

    def _given(self, run: Run) -> Job:
        """Returns the job of a run, which a worker now has."""
        trial = run.trial
        trial.given.update(run.folds)
        job = Job(self._jobs, trial.number, trial.configuration, run.folds, run.alone)
        self._jobs += 1
        self._running[job.number] = run
        self._pruner.begun(trial.number, run.folds)
        return job

    def on_epoch(self, job: Job, result: Result) -> Decision:
        """Takes down an epoch, unless it is the job's last; decides whether the worker goes on."""
        run = self._running[job.number]
        is_news = self._observe(run.trial, result)
        if self._budget.is_over:
            self._choose_last()
            run.waits = self._is_left(run.trial)
        elif is_news and not run.trial.end:
            verdict = self._pruner.verdict(run.trial.number, self._waiting())
            run.waits = verdict == Verdict.WAIT
            if verdict == Verdict.STOP:
                self._stop(run.trial)
        return Decision.END if run.waits or run.trial.end else Decision.GO_ON

    def _stop(self, trial: TrialProgress) -> None:
        """Has a trial end that is hopeless, as soon as no worker is at it."""
        trial.end = (
            TrialState.PRUNED,
            f"likely worse than the best: stopped after {trial.place}.",
        )
        self._end_if_left(trial)

    def _stop_the_rest(self) -> None:
        """Has those end that were put off to the last."""
        for trial in list(self._open.values()):
            self._stop(trial)

    def _observe(self, trial: TrialProgress, result: Result) -> bool:
        """Takes down an epoch's result, if its losses are numbers; returns whether it is news."""
        trial.fold_epochs += len(result["folds"])
        epochs, seconds = self._trained
        seconds += result.get("time_this_iter_s", 0.0)
        self._trained = epochs + len(result["folds"]), seconds
        if not math.isfinite(result[METRIC]) or not trial.add(result):
            return False
        self._log.append(trial.number, result)
        for fold in result["folds"]:
            self._forecaster.observe(trial.number, fold["fold"], fold["epoch"], fold[METRIC])
        trial.trial.report(result[METRIC], trial.steps)
        return True

    def on_end(self, job: Job, outcome: Outcome) -> None:
        """Takes down how a job ended; tells the study how its trial did, if it has."""
        run = self._running.pop(job.number)
        run.trial.seconds += outcome.seconds
        if outcome.last:
            self._observe(run.trial, outcome.last)
        self._pruner.ended(run.trial.number, run.folds)
        if again := self._retries.again(run, outcome):
            self._again.append(again)
            return
        self._ended(run, outcome)
        self._left_by(run)

    def _left_by(self, run: Run) -> None:
        """Takes a worker off a trial."""
        run.trial.given.difference_update(run.folds)
        self._end_if_left(run.trial)

    def _ended(self, run: Run, outcome: Outcome) -> None:
        """Takes down how the trial will end, if this run decides it."""
        trial = run.trial
        if cause := _cause_of_failure(trial, outcome):
            trial.end = TrialState.FAIL, cause
        elif len(trial.done) == self._space.folds:
            trial.end = TrialState.COMPLETE, ""
        elif not (outcome.last or run.waits or trial.end):
            trial.end = TrialState.PRUNED, STOPPED

    def _end_if_left(self, trial: TrialProgress) -> None:
        """Tells the study how a trial ended once no worker is at it."""
        if trial.end and not trial.given:
            self._record.end(self._open.pop(trial.number), *trial.end)
            state, cause = trial.end
            self._giving_up.count(state, cause)
            self._giving_up.decide(cause, self._left + len(self._open))

    def end(self) -> None:
        """Tells the study that no trial is running any more, and that the search is over."""
        self._record.close(self._open.values(), self._pruner.chances())
        for all_of in (self._running, self._open, self._again):
            all_of.clear()


def _cause_of_failure(trial: TrialProgress, outcome: Outcome) -> str:
    """Returns why a trial failed, or nothing if it did not."""
    if outcome.failure:
        return f"{outcome.failure}; see trials/{trial.number:04d}/error.txt."
    return outcome.cause
