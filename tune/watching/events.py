"""What a sweep tells programs as it goes on: one frozen dataclass for each kind of event.

`shuzi sweep --progress json` writes each as a line of JSON; docs/progress.schema.json is made from
these types (`schema`). Losses are in nats, seconds are those of workers.
"""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter

from model.training.fold_epoch import FoldEpoch
from tune.workers.job import Job


@dataclass(frozen=True)
class SweepBegun:
    """A sweep begins, or goes on after a break.

    Attributes:
        name: The sweep's.
        folder: The absolute path of its folder.
        trials: How many are to be tried in all.
        folds: Of each trial.
        concurrent: How many trials run at a time, at the most.
    """

    name: str
    folder: str
    trials: int
    folds: int
    concurrent: int
    event: Literal["sweep_begun"] = "sweep_begun"


@dataclass(frozen=True)
class TrialBegun:
    """A worker is given a trial, for the first time since the sweep began or went on.

    Attributes:
        trial: Its number, from 0.
        configuration: All of its network and training, by the names that spaces use.
    """

    trial: int
    configuration: dict[str, Any]
    event: Literal["trial_begun"] = "trial_begun"


@dataclass(frozen=True)
class Epoch:
    """A fold of a trial has had an epoch.

    Attributes:
        trial: The trial's number.
        fold: From 0.
        epoch: From 1.
        epochs: That a fold has in all.
        training_loss: Mean over the epoch's batches; nothing if that is no number.
        validation_loss: Averaged over the sources; nothing if that is no number.
        seconds: That its worker took; of folds trained side by side, an equal part each.
    """

    trial: int
    fold: int
    epoch: int
    epochs: int
    training_loss: float | None
    validation_loss: float | None
    seconds: float
    event: Literal["epoch"] = "epoch"

    @classmethod
    def of(cls, job: Job, fold: FoldEpoch) -> Self:
        """Makes it of what a worker tells."""
        return cls(
            trial=job.trial,
            fold=fold.fold,
            epoch=fold.epoch,
            epochs=job.configuration.epochs,
            training_loss=finite(fold.training_loss),
            validation_loss=finite(fold.validation_loss),
            seconds=fold.seconds,
        )


@dataclass(frozen=True)
class TrialEnded:
    """A trial has ended.

    Attributes:
        trial: Its number.
        state: Optuna's; the search pruned what was likely worse than another.
        validation_loss: Cross-validated, of a complete trial; else nothing.
        fold_epochs: Those it has had.
        seconds: That its workers took.
        cause: Why it was pruned or failed; empty where it is complete.
    """

    trial: int
    state: Literal["complete", "pruned", "failed"]
    validation_loss: float | None
    fold_epochs: int
    seconds: float
    cause: str
    event: Literal["trial_ended"] = "trial_ended"


@dataclass(frozen=True)
class FinalistFold:
    """A finalist was cross-validated on one more of the other folds.

    Attributes:
        trial: Its number.
        fold: From 0; of the finalists' own folds.
        validation_loss: Averaged over the sources; nothing if the fold could not be trained.
        folds_left: Of all finalists, that are yet to be trained.
    """

    trial: int
    fold: int
    validation_loss: float | None
    folds_left: int
    event: Literal["finalist"] = "finalist"


@dataclass(frozen=True)
class FinalistDropped:
    """A finalist has too little chance of winning, and no more folds of it are trained.

    Attributes:
        trial: Its number.
        folds: The other folds that it has had.
    """

    trial: int
    folds: int
    event: Literal["finalist_dropped"] = "finalist_dropped"


@dataclass(frozen=True)
class RetrainingBegun:
    """The winner is chosen; it and what it is compared to are trained.

    Attributes:
        networks: How many are to be trained.
    """

    networks: int
    event: Literal["retraining_begun"] = "retraining_begun"


@dataclass(frozen=True)
class Retrained:
    """A network is trained, and kept or judged.

    Attributes:
        network: `winner`, or what it is compared to: `baseline`, `fully-connected`.
        trained_on: `mnist` or `mnist+chinese`.
        without_fold: The fold of the pool that it was not trained on, if any.
    """

    network: str
    trained_on: str
    without_fold: int | None
    event: Literal["retrained"] = "retrained"


@dataclass(frozen=True)
class Exported:
    """A network was written in a form to be taken away, and verified.

    Attributes:
        file: Its absolute path.
        form: As `shuzi export --format` takes it.
        bytes: Its size.
        same_answers: How many digits it reads as the trained network does.
        count: Of how many.
    """

    file: str
    form: str
    bytes: int
    same_answers: int
    count: int
    event: Literal["exported"] = "exported"


@dataclass(frozen=True)
class Finished:
    """All is done that was asked for.

    Attributes:
        folder: The absolute path of the sweep's folder.
    """

    folder: str
    event: Literal["finished"] = "finished"


@dataclass(frozen=True)
class Ended:
    """The command ended early: `interrupted` by the user, or `failed`.

    A second signal ends it at once; only the exit status tells of that.

    Attributes:
        event: Which of the two.
        reason: What happened and how to go on, in a line.
        status: The exit status.
    """

    event: Literal["interrupted", "failed"]
    reason: str
    status: int


Event = (
    SweepBegun
    | TrialBegun
    | Epoch
    | TrialEnded
    | FinalistFold
    | FinalistDropped
    | RetrainingBegun
    | Retrained
    | Exported
    | Finished
    | Ended
)
Tell = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Tells nobody."""


def as_line(event: Event) -> str:
    """Returns an event as one line of JSON, which begins with its name."""
    content = {"event": event.event, **asdict(event)}
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def schema() -> dict[str, Any]:
    """Returns the JSON schema of a line."""
    events: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])
    return events.json_schema(mode="serialization")


def finite(loss: float) -> float | None:
    """Returns a loss, or nothing where it is no number: JSON knows none."""
    return loss if math.isfinite(loss) else None
