"""What a pruner decides; and one that stops no trial."""

from collections.abc import Collection, Sequence
from enum import Enum, auto
from typing import Protocol


class Verdict(Enum):
    """What becomes of a trial after an epoch."""

    GO_ON = auto()
    WAIT = auto()
    STOP = auto()


class Pruner(Protocol):
    """Decides, from how all trials stand, what becomes of one."""

    def run(self, trial: int, open_folds: Sequence[int]) -> tuple[int, ...]:
        """Returns which of a trial's folds left a worker is given at once."""

    def broken_off(self, trial: int, open_folds: Sequence[int]) -> list[tuple[int, ...]]:
        """Returns what workers were at, of a trial that was broken off in a search before."""

    def begun(self, trial: int, folds: Collection[int]) -> None:
        """Is told that a worker is given folds of a trial."""

    def ended(self, trial: int, folds: Collection[int]) -> None:
        """Is told that the worker has left them, whole or not."""

    def verdict(self, trial: int, waiting: Collection[int]) -> Verdict:
        """Tells what becomes of a running trial after an epoch."""

    def is_hopeless(self, trial: int) -> bool:
        """Tells whether a trial shall be stopped for good."""

    def is_put_off(self, trial: int) -> bool:
        """Tells whether a trial that was at work shall wait instead."""

    def chances(self) -> dict[int, float]:
        """Returns the probability of each trial that is not complete to be the best."""

    def next_up(self, waiting: Collection[int]) -> int | None:
        """Returns which of the waiting trials goes on before a new one is begun, if any."""

    def last_up(self, waiting: Collection[int], idle: bool) -> int | None:
        """Returns which goes on when none is begun any more; one of them, if no worker is busy."""


class NoPruner:
    """Runs every trial to its end."""

    def run(self, trial: int, open_folds: Sequence[int]) -> tuple[int, ...]:
        """Returns all."""
        return tuple(open_folds)

    def broken_off(self, trial: int, open_folds: Sequence[int]) -> list[tuple[int, ...]]:
        """Returns all that is left."""
        return [tuple(open_folds)]

    def begun(self, trial: int, folds: Collection[int]) -> None:
        """Needs not know."""

    def ended(self, trial: int, folds: Collection[int]) -> None:
        """Needs not know."""

    def verdict(self, trial: int, waiting: Collection[int]) -> Verdict:
        """Lets it go on."""
        return Verdict.GO_ON

    def is_hopeless(self, trial: int) -> bool:
        """Stops none."""
        return False

    def is_put_off(self, trial: int) -> bool:
        """Puts off none."""
        return False

    def chances(self) -> dict[int, float]:
        """Returns nothing: no trial is stopped."""
        return {}

    def next_up(self, waiting: Collection[int]) -> int | None:
        """Has none to choose: none ever waits."""
        return None

    def last_up(self, waiting: Collection[int], idle: bool) -> int | None:
        """Has none to choose: none ever waits."""
        return None
