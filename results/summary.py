"""What a sweep has come to, for programs: the content of `shuzi show NAME --json`."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from results.finalists import finished_finalists, read_finalists
from results.folder import SweepFolder, read_json
from results.importance import importance, read_study
from results.trials import ranked, read_trials


def summary(folder: SweepFolder) -> dict[str, Any]:
    """Returns what a sweep has come to so far.

    The keys: `name`, `path`, `started` (ISO 8601, UTC), `state` (`judged` once there is an
    evaluation, else `unfinished`), `asked` (trials), `trials` (how many of each state), `best` (the
    best complete trial's row of `trials.csv`, or null), `leaderboard` (all complete trials' rows,
    best first), `importance` (a part for each parameter, PED-ANOVA; empty if the trials are too
    few), `front` (where size was sought, too: the whole trials that none beats in loss and weights,
    the smallest first, else empty), `finalists` (rows of `finalists.csv`, the winner first, or
    empty), `winner` (its row of the evaluation, or null) and `evaluation` (or null).

    Raises:
        ResultsError: If a file of the sweep is damaged.
    """
    asked = read_json(folder.sweep_json)
    table = read_trials(folder.trials_csv)
    rows = _records(ranked(table))
    evaluation = read_json(folder.evaluation_json) if folder.evaluation_json.exists() else None
    return {
        "name": folder.name,
        "path": str(folder.path),
        "started": asked["started"],
        "state": "judged" if evaluation else "unfinished",
        "asked": asked["request"]["trials"],
        "trials": {str(state): int(n) for state, n in table["state"].value_counts().items()},
        "best": rows[0] if rows else None,
        "leaderboard": rows,
        "importance": importance(read_study(folder).trials) if folder.journal.exists() else {},
        "front": front(rows) if asked["request"].get("also") else [],
        "finalists": _records(finished_finalists(read_finalists(folder.finalists_csv))),
        "winner": _winner_row(evaluation),
        "evaluation": evaluation,
    }


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


def _winner_row(evaluation: dict[str, Any] | None) -> dict[str, Any] | None:
    """Returns the winner's row that is trained on everything."""
    rows = evaluation["rows"] if evaluation else []
    return next((row for row in rows if _is_winner(row)), None)


def _is_winner(row: dict[str, Any]) -> bool:
    return (row["config"], row["trained_on"]) == ("winner", "mnist+chinese")
