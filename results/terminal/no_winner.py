"""Why a sweep has no winner, and what to do."""

from collections.abc import Sequence

from results.commands import command
from results.store.folder import SweepFolder
from results.store.search.causes import count_causes
from results.store.search.trial_records import ENDS, TrialRecord

ADVICE = {
    "search over": "Give the search more time: --time-budget.",
    "its loss is": "Lower the learning rate in the space.",
    "out of": "Try smaller networks (--max-weights), or fewer trials at a time (--concurrent).",
    "its worker": "Read error.txt in the folder of such a trial, below trials/.",
}
IN_WORDS = {"search over": "the search ended before its last epoch"}


def no_winner_lines(folder: SweepFolder, records: Sequence[TrialRecord]) -> list[str]:
    """Returns the causes, counted, and what to do; nothing where a trial may yet win.

    Args:
        folder: The sweep's.
        records: Its trials.
    """
    if not records or any(each.state not in ENDS or each.state == "complete" for each in records):
        return []
    causes = count_causes(records)
    return [
        f"No trial of {folder.name} is complete, so there is no winner:",
        *(f"{count:>5}  {in_words(cause)}" for cause, count in causes.items()),
        *_advice(list(causes)),
        f"Then begin a sweep of another name. `{command('show', folder)}` has more.",
    ]


def why_no_winner(records: Sequence[TrialRecord]) -> str:
    """Returns the same in a line, for a sweep that ends there."""
    causes = count_causes(records)
    counted = "; ".join(f"{count} x {in_words(cause)}" for cause, count in causes.items())
    told = f"no trial is complete, so there is no winner: {counted or 'none has ended'}."
    return " ".join([told, *_advice(list(causes))])


def in_words(cause: str) -> str:
    """Returns a cause for people."""
    return IN_WORDS.get(cause, cause.rstrip("."))


def _advice(causes: Sequence[str]) -> list[str]:
    """Returns what may be done against each cause, once."""
    return [
        advice
        for words, advice in ADVICE.items()
        if any(cause.startswith(words) for cause in causes)
    ]
