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
    """The sweep's name; the time if left out."""

    out: Annotated[Path, AfterValidator(Path.absolute), Field(validate_default=True)] = Path("runs")
    """The folder of sweeps."""

    mnist: Annotated[Choice, Panel.DIGITS] = "embedded"
    """embedded, full, or a folder of the four IDX files."""

    mnist_count: Annotated[int | None, Panel.DIGITS] = None
    """So many of MNIST's digits, each label in proportion."""

    chinese: Annotated[tuple[Choice, ...], Panel.DIGITS] = ("embedded",)
    """embedded, chen, tongji, a folder of label folders, a .csv or .tar.gz, or a source of your own
    as module:NAME; may be repeated; embedded if left out."""

    as_is: Annotated[bool, Panel.DIGITS] = False
    """Squeeze pictures to 28 x 28 as they are."""

    space: Annotated[str, Panel.SEARCH] = "quick"
    """quick, paper, wide, or a TOML file."""

    trials: Annotated[int, Field(ge=1), Panel.SEARCH] = 8
    """How many configurations to try."""

    epochs: Annotated[int | None, Field(ge=1), Panel.SEARCH] = None
    """Epochs of each training, not the space's."""

    sampler: Annotated[str, AfterValidator(partial(_known, "sampler", ("tpe",))), Panel.SEARCH] = (
        "tpe"
    )
    """tpe proposes what to try; module:Class is a sampler of Optuna's, or your own."""

    pruner: Annotated[
        str, AfterValidator(partial(_known, "pruner", ("ladder", "none"))), Panel.SEARCH
    ] = "ladder"
    """ladder prunes trials that are likely not the best; none prunes none; module:Class is your
    own rule."""

    # At a higher risk even the likely best would be pruned. A finalist with a lower chance of
    # being better than another is given up, too: see `tune.judging.elimination`.
    risk: Annotated[float, Field(ge=0.001, le=0.5), Panel.SEARCH] = RISK
    """How often the best of the trials may be lost; lower takes longer."""

    max_weights: Annotated[int | None, Field(ge=1), Panel.SEARCH] = None
    """Try no network of more weights."""

    also: Annotated[Literal["weights"] | None, Panel.SEARCH] = None
    """weights: seek small networks, too."""

    warm_start: Annotated[tuple[str, ...], BeforeValidator(_names), Panel.SEARCH] = ()
    """The name of an earlier sweep to learn from; give it several times for several."""

    # In seconds. The text is read before the range is checked, though it stands behind it.
    time_budget: Annotated[float | None, Field(ge=1), BeforeValidator(seconds), Panel.SEARCH] = None
    """End the search after 90s, 30m, 2h ..."""

    stop_when_converged: Annotated[bool, Panel.SEARCH] = False
    """End the search when 20 trials in turn have brought no gain that can be seen."""

    seed: Annotated[int, Field(ge=0), Panel.SEARCH] = 0
    """Decides all that is random."""

    finalists: Annotated[int, Field(ge=1), Panel.WINNER] = 3
    """The most trials to cross-validate again: the best, but for clearly worse ones."""

    # A configuration has no more of them.
    networks: Annotated[int | None, Field(ge=1, le=16), Panel.WINNER] = None
    """Networks to average for the winner; if left out, as in the space or before."""

    concurrent: Annotated[int | None, Field(ge=1), Panel.MACHINES] = None
    """The most trials at a time; if left out, as many as there is room for."""

    gpus_per_trial: Annotated[float | None, Field(ge=0), Panel.MACHINES] = None
    """GPUs of each, may be a fraction; if left out, as its memory allows."""

    cpus_per_trial: Annotated[int | None, Field(ge=1), Panel.MACHINES] = None
    """Cores, and threads, of each; if left out, an equal part."""

    retries: Annotated[int, Field(ge=0), Panel.MACHINES] = 2
    """How often a trial whose worker or GPU was lost is begun again."""

    address: Annotated[str | None, Panel.MACHINES] = None
    """A running Ray cluster to join, host:port."""

    storage: Annotated[Uri | None, Panel.MACHINES] = None
    """Where a copy is kept: a path on NFS, s3://..., gs://..."""

    nice: Annotated[int, Field(ge=0, le=19), Panel.MACHINES] = 0
    """Niceness of workers: at 0 they keep their part of the cores beside other work, at 19 they
    leave these to it."""
