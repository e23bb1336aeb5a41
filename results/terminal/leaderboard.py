"""The trials: the best of them, what became of the others, and which parameters matter."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from datasets.terminal.empty_table import empty_table
from results.numbers import without_zero
from results.store.search.trial_records import TrialRecord, best_first, count_states

WIDTHS = ("channels_1", "channels_2", "hidden_1", "hidden_2")
STAR = "* the baseline, or the point of the space nearest to it."
MISSED = "The probability that a pruned trial would have been better than the best is"
DROPOUTS = ("dropout_1", "dropout_2", "dropout_3", "dropout_4")


def leaderboard(
    trials: Sequence[TrialRecord], most: int = 10, missed: float | None = None
) -> Table:
    """Returns the best complete trials, the best first, and a line on the others.

    Args:
        trials: Of a sweep.
        most: How many to show.
        missed: The probability that a pruned one is better than the best, if it is known.
    """
    best = best_first(trials)[:most]
    sources = list(dict.fromkeys(source for trial in trials for source in trial.accuracies))
    headings = ("trial", "loss", *sources, "widths", "dropout", "rate")
    table = empty_table("Leaderboard", right=headings)
    for trial in best:
        table.add_row(*_cells(trial, sources))
    table.caption, table.caption_justify = _others(trials, len(best), missed), "left"
    return table


def _cells(trial: TrialRecord, sources: Sequence[str]) -> list[str]:
    star = "*" if trial.origin == "baseline" else ""
    varied = trial.parameters
    return [
        f"{star}{trial.trial}",
        _loss(trial),
        *(_percent(trial.accuracies.get(source)) for source in sources),
        "-".join(str(int(varied[name])) for name in WIDTHS if name in varied),
        " ".join(without_zero(float(varied[name]), 2) for name in DROPOUTS if name in varied),
        f"{float(varied['learning_rate']):.2g}" if "learning_rate" in varied else "",
    ]


def _loss(trial: TrialRecord) -> str:
    """Writes a loss and its spread over the folds."""
    loss, spread = f"{trial.validation_loss:.4f}", trial.validation_loss_se
    return loss if spread is None else f"{loss} ±{without_zero(spread, 3)}"


def _percent(part: float | None) -> str:
    return "" if part is None else f"{100 * part:.1f} %"


def _others(trials: Sequence[TrialRecord], shown: int, missed: float | None) -> str:
    states = count_states(trials) or {"complete": 0}
    counts = ", ".join(f"{count} {state}{_cost(trials, state)}" for state, count in states.items())
    note = f"; {shown} shown. loss ± its spread over folds, accuracy by source.\n{STAR}"
    chance = f"\n{MISSED} {100 * missed:.1f} %." if missed else ""
    return counts + (note if shown else ".") + chance


def _cost(trials: Sequence[TrialRecord], state: str) -> str:
    """Writes the fold-epochs of the trials of a state."""
    epochs = sum(trial.fold_epochs for trial in trials if trial.state == state)
    return f" ({epochs:,} fold-epochs)"


def front_table(front: Sequence[dict[str, Any]]) -> Table:
    """Returns the complete trials that no other beats in both loss and size."""
    table = empty_table("Loss against size", right=("trial", "loss", "weights"))
    for row in front:
        table.add_row(str(row["trial"]), f"{row['validation_loss']:.4f}", f"{row['weights']:,}")
    return table


def importance_line(parts: dict[str, float]) -> Text:
    """Names the parameters that matter, the most important first."""
    told = ", ".join(f"{name} {100 * part:.0f} %" for name, part in parts.items() if part >= 0.05)
    return Text(f"What sets the best quarter apart (PED-ANOVA): {told}")
