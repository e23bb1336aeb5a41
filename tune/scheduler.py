"""Ray's side of pruning: ends what a worker does as soon as it shall not go on."""

from pathlib import Path
from typing import Any

import ray.cloudpickle
from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler

from tune.not_saved import NotSaved
from tune.searcher import StudySearcher


class PruningScheduler(NotSaved, FIFOScheduler):  # type: ignore[misc]
    """Asks the searcher after every epoch, which has the ladder and the pruner.

    Args:
        searcher: The sweep's.
    """

    def __init__(self, searcher: StudySearcher) -> None:
        super().__init__()
        self._searcher = searcher

    def on_trial_result(
        self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]
    ) -> str:
        """Returns whether Ray ends the run."""
        ends = self._searcher.ends_after(trial.trial_id, result)
        return str(self.STOP if ends else self.CONTINUE)

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """Passes on why a worker failed, which Ray tells no searcher."""
        if trial.pickled_error_file:  # Ray has just written it
            error = ray.cloudpickle.loads(Path(trial.pickled_error_file).read_bytes())
            self._searcher.worker_failed(trial.trial_id, error)
