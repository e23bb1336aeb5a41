"""What is compared: networks, how pictures are prepared for them, what they are trained on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from model.configuration import BASELINE, Configuration

# Of the sweep that docs/results.md tells of.
WINNER = Path(__file__).parents[1] / "data" / "winner.json"


@dataclass(frozen=True)
class Arm:
    """One side of the comparison.

    Attributes:
        key: A letter.
        name: What it is, in a few words.
        winner: Whether the network is the sweep's winner, or the baseline's.
        plain: Whether pictures are plainly resized, as in the baseline, or prepared by shuzi.
        tongji: Whether two thirds of the student's photographs are trained on.
        chen: Whether two thirds of Chen-MNIST are.
        by_writer: Whether Chen-MNIST is divided by its blocks, each of which is one hand or a few,
            or at random.
    """

    key: str
    name: str
    winner: bool
    plain: bool = False
    tongji: bool = False
    chen: bool = False
    by_writer: bool = True

    @property
    def chinese(self) -> tuple[str, ...]:
        """The Chinese sources that it is trained on."""
        return ("tongji",) * self.tongji + ("chen-mnist",) * self.chen

    @property
    def has_splits(self) -> bool:
        """Whether what it is trained on depends on which digits are held out."""
        return self.tongji or self.chen


ARMS = (
    Arm("a", "report, plain resize, MNIST alone", winner=False, plain=True),
    Arm("b", "report, plain resize, + photographs", winner=False, plain=True, tongji=True),
    Arm("c", "report's network, shuzi's pictures", winner=False, tongji=True),
    Arm("d", "winner, MNIST alone", winner=True),
    Arm("e", "winner, everything", winner=True, tongji=True, chen=True),
    Arm("f", "winner, + photographs", winner=True, tongji=True),
    Arm("g", "winner, + Chen-MNIST", winner=True, chen=True),
    Arm("h", "as e, Chen-MNIST split at random", True, tongji=True, chen=True, by_writer=False),
)


def starred(arm: Arm) -> Arm:
    """Returns the arm whose networks of all seeds are averaged."""
    return replace(arm, key=f"{arm.key}*", name=f"{arm.key}, seeds averaged")


def configuration(arm: Arm, winner: Configuration) -> Configuration:
    """Returns what an arm trains."""
    return winner if arm.winner else BASELINE


def winning_configuration(path: Path, changes: Sequence[str] = ()) -> Configuration:
    """Reads a sweep's winner: a JSON file of parameters; what it leaves out is the baseline's.

    Args:
        path: The file.
        changes: Each `name=value`, the value as JSON has it: taken instead of the file's.
    """
    pairs = (change.partition("=") for change in changes)
    changed = {name: json.loads(value) for name, _, value in pairs}
    return Configuration.from_dict({**json.loads(path.read_text()), **changed})
