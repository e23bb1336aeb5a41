"""The trials: the best of them, what became of the others, and which parameters matter."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from results.numbers import loss_with_error
from results.store.search.trial_records import TrialRecord, best_first, count_states
from results.terminal.fitted_table import Column, FittedTable
from results.terminal.parameters import grouped, values_of

ERROR = "± is the standard error of the mean over folds."
STAR = "* the baseline: the student's hand-tuned network, as near as the space has it."
MISSED = "The best of all trials was pruned with a probability of"


def leaderboard(
    trials: Sequence[TrialRecord],
    most: int = 10,
    missed: float | None = None,
    importance: Mapping[str, float] | None = None,
) -> FittedTable:
    """Returns the best complete trials, the best first, and a line on the others.

    Args:
        trials: Of a sweep.
        most: How many to show.
        missed: The probability that a pruned one is better than the best, if it is known.
        importance: Of each parameter: the more important, the sooner it is shown.
    """
    best = best_first(trials)[:most]
    notes = list(_notes(trials, best, missed))
    columns = [
        Column("trial", [_number(each) for each in best]),
        Column("loss", [_loss(each) for each in best]),
        *_parameters(best, importance or {}),
        *_accuracies(best),
    ]
    return FittedTable("Leaderboard", columns, notes, "trials.csv")


def _number(trial: TrialRecord) -> str:
    return f"*{trial.trial}" if trial.origin == "baseline" else str(trial.trial)


def _loss(trial: TrialRecord) -> str:
    return loss_with_error(trial.validation_loss, trial.validation_loss_se)


def _parameters(trials: Sequence[TrialRecord], importance: Mapping[str, float]) -> Iterator[Column]:
    """Returns what the space varies, the most important first."""
    names = list(dict.fromkeys(name for trial in trials for name in trial.parameters))
    groups = grouped(names)
    for heading in sorted(groups, key=lambda each: -_weight(groups[each], importance)):
        cells = [values_of(groups[heading], trial.parameters) for trial in trials]
        yield Column(heading, cells, may_go=True)


def _weight(group: Sequence[str], importance: Mapping[str, float]) -> float:
    return sum(importance.get(name, 0.0) for name in group)


def _accuracies(trials: Sequence[TrialRecord]) -> Iterator[Column]:
    """Yields the accuracy of each source, MNIST's last: a narrow terminal leaves it out first."""
    sources = dict.fromkeys(source for trial in trials for source in trial.accuracies)
    for source in sorted(sources, key=lambda name: name == "mnist"):
        cells = [_percent(trial.accuracies.get(source)) for trial in trials]
        yield Column(source, cells, may_go=True)


def _percent(part: float | None) -> str:
    return "" if part is None else f"{100 * part:.1f} %"


def _notes(
    trials: Sequence[TrialRecord], shown: Sequence[TrialRecord], missed: float | None
) -> Iterator[str]:
    states = count_states(trials) or {"complete": 0}
    counts = ", ".join(f"{count} {state}{_cost(trials, state)}" for state, count in states.items())
    yield f"{counts}{f'; {len(shown)} shown' if shown else ''}."
    if shown:
        yield ERROR
    if any(each.origin == "baseline" for each in shown):
        yield STAR
    if missed:
        chance = f"{100 * missed:.1f} %" if missed >= 0.001 else "less than 0.1 %"
        yield f"{MISSED} {chance}."


def _cost(trials: Sequence[TrialRecord], state: str) -> str:
    """Writes the fold-epochs of the trials of a state."""
    epochs = sum(trial.fold_epochs for trial in trials if trial.state == state)
    return f" ({epochs:,} fold-epochs)"


def front_table(front: Sequence[dict[str, Any]]) -> FittedTable:
    """Returns the complete trials that no other beats in both loss and size."""
    columns = [
        Column("trial", [str(row["trial"]) for row in front]),
        Column("loss", [f"{row['validation_loss']:.4f}" for row in front]),
        Column("weights", [f"{row['weights']:,}" for row in front]),
    ]
    return FittedTable("Loss against size", columns)


def importance_line(parts: dict[str, float]) -> str:
    """Names the parameters that matter, the most important first."""
    told = ", ".join(f"{name} {100 * part:.0f} %" for name, part in parts.items() if part >= 0.05)
    return f"What sets the best quarter of the trials apart (PED-ANOVA): {told}"
