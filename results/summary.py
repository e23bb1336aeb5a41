"""What a sweep has come to, for programs: the content of `shuzi show NAME --json`."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pandas as pd

from results.asked import read_asked
from results.damage import KnownTrials, damage, known_trials
from results.errors import ResultsError
from results.evaluation import Evaluation, EvaluationRow, is_winner, read_evaluation
from results.finalists import finished_finalists, read_finalists
from results.folder import SweepFolder
from results.importance import importance
from results.trials import ranked

Place = TypeVar("Place")
Read = TypeVar("Read")


def summary(folder: SweepFolder, known: KnownTrials | None = None) -> dict[str, Any]:
    """Returns what a sweep has come to so far, as far as its files can be read.

    The keys: those of `brief`, and `damaged` (a line for each damaged file), `leaderboard` (all
    complete trials' rows, best first), `importance` (a part for each parameter, PED-ANOVA; empty if
    the trials are too few), `front` (where size was sought, too: the whole trials that none beats
    in loss and weights, the smallest first, else empty), `finalists` (rows of `finalists.csv`, the
    winner first, or empty) and `evaluation` (or null).

    Args:
        folder: The sweep's.
        known: Its trials, if they were read already.
    """
    known = known or known_trials(folder)
    rows = _records(ranked(known.table))
    asked = _or_none(read_asked, folder)
    finalists = finished_finalists(_or_none(read_finalists, folder.finalists_csv))
    return {
        **_brief(folder, known.table),
        "damaged": damage(folder, known),
        "leaderboard": rows,
        "importance": importance(known.study),
        "front": front(rows) if asked and asked["request"].get("also") else [],
        "finalists": _records(finalists),
        "evaluation": _or_none(read_evaluation, folder.evaluation_json),
    }


def brief(folder: SweepFolder) -> dict[str, Any]:
    """Returns how far a sweep has come, as far as its files can be read.

    The keys: `name`, `path`, `started` (ISO 8601, UTC), `state` (`judged` once there is an
    evaluation, else `unfinished`), `asked` (trials), `trials` (how many of each state), `best` (the
    best complete trial's row of `trials.csv`, or null) and `winner` (its row of the evaluation, or
    null).
    """
    return _brief(folder, known_trials(folder).table)


def _brief(folder: SweepFolder, table: pd.DataFrame) -> dict[str, Any]:
    asked = _or_none(read_asked, folder)
    evaluation = _or_none(read_evaluation, folder.evaluation_json)
    rows = _records(ranked(table).head(1))
    return {
        "name": folder.name,
        "path": str(folder.path),
        "started": asked["started"] if asked else None,
        "state": "judged" if evaluation else "unfinished",
        "asked": asked["request"].get("trials") if asked else None,
        "trials": {str(state): int(n) for state, n in table["state"].value_counts().items()},
        "best": rows[0] if rows else None,
        "winner": _winner_row(evaluation),
    }


def _or_none(read: Callable[[Place], Read], place: Place) -> Read | None:
    """Reads a file; what is damaged is told by `damage`."""
    try:
        return read(place)
    except ResultsError:
        return None


def _records(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Returns the rows in plain numbers; none where there is no table."""
    if table is None:
        return []
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return rows


def front(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the trials that no other beats in both loss and size, the smallest first.

    Args:
        rows: Whole trials, with `validation_loss` and `weights`.
    """
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda each: (each["weights"], each["validation_loss"])):
        if not kept or row["validation_loss"] < kept[-1]["validation_loss"]:
            kept.append(row)
    return kept


def _winner_row(evaluation: Evaluation | None) -> EvaluationRow | None:
    """Returns the winner's row that is trained on everything."""
    rows = evaluation["rows"] if evaluation else []
    return next((row for row in rows if is_winner(row)), None)
