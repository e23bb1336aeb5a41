"""The engine: what a free worker does next, from what workers tell of the trials they are at.

It asks an Optuna study what to try, and tells it the truth about each trial: the study is the only
record of what happened. It knows no Ray, has no clock of its own, and opens no file. An adapter has
Ray Tune run what it decides (`ray_tune.py`); tests and `benchmarks/replay` drive it directly.
"""

import math
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from model.training.fold_epoch import FoldEpoch
from results.store.search.trials import BEGUN, FINISHED
from search_spaces import SearchSpace
from tune.search.epoch_log import Log, NoLog
from tune.search.forecasting.forecaster import Forecaster
from tune.search.giving_up import GivingUp
from tune.search.outcome import Decision, Outcome, TrialEnd
from tune.search.pace import Pace
from tune.search.proposing.convergence import Convergence
from tune.search.proposing.optuna_trials import taken_up
from tune.search.proposing.proposals import Proposals
from tune.search.pruning.pruner import Pruner, Verdict
from tune.search.runs import Retries, Run
from tune.search.study_record import StudyRecord
from tune.search.taking_up import take_up
from tune.search.time_budget import TimeBudget
from tune.search.trial_progress import TrialProgress
from tune.workers.job import Job


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
        self._space, self._budget = space, budget or TimeBudget()
        self._proposals = Proposals(study, forecaster, space, fixed, trials, convergence)
        self._retries, self._log, self._say = Retries(retries, say), log or NoLog(), say
        self._record = StudyRecord(study, forecaster)
        self._giving_up, self._pace = GivingUp(), Pace()
        self._jobs = 0  # that were given
        self._running: dict[int, Run] = {}  # by the number of the job
        self._open: dict[int, TrialProgress] = {}  # the trials that have not ended
        self._waiting: set[int] = set()  # those of them that could go on
        self._again: list[Run] = []
        self._last: TrialProgress | None = None  # that is completed though the time is over
        self.is_finished = False
        self._take_up([t for t in study.get_trials(deepcopy=False) if t.state in BEGUN])

    @property
    def given_up(self) -> str:
        """Why no more trials are begun, if the first ones all failed alike."""
        return self._giving_up.cause

    def _take_up(self, trials: Sequence[FrozenTrial]) -> None:
        """Takes up the trials of a search that was broken off; a new one has none."""
        epochs = take_up(trials, self._log, self._space, self._forecaster)
        self._pace.so_far = max((e.so_far for each in epochs.values() for e in each), default=0)
        self._proposals.left -= len(trials)
        for trial in trials:
            if trial.state in FINISHED:
                self._giving_up.count(TrialEnd(trial.state, trial.user_attrs.get("reason", "")))
            else:
                progress = self._opened(self._proposals.begun(taken_up(self._study, trial)))
                steps = max(trial.intermediate_values, default=0)
                progress.take_up(epochs[trial.number], steps)
                self._go_on(progress)

    def _opened(self, trial: TrialProgress) -> TrialProgress:
        self._open[trial.number] = trial
        self._note(trial)
        return trial

    def _note(self, trial: TrialProgress) -> None:
        """Takes down whether a trial could go on, which may have changed."""
        is_open = trial.number in self._open and not trial.end
        waits = is_open and trial.has_open_folds(self._space.folds)
        (self._waiting.add if waits else self._waiting.discard)(trial.number)

    def _go_on(self, trial: TrialProgress) -> None:
        """Has workers go on with a trial where they were, or tells its end if only that is left."""
        if len(trial.done) == self._space.folds:
            trial.end = TrialEnd(TrialState.COMPLETE)
            return self._end_if_left(trial)
        open_folds = trial.open_folds(self._space.folds)
        for folds in self._pruner.broken_off(trial.number, open_folds, trial.at_work()):
            trial.given.update(folds)
            self._again.append(Run(trial, folds, trial.alone))
        return self._note(trial)

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
            for rest in list(self._open.values()):  # put off to the last
                self._prune(rest)
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
        is_left = self._proposals.left and not self.given_up
        self._last = best or (self._proposed() if is_left else None)
        if self._last:
            self._say(self._completing(self._last))

    def _completing(self, trial: TrialProgress) -> str:
        left = trial.epochs_left(self._space.folds)
        return (
            f"the time is over and no trial is complete, so trial {trial.number}, the best so far, "
            f"is completed: {left} fold-epochs, {self._pace.lasting(left)}; "
            "a second Ctrl-C ends at once"
        )

    def _open_last(self) -> TrialProgress | None:
        """Returns the trial to be completed, if it has a fold that no worker is at."""
        last = self._last
        return last if last and not last.end and last.open_folds(self._space.folds) else None

    def _is_left(self, trial: TrialProgress) -> bool:
        """Tells whether workers leave a trial as the time is over."""
        return self._budget.is_over and trial is not self._last

    def _drop_hopeless(self) -> None:
        """Prunes those that waited while better ones were found."""
        for number in self._pruner.hopeless(self._waiting):
            self._prune(self._open[number])

    def _next_up(self) -> TrialProgress | None:
        """Returns a trial that goes on before another is begun."""
        number = self._pruner.next_up(self._waiting)
        return None if number is None else self._open[number]

    def _begun(self) -> TrialProgress | None:
        """Begins another trial, if there shall be more."""
        if self.given_up or self._budget.begins_no_more or self._proposals.are_over:
            return None
        return self._proposed()

    def _proposed(self) -> TrialProgress:
        return self._opened(self._proposals.next())

    def _last_up(self) -> TrialProgress | None:
        """Returns a trial that goes on as no more are begun."""
        number = self._pruner.last_up(self._waiting, idle=not self._running)
        return None if number is None else self._open[number]

    def _given(self, run: Run) -> Job:
        """Returns the job of a run, which a worker now has."""
        trial = run.trial
        trial.given.update(run.folds)
        self._note(trial)
        job = Job(self._jobs, trial.number, trial.configuration, run.folds, run.alone)
        self._jobs += 1
        self._running[job.number] = run
        self._pruner.begun(trial.number, run.folds)
        return job

    def on_epoch(self, job: Job, folds: Sequence[FoldEpoch]) -> Decision:
        """Takes down an epoch, unless it is the job's last; decides whether the worker goes on.

        Args:
            job: That the worker is at.
            folds: The epoch of each fold that it trains side by side.
        """
        run = self._running[job.number]
        is_news = self._observe(run.trial, folds)
        if self._budget.is_over:
            self._choose_last()
            run.waits = self._is_left(run.trial)
        elif is_news and not run.trial.end:
            verdict = self._pruner.verdict(run.trial.number, self._waiting)
            if verdict == Verdict.PRUNE:
                self._prune(run.trial)
            elif verdict == Verdict.WAIT:
                run.waits = True
                run.trial.leave(run.folds, self._pace.so_far)
        return Decision.END if run.waits or run.trial.end else Decision.GO_ON

    def _prune(self, trial: TrialProgress) -> None:
        """Has a trial end that is hopeless, as soon as no worker is at it."""
        trial.end = TrialEnd.pruned(trial.place)
        self._end_if_left(trial)

    def _observe(self, trial: TrialProgress, folds: Sequence[FoldEpoch]) -> bool:
        """Takes down an epoch of some folds; returns whether it is news."""
        trial.fold_epochs += len(folds)
        folds = self._pace.counted(folds)
        losses = [each.validation_loss for each in folds]
        if not (all(map(math.isfinite, losses)) and trial.add(folds)):
            return False
        self._log.append(trial.number, folds)
        for each in folds:
            self._forecaster.observe(trial.number, each.fold, each.epoch, each.validation_loss)
        trial.trial.report(fmean(losses), trial.steps)
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
        if failed := TrialEnd.failed(trial.number, outcome):
            trial.end = failed
        elif len(trial.done) == self._space.folds:
            trial.end = TrialEnd(TrialState.COMPLETE)
        elif not (outcome.last or run.waits or trial.end):
            trial.end = TrialEnd.broken_off()

    def _end_if_left(self, trial: TrialProgress) -> None:
        """Tells the study how a trial ended once no worker is at it."""
        self._note(trial)
        if trial.end and not trial.given:
            self._record.end(self._open.pop(trial.number), trial.end)
            self._giving_up.count(trial.end)
            self._giving_up.decide(trial.end.cause, self._proposals.left + len(self._open))

    def end(self) -> None:
        """Tells the study that no trial is running any more, and that the search is over."""
        self._forecaster.fit()
        self._record.close(self._open.values(), self._pruner.chances())
        for all_of in (self._running, self._open, self._waiting, self._again):
            all_of.clear()
