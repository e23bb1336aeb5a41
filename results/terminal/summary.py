"""What sweeps have come to, for programs: what `shuzi show` and `shuzi list` print as JSON."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # as pydantic asks for, before Python 3.12

from results.damage import damage
from results.errors import unless_damaged
from results.known_trials import KnownTrials, known_trials
from results.store.evaluation import Evaluation, EvaluationRow, is_winner, read_evaluation
from results.store.exports import Export, exports_of_winner
from results.store.finalist_records import finished_finalists, read_finalists
from results.store.folder import SweepFolder
from results.store.lock import is_held
from results.store.manifest import read_manifest
from results.store.search.trial_records import TrialRecord, best_first, count_states, rows_of

State = Literal["running", "judged", "unfinished"]


class Brief(TypedDict):
    """How far a sweep has come: an element of what `shuzi list --json` prints.

    Attributes:
        name: The sweep's.
        path: Of its folder.
        started: ISO 8601, UTC; null where `sweep.json` is damaged.
        state: `running` while a process is at work on it, else `judged` if there is an evaluation.
        requested: How many trials were asked for; null where `sweep.json` is damaged.
        trials: How many are `complete`, `pruned`, `failed` and `running`.
        best: The best complete trial's row of `trials.csv`, or null.
        winner: Its row of the evaluation, or null.
    """

    name: str
    path: str
    started: str | None
    state: State
    requested: int | None
    trials: dict[str, int]
    best: dict[str, Any] | None
    winner: EvaluationRow | None


class Summary(Brief):
    """All that a sweep has come to so far: what `shuzi show NAME --json` prints.

    Attributes:
        damaged: A line for each damaged file.
        leaderboard: The complete trials' rows of `trials.csv`, the best first.
        missed: The probability that a pruned trial is better than the best complete one, or null
            before the search is over, and where none is pruned.
        importance: A part for each parameter, together 1 (PED-ANOVA); empty with few trials.
        front: Where size was sought, too: the complete trials that none beats in loss and weights,
            the smallest first, else empty.
        finalists: The rows of `finalists.csv`, the winner first, or empty.
        evaluation: The content of `evaluation.json`, or null.
        exports: What `exports.json` has of the winner as it is now, or empty.
    """

    damaged: list[str]
    leaderboard: list[dict[str, Any]]
    missed: float | None
    importance: dict[str, float]
    front: list[dict[str, Any]]
    finalists: list[dict[str, Any]]
    evaluation: Evaluation | None
    exports: list[Export]


def summary(folder: SweepFolder, known: KnownTrials | None = None) -> Summary:
    """Returns what a sweep has come to so far, as far as its files can be read.

    Args:
        folder: The sweep's.
        known: Its trials, if they were read already.
    """
    known = known or known_trials(folder)
    rows = _leaderboard(known.records)
    manifest = unless_damaged(read_manifest, folder)
    seeks_small = manifest is not None and manifest.request.get("also")
    finalists = finished_finalists(unless_damaged(read_finalists, folder.finalists_csv))
    return {
        **_brief(folder, known.records),
        "damaged": damage(folder, known),
        "leaderboard": rows,
        "missed": known.missed,
        "importance": known.importance,
        "front": _rows(front(known.records), known.records) if seeks_small else [],
        "finalists": [_plain(each.to_row()) for each in finalists or ()],
        "evaluation": unless_damaged(read_evaluation, folder.evaluation_json),
        "exports": unless_damaged(exports_of_winner, folder) or [],
    }


def summary_schema() -> dict[str, Any]:
    """Returns the JSON schema of a summary."""
    return TypeAdapter(Summary).json_schema()


def briefs(folders: Sequence[SweepFolder]) -> list[Brief]:
    """Returns how far each sweep has come, as far as its files can be read."""
    return [_brief(folder, known_trials(folder).records) for folder in folders]


def briefs_schema() -> dict[str, Any]:
    """Returns the JSON schema of a list of sweeps."""
    return TypeAdapter(list[Brief]).json_schema()


def _brief(folder: SweepFolder, records: Sequence[TrialRecord]) -> Brief:
    manifest = unless_damaged(read_manifest, folder)
    evaluation = unless_damaged(read_evaluation, folder.evaluation_json)
    rows = _leaderboard(records)
    return {
        "name": folder.name,
        "path": str(folder.path),
        "started": manifest.started if manifest else None,
        "state": _state(folder, evaluation),
        "requested": manifest.request.get("trials") if manifest else None,
        "trials": count_states(records),
        "best": rows[0] if rows else None,
        "winner": _winner_row(evaluation),
    }


def _state(folder: SweepFolder, evaluation: Evaluation | None) -> State:
    if is_held(folder):
        return "running"
    return "judged" if evaluation else "unfinished"


def _leaderboard(records: Sequence[TrialRecord]) -> list[dict[str, Any]]:
    return _rows(best_first(records), records)


def _rows(chosen: Sequence[TrialRecord], records: Sequence[TrialRecord]) -> list[dict[str, Any]]:
    """Returns the rows of some trials, with every column of any trial."""
    rows = {row["trial"]: row for row in rows_of(records)}
    return [_plain(rows[record.trial]) for record in chosen]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a row as JSON can have it: null for what is no finite number."""
    return {name: value if _is_plain(value) else None for name, value in row.items()}


def _is_plain(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def front(trials: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Returns the complete trials that no other beats in loss and size, the smallest first."""
    kept: list[TrialRecord] = []
    for trial in sorted(best_first(trials), key=lambda each: each.weights or 0):
        if not kept or trial.known_loss < kept[-1].known_loss:
            kept.append(trial)
    return kept


def _winner_row(evaluation: Evaluation | None) -> EvaluationRow | None:
    """Returns the winner's row that is trained on everything."""
    rows = evaluation["rows"] if evaluation else []
    return next((row for row in rows if is_winner(row)), None)
