"""What a sweep has come to, for programs: the content of `shuzi show NAME --json`."""

import json
from typing import Any

from results.folder import SweepFolder, read_json
from results.trials import ranked, read_trials


def summary(folder: SweepFolder) -> dict[str, Any]:
    """Returns what a sweep has come to so far.

    The keys: `name`, `path`, `started` (ISO 8601, UTC), `state` (`judged` once there is an
    evaluation, else `unfinished`), `asked` (trials), `trials` (how many of each state), `best` (the
    best complete trial's row of `trials.csv`, or null), `leaderboard` (all complete trials' rows,
    best first), `winner` (its row of the evaluation, or null) and `evaluation` (or null).

    Raises:
        ResultsError: If a file of the sweep is damaged.
    """
    asked = read_json(folder.sweep_json)
    table = read_trials(folder.trials_csv)
    rows = json.loads(ranked(table).to_json(orient="records"))
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
        "winner": _winner_row(evaluation),
        "evaluation": evaluation,
    }


def _winner_row(evaluation: dict[str, Any] | None) -> dict[str, Any] | None:
    """Returns the winner's row that is trained on everything."""
    rows = evaluation["rows"] if evaluation else []
    return next((row for row in rows if _is_winner(row)), None)


def _is_winner(row: dict[str, Any]) -> bool:
    return (row["config"], row["trained_on"]) == ("winner", "mnist+chinese")
