"""The searcher: asks Optuna what to try and tells it the truth about each trial.

Ray's own OptunaSearch files a trial that was stopped as complete, leaves one whose loss is NaN
running for ever, and cannot be resumed from a persistent storage; this one keeps the study as the
only record of what happened.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from ray.tune.search import Searcher

from model import Configuration, count_parameters
from results.durations import duration
from results.epochs import EpochLog
from results.trials import ENDED, ESTIMATES, with_estimates
from search_spaces import SearchSpace
from tune.climb import Climb
from tune.convergence import Convergence
from tune.failure import Failure
from tune.ladder import Ladder
from tune.not_saved import NotSaved
from tune.pruning import Pruner, Verdict
from tune.time_budget import TimeBudget

METRIC = "validation_loss"
STOPPED = "it was stopped before its last epoch."
IN_VAIN = 3  # trials that fail alike before any other has ended, after which none is begun


@dataclass
class Run:
    """What a worker does for a trial without a break.

    Attributes:
        climb: The trial's.
        folds: That are trained.
        alone: Whether it has a GPU to itself.
        waits: Whether the trial waits after it, for others to be compared.
        failure: Why its worker failed, if it did.
    """

    climb: Climb
    folds: tuple[int, ...]
    alone: bool = False
    waits: bool = False
    failure: Failure | None = None


class StudySearcher(NotSaved, Searcher):  # type: ignore[misc]
    """Lets Ray Tune run what an Optuna study proposes, some folds of a trial at a time.

    What Ray calls a trial is here one run: what a worker does for a trial without a break.

    Args:
        study: Keeps every trial, its intermediate values and its end.
        ladder: How the trials stand; it is told every loss.
        pruner: Decides which trials go on.
        space: What may vary, and what is fixed.
        trials: How many to ask for.
        fixed: Values that every trial has.
        retries: How often a trial is begun again whose worker died.
        log: Keeps each epoch, so that a search that was broken off goes on from there. What it and
            the study know is taken up. Without one nothing is kept.
        say: Is told what a user should know, in a line.
        convergence: Ends the search early, if given.
        budget: Ends the search once its time is over; but it has a complete trial first.
    """

    def __init__(
        self,
        study: optuna.Study,
        ladder: Ladder,
        pruner: Pruner,
        space: SearchSpace,
        trials: int,
        fixed: dict[str, Any],
        retries: int = 0,
        log: EpochLog | None = None,
        say: Callable[[str], None] = lambda _: None,
        convergence: Convergence | None = None,
        budget: TimeBudget | None = None,
    ) -> None:
        super().__init__(metric=METRIC, mode="min")
        self._study, self._ladder, self._pruner = study, ladder, pruner
        self._space, self._left, self._fixed = space, trials, fixed
        self._retries, self._log, self._say = retries, log, say
        self._convergence, self._budget = convergence, budget or TimeBudget()
        self._running: dict[str, Run] = {}
        self._climbs: dict[int, Climb] = {}  # of the trials that have not ended
        self._again: list[Run] = []
        self._last: Climb | None = None  # that is completed though the time is over
        self._trained = 0, 0.0  # epochs of a fold, and the seconds that they took
        self._states: set[TrialState] = set()  # in which trials have ended
        self.finished = False
        self.given_up = ""  # why, if the first trials all failed alike
        self._ends: Counter[str | None] = Counter()  # why trials failed; None where one did not
        for trial in study.get_trials(deepcopy=False):
            if trial.state != TrialState.WAITING:
                self._take_up(trial)

    def _take_up(self, trial: FrozenTrial) -> None:
        """Takes up a trial of a search that was broken off, or has nothing to do with a new one."""
        self._left -= 1
        rows = self._logged(trial.number)
        for row in rows:
            self._ladder.observe(trial.number, row["fold"], row["epoch"], row["validation_loss"])
        if trial.state == TrialState.COMPLETE:
            for fold, loss in enumerate(trial.user_attrs["fold_losses"]):
                self._ladder.observe(trial.number, fold, self._ladder.epochs, loss)
        if trial.state in ENDED:
            self._states.add(trial.state)
            self._ends[trial.user_attrs.get("failure")] += 1
        if trial.state == TrialState.RUNNING:
            climb = self._climbing(optuna.Trial(self._study, trial._trial_id))
            climb.take_up(rows, max(trial.intermediate_values, default=0))
            self._go_on(climb)

    def _logged(self, trial: int) -> list[dict[str, Any]]:
        """Returns what is known of a trial's epochs."""
        if not self._log:
            return []
        self._log.mend(trial)
        return [row for row in self._log.read(trial) if self._fits(row)]

    def _fits(self, row: dict[str, Any]) -> bool:
        """Tells whether a row of the log can be of this sweep: a damaged one may not."""
        folds, epochs = range(self._space.folds), range(1, self._ladder.epochs + 1)
        return row["fold"] in folds and row["epoch"] in epochs

    def _go_on(self, climb: Climb) -> None:
        """Has workers go on with a trial where they were, or tells its end if only that is left."""
        if len(climb.done) == self._space.folds:
            climb.end = TrialState.COMPLETE, ""
            return self._end_if_left(climb)
        open_folds = climb.open_folds(self._space.folds)
        for folds in self._pruner.broken_off(climb.number, open_folds):
            climb.given.update(folds)
            self._again.append(Run(climb, folds))
        return None

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """Returns what a free worker shall do: the `config` of some folds of a trial.

        A run that is to be done again comes first. So nothing is finished as long as a trial is
        running.
        """
        is_over = self._budget.is_over
        if is_over:
            self._choose_last()
        if again := self._to_do_again():
            return self._started(trial_id, again)
        if climb := self._open_last() if is_over else self._climbing_on():
            folds = self._pruner.run(climb.number, climb.open_folds(self._space.folds))
            return self._started(trial_id, Run(climb, folds))
        self.finished = not self._running
        return str(Searcher.FINISHED) if self.finished else None

    def _to_do_again(self) -> Run | None:
        """Returns a run that is to be done again, but for those of trials that go on no more."""
        while self._again:
            again = self._again.pop(0)
            if not (again.climb.end or self._is_left(again.climb)):
                return again
            self._left_by(again)
        return None

    def _climbing_on(self) -> Climb | None:
        """Returns the trial that is worth a worker most."""
        self._drop_hopeless()
        return self._next_up() or self._begun() or self._last_up()

    def _choose_last(self) -> None:
        """Chooses a trial to be completed once the time is over, if none is complete yet."""
        if TrialState.COMPLETE in self._states or (self._last and not self._last.end):
            return
        left = [climb for climb in self._climbs.values() if not climb.end]
        losses = self._ladder.losses()
        best = min(left, key=lambda each: losses.get(each.number, math.inf), default=None)
        self._last = best or self._begun_at_last()
        if self._last:
            self._say(self._completing(self._last))

    def _begun_at_last(self) -> Climb | None:
        if not self._left or self.given_up:
            return None
        self._left -= 1
        return self._climbing(self._study.ask())

    def _completing(self, climb: Climb) -> str:
        left, (epochs, seconds) = climb.epochs_left(self._space.folds), self._trained
        lasting = f"at most {duration(left * seconds / epochs)}" if epochs else "how long is open"
        return (
            f"the time is over and no trial is complete, so trial {climb.number}, the best so far, "
            f"is completed: {left} epochs of a fold, {lasting}; a second Ctrl-C ends at once"
        )

    def _open_last(self) -> Climb | None:
        """Returns the trial to be completed, if it has a fold that no worker is at."""
        last = self._last
        return last if last and not last.end and last.open_folds(self._space.folds) else None

    def _is_left(self, climb: Climb) -> bool:
        """Tells whether workers leave a trial as the time is over."""
        return self._budget.is_over and climb is not self._last

    def _waiting(self) -> list[int]:
        """Returns the trials that could go on."""
        folds = self._space.folds
        return [n for n, each in self._climbs.items() if not each.end and each.open_folds(folds)]

    def _drop_hopeless(self) -> None:
        """Stops those that waited while better ones were found."""
        for number in self._waiting():
            if self._pruner.is_hopeless(number):
                self._stop(self._climbs[number])

    def _next_up(self) -> Climb | None:
        """Returns a trial that goes on before another is begun."""
        number = self._pruner.next_up(self._waiting())
        return None if number is None else self._climbs[number]

    def _begun(self) -> Climb | None:
        """Asks the study for another trial, if there shall be more."""
        over = not self._left or self.given_up or self._budget.begins_no_more
        if over or self._has_converged():
            return None
        self._left -= 1
        return self._climbing(self._study.ask())

    def _climbing(self, trial: optuna.Trial) -> Climb:
        """Returns a trial with all its parameters: those are drawn that it has not yet."""
        varied = {
            name: trial._suggest(name, each) for name, each in self._space.distributions().items()
        }
        configuration = Configuration.from_dict({**self._fixed, **varied})
        if "weights" not in trial.user_attrs:
            trial.set_user_attr("weights", count_parameters(configuration))
        self._climbs[trial.number] = Climb(trial, configuration)
        return self._climbs[trial.number]

    def _has_converged(self) -> bool:
        """Tells whether to begin no more; those that have begun are ended."""
        if self._convergence and self._left:
            trials = self._study.get_trials(deepcopy=False)
            if self._convergence.reached(with_estimates(trials, self._ladder.losses())):
                self._left = 0
        return not self._left

    def _last_up(self) -> Climb | None:
        """Returns a trial that goes on as no more are begun."""
        number = self._pruner.last_up(self._waiting(), idle=not self._running)
        return None if number is None else self._climbs[number]

    def _started(self, trial_id: str, run: Run) -> dict[str, Any]:
        self._running[trial_id] = run
        self._pruner.begun(run.climb.number, run.folds)
        return run.climb.job(run.folds, run.alone)

    def ends_after(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Takes down an epoch's result; tells whether the run ends with it."""
        run = self._running[trial_id]
        is_news = self._observe(run.climb, result)
        if self._budget.is_over:
            self._choose_last()
            run.waits = self._is_left(run.climb)
        elif is_news and not run.climb.end:
            verdict = self._pruner.verdict(run.climb.number, self._waiting())
            run.waits = verdict == Verdict.WAIT
            if verdict == Verdict.STOP:
                self._stop(run.climb)
        return run.waits or run.climb.end is not None

    def _stop(self, climb: Climb) -> None:
        """Has a trial end that is hopeless, as soon as no worker is at it."""
        climb.end = (
            TrialState.PRUNED,
            f"likely worse than the best: stopped after {climb.place}.",
        )
        self._end_if_left(climb)

    def _observe(self, climb: Climb, result: dict[str, Any]) -> bool:
        """Takes down an epoch's result, if its losses are numbers; returns whether it is news."""
        climb.fold_epochs += len(result["folds"])
        epochs, seconds = self._trained
        seconds += result.get("time_this_iter_s", 0.0)
        self._trained = epochs + len(result["folds"]), seconds
        if not math.isfinite(result[METRIC]) or not climb.add(result):
            return False
        if self._log:
            self._log.append(climb.number, result)
        for fold in result["folds"]:
            self._ladder.observe(climb.number, fold["fold"], fold["epoch"], fold["validation_loss"])
        climb.trial.report(result[METRIC], climb.steps)
        return True

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Tells the study how a trial ended, if it did: complete only if all of its folds are."""
        run, result = self._running.pop(trial_id), result or {}
        run.climb.seconds += result.get("time_total_s", 0.0)
        if result.get("complete"):
            self._observe(run.climb, result)
        self._pruner.ended(run.climb.number, run.folds)
        if again := self._done_again(run, result):
            self._again.append(again)
            return
        self._ended(run, result, error)
        self._left_by(run)

    def worker_failed(self, trial_id: str, error: Exception) -> None:
        """Is told why a worker failed, before the run is told to be over."""
        self._running[trial_id].failure = Failure.of(error)

    def _done_again(self, run: Run, result: dict[str, Any]) -> Run | None:
        """Returns a run that a worker shall do instead of one that came to nothing by no fault."""
        climb = run.climb
        if result.get("again"):
            told = f"trial {climb.number} found too little GPU memory beside others: again, alone"
            self._say(told)
            return Run(climb, run.folds, alone=True)
        died = run.failure and run.failure.may_pass
        if not died or climb.end or climb.retries >= self._retries:
            return None
        climb.retries += 1
        self._say(f"trial {climb.number}: {run.failure}; again, {climb.retries} of {self._retries}")
        left = tuple(fold for fold in run.folds if fold not in climb.done)
        climb.given.difference_update(climb.done)
        return Run(climb, left, run.alone) if left else None

    def _left_by(self, run: Run) -> None:
        """Takes a worker off a trial."""
        run.climb.given.difference_update(run.folds)
        self._end_if_left(run.climb)

    def _ended(self, run: Run, result: dict[str, Any], error: bool) -> None:
        """Takes down how the trial will end, if this run decides it."""
        climb = run.climb
        if cause := _cause_of_failure(run, result, error):
            climb.end = TrialState.FAIL, cause
        elif len(climb.done) == self._space.folds:
            climb.end = TrialState.COMPLETE, ""
        elif not (result.get("complete") or run.waits or climb.end):
            climb.end = TrialState.PRUNED, STOPPED

    def _end_if_left(self, climb: Climb) -> None:
        """Tells the study how a trial ended once no worker is at it."""
        if climb.end and not climb.given:
            state, cause = climb.end
            self._tell(self._climbs.pop(climb.number), state, cause)
            self._states.add(state)
            self._ends[_reason(cause) if state == TrialState.FAIL else None] += 1
            self._give_up_if_in_vain(cause)

    def _give_up_if_in_vain(self, cause: str) -> None:
        """Begins no more trials as long as all that ended failed, and for the same reason."""
        ended, others = self._ends.total(), self._left + len(self._climbs)
        in_vain = ended >= min(IN_VAIN, ended + others)
        alike = len(self._ends) == 1 and None not in self._ends
        self.given_up = cause if in_vain and alike else ""

    def end(self) -> None:
        """Tells the study that no trial is running any more, and that the search is over."""
        for climb in self._climbs.values():
            self._tell(climb, *(climb.end or (TrialState.PRUNED, STOPPED)))
        self._study.set_user_attr(ESTIMATES, list(self._ladder.losses().items()))
        self._study.set_user_attr("searched", True)
        for all_of in (self._running, self._climbs, self._again):
            all_of.clear()

    def _tell(self, climb: Climb, state: TrialState, cause: str = "") -> None:
        for name, value in climb.described().items():
            climb.trial.set_user_attr(name, value)
        if cause:
            climb.trial.set_user_attr("cause", cause)
        if state == TrialState.FAIL:
            climb.trial.set_user_attr("failure", _reason(cause))
        if (estimate := self._ladder.losses().get(climb.number)) is not None:
            climb.trial.set_user_attr("estimate", estimate)
        value = climb.validation_loss if state == TrialState.COMPLETE else None
        self._study.tell(climb.trial, value, state)

    def save(self, checkpoint_path: str) -> None:
        """Does nothing: the journal already holds everything."""

    def restore(self, checkpoint_path: str) -> None:
        """Does nothing: the journal already holds everything."""


def _reason(cause: str) -> str:
    """Returns why a trial failed without where to read more, which differs."""
    return cause.split("; see ")[0]


def _cause_of_failure(run: Run, result: dict[str, Any], error: bool) -> str:
    """Returns why a trial failed, or nothing if it did not."""
    if error:
        reason = run.failure or "its worker failed"
        return f"{reason}; see trials/{run.climb.number:04d}/error.txt."
    if result.get("cause"):
        return str(result["cause"])
    loss = result.get(METRIC, 0.0)
    return "" if math.isfinite(loss) else f"its loss is {loss}."
