"""The searcher: asks Optuna what to try and tells it the truth about each trial.

Ray's own OptunaSearch files a trial that was stopped as complete, leaves one whose loss is NaN
running for ever, and cannot be resumed from a persistent storage; this one keeps the study as the
only record of what happened.
"""

import math
import time
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import TrialState
from ray.tune.search import Searcher

from model import Configuration, count_parameters
from search_spaces import SearchSpace
from tune.climb import Climb
from tune.convergence import Convergence
from tune.ladder import Ladder
from tune.not_saved import NotSaved
from tune.pruning import Pruner, Verdict

METRIC = "validation_loss"
STOPPED = "it was stopped before its last epoch."


@dataclass
class Run:
    """What a worker does for a trial without a break.

    Attributes:
        climb: The trial's.
        folds: That are trained side by side.
        waits: Whether the trial waits after it, for others to be compared.
    """

    climb: Climb
    folds: tuple[int, ...]
    waits: bool = False


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
        convergence: Ends the search early, if given.
        begin_until: When, on the monotonic clock, no trial is begun any more: those that have begun
            need time to be ended.
    """

    def __init__(
        self,
        study: optuna.Study,
        ladder: Ladder,
        pruner: Pruner,
        space: SearchSpace,
        trials: int,
        fixed: dict[str, Any],
        convergence: Convergence | None = None,
        begin_until: float = math.inf,
    ) -> None:
        super().__init__(metric=METRIC, mode="min")
        self._study, self._ladder, self._pruner = study, ladder, pruner
        self._space, self._left, self._fixed = space, trials, fixed
        self._convergence, self._begin_until = convergence, begin_until
        self._running: dict[str, Run] = {}
        self._climbs: dict[int, Climb] = {}  # of the trials that have not ended
        self._again: list[Run] = []
        self.finished = False

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """Returns what a free worker shall do: the `config` of some folds of a trial.

        A run that found too little memory comes again first, alone. So nothing is finished as
        long as a trial is running.
        """
        if self._again:
            again = self._again.pop(0)
            return self._started(trial_id, again.climb, again.folds, alone=True)
        self._drop_hopeless()
        climb = self._next_up() or self._begun() or self._last_up()
        if climb:
            open_folds = climb.open_folds(self._space.folds)
            return self._started(trial_id, climb, self._pruner.run(open_folds), alone=False)
        self.finished = not self._running
        return str(Searcher.FINISHED) if self.finished else None

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
        if not self._left or time.monotonic() > self._begin_until or self._has_converged():
            return None
        self._left -= 1
        trial = self._study.ask(self._space.distributions())
        configuration = Configuration.from_dict({**self._fixed, **trial.params})
        trial.set_user_attr("weights", count_parameters(configuration))
        self._climbs[trial.number] = Climb(trial, configuration)
        return self._climbs[trial.number]

    def _has_converged(self) -> bool:
        """Tells whether to begin no more; those that have begun are ended."""
        if self._convergence and self._convergence.reached(self._study.get_trials(deepcopy=False)):
            self._left = 0
        return not self._left

    def _last_up(self) -> Climb | None:
        """Returns a trial that goes on as no more are begun."""
        number = self._pruner.last_up(self._waiting(), idle=not self._running)
        return None if number is None else self._climbs[number]

    def _started(
        self, trial_id: str, climb: Climb, folds: tuple[int, ...], alone: bool
    ) -> dict[str, Any]:
        self._running[trial_id] = Run(climb, folds)
        self._pruner.begun(climb.number, folds)
        return climb.job(folds, alone)

    def ends_after(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Takes down an epoch's result; tells whether the run ends with it."""
        run = self._running[trial_id]
        if self._observe(run.climb, result) and not run.climb.end:
            verdict = self._pruner.verdict(run.climb.number, self._waiting())
            run.waits = verdict == Verdict.WAIT
            if verdict == Verdict.STOP:
                self._stop(run.climb)
        return run.waits or run.climb.end is not None

    def _stop(self, climb: Climb) -> None:
        """Has a trial end that is hopeless, as soon as no worker is at it."""
        climb.end = (
            TrialState.PRUNED,
            f"clearly worse than the best: stopped after {climb.place}.",
        )
        self._end_if_left(climb)

    def _observe(self, climb: Climb, result: dict[str, Any]) -> bool:
        """Takes down an epoch's result, if its losses are numbers; returns whether it is news."""
        climb.fold_epochs += len(result["folds"])
        if not math.isfinite(result[METRIC]) or not climb.add(result):
            return False
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
        if result.get("again"):
            self._again.append(run)
            return
        if result.get("complete"):
            self._observe(run.climb, result)
        run.climb.given.difference_update(run.folds)
        self._pruner.ended(run.climb.number, run.folds)
        self._ended(run, result, error)
        self._end_if_left(run.climb)

    def _ended(self, run: Run, result: dict[str, Any], error: bool) -> None:
        """Takes down how the trial will end, if this run decides it."""
        climb = run.climb
        if cause := _cause_of_failure(climb.number, result, error):
            climb.end = TrialState.FAIL, cause
        elif len(climb.done) == self._space.folds:
            climb.end = TrialState.COMPLETE, ""
        elif not (result.get("complete") or run.waits or climb.end):
            climb.end = TrialState.PRUNED, STOPPED

    def _end_if_left(self, climb: Climb) -> None:
        """Tells the study how a trial ended once no worker is at it."""
        if climb.end and not climb.given:
            self._tell(self._climbs.pop(climb.number), *climb.end)

    def end(self) -> None:
        """Tells the study that no trial is running any more."""
        for climb in self._climbs.values():
            self._tell(climb, *(climb.end or (TrialState.PRUNED, STOPPED)))
        for all_of in (self._running, self._climbs, self._again):
            all_of.clear()

    def _tell(self, climb: Climb, state: TrialState, cause: str = "") -> None:
        for name, value in climb.described().items():
            climb.trial.set_user_attr(name, value)
        if cause:
            climb.trial.set_user_attr("cause", cause)
        if (estimate := self._ladder.losses().get(climb.number)) is not None:
            climb.trial.set_user_attr("estimate", estimate)
        value = climb.validation_loss if state == TrialState.COMPLETE else None
        self._study.tell(climb.trial, value, state)

    def save(self, checkpoint_path: str) -> None:
        """Does nothing: the journal already holds everything."""

    def restore(self, checkpoint_path: str) -> None:
        """Does nothing: the journal already holds everything."""


def _cause_of_failure(number: int, result: dict[str, Any], error: bool) -> str:
    """Returns why a trial failed, or nothing if it did not."""
    if error:
        return f"its worker failed: see trials/{number:04d}/error.txt."
    if result.get("cause"):
        return str(result["cause"])
    loss = result.get(METRIC, 0.0)
    return "" if math.isfinite(loss) else f"its loss is {loss}."
