"""What the user asked of a sweep."""

import datetime
import re
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from datasets.sources.known import KNOWN
from tune.errors import SweepError
from tune.planning.checked import Checked

RISK = 0.02  # probability that the best of all trials is pruned
NAMED = {*KNOWN, "full"}  # digits that have a name, whatever folder has it, too
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Panel(StrEnum):
    """Under which heading `shuzi sweep --help` shows an option."""

    DIGITS = "Digits"
    SEARCH = "Search"
    WINNER = "Winner"
    MACHINES = "Machines"


def seconds(duration: str | float | None) -> float | None:
    """Reads `90`, `90s`, `15m`, `2h` or `1.5d` as seconds; keeps a number.

    Raises:
        SweepError: If a text is none of these.
    """
    if not isinstance(duration, str):
        return duration
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", duration.strip())
    if not match:
        raise SweepError(f"--time-budget must be like 90s, 15m or 2h, but got {duration!r}.")
    return float(match[1]) * UNITS[match[2] or "s"]


def lasting_uri(uri: str) -> str:
    """Makes a path absolute; keeps a URI."""
    return uri if "://" in uri else str(Path(uri).absolute())


def _lasting(choice: str) -> str:
    """Makes a path absolute, so that it means the same from any folder; keeps a plain name."""
    path = Path(choice)
    return str(path.absolute()) if path.exists() and choice not in NAMED else choice


def _names(names: object) -> object:
    """Takes one name, or None, for names: so sweeps of earlier versions have it."""
    return (names,) if isinstance(names, str) else names or ()


def _known(option: str, known: tuple[str, ...], name: str) -> str:
    """Takes one of shuzi's own, or the name of code that can be imported.

    Raises:
        SweepError: If it is neither.
    """
    if name not in known and ":" not in name:
        choices = f"{', '.join(known)} or module:Class"
        raise SweepError(f"--{option} must be {choices}, but got {name!r}.")
    return name


def _now() -> str:
    return f"{datetime.datetime.now():%Y%m%d-%H%M%S}"


Choice = Annotated[str, AfterValidator(_lasting)]
Uri = Annotated[str, AfterValidator(lasting_uri)]


class SweepRequest(Checked):
    """What the user asked of a sweep, as it is kept in `sweep.json`.

    Each field is declared here alone, with its type, range, default, panel and what it means;
    `shuzi sweep` has an option for each.

    Raises:
        SweepError: If a value is out of its range, or of another type.
    """

    name: str = Field(default_factory=_now)
    """The name of the sweep; without it, the date and time."""

    out: Annotated[Path, AfterValidator(Path.absolute), Field(validate_default=True)] = Path("runs")
    """The folder that holds your sweeps."""

    mnist: Annotated[Choice, Panel.DIGITS] = "embedded"
    """MNIST: embedded (5,000 digits), full (70,000), or a folder with its four IDX files."""

    mnist_count: Annotated[int | None, Panel.DIGITS] = None
    """Use a stratified sample of N MNIST digits."""

    chinese: Annotated[tuple[Choice, ...], Panel.DIGITS] = ("embedded",)
    """Chinese digits: embedded (drawn by shuzi), chen, tongji, a folder with folders 0 to 9, a .csv
    or .tar.gz file, or your own source as module:NAME. You may repeat it (default: embedded)."""

    as_is: Annotated[bool, Panel.DIGITS] = False
    """Only scale pictures to 28 x 28, do not center the digit."""

    space: Annotated[str, Panel.SEARCH] = "quick"
    """The search space: quick, paper, wide, or a TOML file."""

    trials: Annotated[int, Field(ge=1), Panel.SEARCH] = 8
    """How many configurations to try."""

    epochs: Annotated[int | None, Field(ge=1), Panel.SEARCH] = None
    """Train every network for so many epochs, whatever the space says."""

    sampler: Annotated[str, AfterValidator(partial(_known, "sampler", ("tpe",))), Panel.SEARCH] = (
        "tpe"
    )
    """What proposes the next trial: tpe, or one of Optuna's or your own as module:Class."""

    pruner: Annotated[
        str, AfterValidator(partial(_known, "pruner", ("ladder", "none"))), Panel.SEARCH
    ] = "ladder"
    """Which trials are pruned: ladder (those that are likely not the best), none, or your own rule
    as module:Class."""

    # At a higher risk even the likely best would be pruned. A finalist with a lower chance of
    # being better than another is dropped, too: see `tune.judging.elimination`.
    risk: Annotated[float, Field(ge=0.001, le=0.5), Panel.SEARCH] = RISK
    """The accepted probability that the best trial is pruned; a lower one takes longer. A finalist
    is dropped when its chance of winning falls below --risk."""

    max_weights: Annotated[int | None, Field(ge=1), Panel.SEARCH] = None
    """Try no network with more weights than this."""

    also: Annotated[Literal["weights"] | None, Panel.SEARCH] = None
    """weights: look for small networks, too."""

    warm_start: Annotated[tuple[str, ...], BeforeValidator(_names), Panel.SEARCH] = ()
    """Learn from an earlier sweep of this name. You may repeat it."""

    # In seconds. The text is read before the range is checked, though it stands behind it.
    time_budget: Annotated[float | None, Field(ge=1), BeforeValidator(seconds), Panel.SEARCH] = None
    """End the search after this time: 90s, 30m, 2h, 1d."""

    stop_when_converged: Annotated[bool, Panel.SEARCH] = False
    """End the search when 20 trials in a row bring no visible gain."""

    seed: Annotated[int, Field(ge=0), Panel.SEARCH] = 0
    """The seed of everything random."""

    finalists: Annotated[int, Field(ge=1), Panel.WINNER] = 3
    """How many of the best trials are cross-validated on other folds, too."""

    # A configuration has no more of them.
    networks: Annotated[int | None, Field(ge=1, le=16), Panel.WINNER] = None
    """Train the winner this often, and average the networks (default: as the space says)."""

    concurrent: Annotated[int | None, Field(ge=1), Panel.MACHINES] = None
    """How many trials run at a time, at most (default: as many as fit)."""

    gpus_per_trial: Annotated[float | None, Field(ge=0), Panel.MACHINES] = None
    """GPUs for each trial, also a fraction (default: as the GPU's memory allows)."""

    cpus_per_trial: Annotated[int | None, Field(ge=1), Panel.MACHINES] = None
    """Cores for each trial (default: an equal part)."""

    retries: Annotated[int, Field(ge=0), Panel.MACHINES] = 2
    """How often a trial is tried again after its worker or GPU was lost."""

    address: Annotated[str | None, Panel.MACHINES] = None
    """Join the running Ray cluster at host:port."""

    storage: Annotated[Uri | None, Panel.MACHINES] = None
    """Keep a copy of the sweep there: a path on NFS, s3://..., gs://..."""

    nice: Annotated[int, Field(ge=0, le=19), Panel.MACHINES] = 0
    """The niceness of workers: at 19 they leave the cores to all other work."""
