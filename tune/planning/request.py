"""What the user asked of a sweep."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from datasets.sources.known import KNOWN
from tune.errors import SweepError

RISK = 0.02  # probability that the best of all trials is stopped
LEAST = {
    "trials": 1,
    "time_budget": 1,
    "epochs": 1,
    "gpus_per_trial": 0,
    "cpus_per_trial": 1,
    "concurrent": 1,
    "finalists": 1,
    "retries": 0,
    "nice": 0,
    "max_parameters": 1,
    "networks": 1,
    "risk": 0.001,
    "seed": 0,
}
# At a higher risk, even the likely best would be stopped; of networks a configuration has no more.
MOST = {"networks": 16, "risk": 0.5, "nice": 19}
NAMED = {*KNOWN, "full"}  # digits that have a name, whatever folder has it, too
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _lasting(choice: str) -> str:
    """Makes a path absolute, so that it means the same from any folder; keeps a plain name."""
    path = Path(choice)
    return str(path.absolute()) if path.exists() and choice not in NAMED else choice


def lasting_uri(uri: str) -> str:
    """Makes a path absolute; keeps a URI."""
    return uri if "://" in uri else str(Path(uri).absolute())


def _names(names: object) -> object:
    """Takes one name, or None, for names: so sweeps of earlier versions have it."""
    return (names,) if isinstance(names, str) else names or ()


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Choice = Annotated[str, AfterValidator(_lasting)]
Uri = Annotated[str, AfterValidator(lasting_uri)]


class SweepRequest(BaseModel):
    """What the user asked of a sweep, as it is kept in `sweep.json`.

    Attributes:
        name: The sweep's.
        out: The folder of sweeps.
        space: The name of a search space, or a file.
        mnist: `embedded`, `full` or a folder.
        mnist_count: How many of MNIST's training digits to take; all when left out.
        chinese: Sources of Chinese digits.
        as_is: Whether to resize pictures plainly, as the report does.
        trials: How many to run.
        pruner: `ladder`, or `none` to run every trial to its end.
        risk: The probability that the best trial is stopped, see `tune.search.pruning`; a finalist
            with a lower chance of being better than another is given up, see `tune.race`.
        finalists: How many of the best are cross-validated again before the winner is chosen.
        retries: How often a trial is begun again whose worker, node or GPU was lost.
        max_parameters: The most weights that a network may have.
        networks: How often the winner is retrained, to average the networks; instead of the
            space's.
        also: `parameters`, where fewer weights are sought beside a lower loss.
        warm_start: The names of earlier sweeps to learn from.
        stop_when_converged: Whether to end when 20 trials have brought no gain that can be seen.
        time_budget: Seconds after which no further search is done.
        epochs: Instead of the space's, and of the report's own 10.
        gpus_per_trial: Instead of what is found; may be a fraction.
        cpus_per_trial: Instead of what is found.
        concurrent: The most trials at a time, instead of what is found.
        address: Of a running Ray cluster; one is started when left out.
        storage: Where the sweep's folder is copied to while it grows: a path, or a URI of S3 or
            another file system.
        nice: Niceness of the workers on this machine, 0 to 19.
        seed: Decides what is held out, the folds, the search and the training.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    out: Path = Path("runs")
    space: str = "quick"
    mnist: Choice = "embedded"
    mnist_count: int | None = None
    chinese: tuple[Choice, ...] = ("embedded",)
    as_is: bool = False
    trials: int = 8
    pruner: Literal["ladder", "none"] = "ladder"
    risk: float = RISK
    finalists: int = 3
    retries: int = 2
    max_parameters: int | None = None
    networks: int | None = None
    also: Literal["parameters"] | None = None
    warm_start: Names = ()
    stop_when_converged: bool = False
    time_budget: float | None = None
    epochs: int | None = None
    gpus_per_trial: float | None = None
    cpus_per_trial: int | None = None
    concurrent: int | None = None
    address: str | None = None
    storage: Uri | None = None
    nice: int = 0
    seed: int = 0

    def check(self) -> None:
        """Checks the numbers asked for.

        Raises:
            SweepError: If one is out of the range that makes sense.
        """
        for name, low in LEAST.items():
            value = getattr(self, name)
            if value is not None and value < low:
                raise SweepError(f"{_option(name)} must be at least {low}, but got {value:g}.")
        for name, high in MOST.items():
            value = getattr(self, name)
            if value is not None and value > high:
                raise SweepError(f"{_option(name)} must be at most {high}, but got {value:g}.")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def seconds(duration: str | None) -> float | None:
    """Reads `90`, `90s`, `15m`, `2h` or `1.5d` as seconds.

    Raises:
        SweepError: If it is none of these.
    """
    if duration is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", duration.strip())
    if not match:
        raise SweepError(f"--time-budget must be like 90s, 15m or 2h, but got {duration!r}.")
    return float(match[1]) * UNITS[match[2] or "s"]
