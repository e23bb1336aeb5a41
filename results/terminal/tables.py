"""A sweep's results as tables for the terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from datasets.terminal.empty_table import empty_table
from results.damage import known_trials
from results.store.evaluation import Calibration, Evaluation, EvaluationRow
from results.store.exports import Export
from results.store.folder import SweepFolder
from results.store.trials import ranked
from results.terminal.summary import Brief, summary

WIDTHS = ("channels_1", "channels_2", "hidden_1", "hidden_2")
STAR = "* the report's configuration, or the point of the space nearest to it."
MISSED = "The probability that a stopped trial would have been better than the best is"
DROPOUTS = ("dropout_1", "dropout_2", "dropout_3", "dropout_4")


def sweep_tables(folder: SweepFolder) -> list[RenderableType]:
    """Returns all that there is to show of a sweep, as far as it has come."""
    known = known_trials(folder)
    told = summary(folder, known)
    parts: list[RenderableType] = [
        *_damage_lines(told["damaged"]),
        leaderboard(known.table, missed=known.missed),
    ]
    if told["front"]:
        parts.append(front_table(told["front"]))
    if told["importance"]:
        parts.append(importance_line(told["importance"]))
    if told["finalists"]:
        parts.append(finalists_table(told["finalists"]))
    if told["evaluation"]:
        parts += [winner_table(told["evaluation"]), evaluation_table(told["evaluation"])]
    if told["exports"]:
        parts.append(exports_table(told["exports"]))
    return [*parts, _files(folder)]


def _damage_lines(damaged: Sequence[str]) -> list[Text]:
    return [Text(line, style="red") for line in damaged]


def _files(folder: SweepFolder) -> str:
    """Names what there is in the folder of a sweep."""
    paths = {
        "what was asked": folder.sweep_json,
        "trials": folder.trials_csv,
        "finalists": folder.finalists_csv,
        "study (optuna-dashboard)": folder.journal,
        "curves (tensorboard --logdir)": folder.trials,
        "evaluation": folder.evaluation_json,
        "winner": folder.weights,
        "model card": folder.card,
        "report": folder.report_html,
    }
    return "\n".join(
        f"{name:30} {short_path(path)}" for name, path in paths.items() if path.exists()
    )


def short_path(path: Path) -> Path:
    """Returns the path as it is from here, where it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def front_table(front: Sequence[dict[str, Any]]) -> Table:
    """Returns the whole trials that no other beats in both loss and size."""
    table = empty_table("Loss against size", right=("trial", "loss", "weights"))
    for row in front:
        table.add_row(str(row["trial"]), f"{row['validation_loss']:.4f}", f"{row['weights']:,}")
    return table


def importance_line(parts: dict[str, float]) -> Text:
    """Names the parameters that matter, the most important first."""
    told = ", ".join(f"{name} {100 * part:.0f} %" for name, part in parts.items() if part >= 0.05)
    return Text(f"What sets the best quarter apart (PED-ANOVA): {told}")


def finalists_table(finalists: Sequence[dict[str, Any]]) -> Table:
    """Returns the finalists' losses, from the search and from other folds, the winner first."""
    headings = ("trial", "in the search", "again", "both")
    table = empty_table("Finalists, on other folds again", right=headings)
    for row in finalists:
        table.add_row(
            str(row["trial"]),
            f"{row['validation_loss']:.4f}",
            _again(row),
            "given up" if row["both"] is None else f"{row['both']:.4f}",
        )
    return table


def _again(finalist: dict[str, Any]) -> str:
    """Returns the loss on other folds, and how it varies, as far as there are any."""
    loss, spread = finalist["again_loss"], finalist["again_sd"]
    if loss is None:
        return ""
    return f"{loss:.4f}" if spread is None else f"{loss:.4f} ±{_without_zero(spread, 3)}"


def winner_table(evaluation: Evaluation) -> Table:
    """Returns the winner's parameters beside the report's, where they differ."""
    chosen = {row["config"]: row["configuration"] for row in evaluation["rows"]}
    table = empty_table("Winner", "parameter", right=("winner", "report"))
    for name, value in chosen["report"].items():
        if chosen["winner"][name] != value:
            table.add_row(name, _short(chosen["winner"][name]), _short(value))
    return table


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def sweeps_table(sweeps: Sequence[Brief]) -> Table:
    """Returns a line for each sweep: how far it came, and how its winner reads."""
    table = empty_table("Sweeps", "name", "started", "state", right=("trials", "loss", "held-out"))
    name, *others = table.columns
    name.overflow = "fold"  # a long name alone takes another line
    for column in others:
        column.no_wrap = True
    for told in sweeps:
        best, right = told["best"], told["winner"]
        table.add_row(
            told["name"],
            (told["started"] or "")[:16].replace("T", " "),
            told["state"],
            f"{_ended(told['trials'])}/{told['asked'] or '?'}",
            f"{best['validation_loss']:.4f}" if best else "",
            f"{100 * right['accuracy']:.1f} % of {right['count']}" if right else "",
        )
    return table


def _ended(trials: dict[str, int]) -> int:
    return sum(count for state, count in trials.items() if state != "running")


def leaderboard(trials: pd.DataFrame, most: int = 10, missed: float | None = None) -> Table:
    """Returns the best complete trials, the best first, and a line on the others.

    Args:
        trials: Of a sweep, as a table.
        most: How many to show.
        missed: The probability that a stopped one is better than the best, if it is known.
    """
    best = ranked(trials).head(most)
    sources = [
        name.removeprefix("accuracy_") for name in map(str, trials) if name.startswith("accuracy_")
    ]
    headings = ("trial", "loss", *sources, "widths", "dropout", "rate")
    table = empty_table("Leaderboard", right=headings)
    for _, trial in best.iterrows():
        table.add_row(*_cells(trial, sources))
    table.caption, table.caption_justify = _others(trials, len(best), missed), "left"
    return table


def _cells(trial: "pd.Series[Any]", sources: list[str]) -> list[str]:
    star = "*" if trial["origin"] == "report" else ""
    return [
        f"{star}{trial['trial']}",
        f"{trial['validation_loss']:.4f} ±{_without_zero(trial['validation_loss_sd'], 3)}",
        *(f"{100 * trial[f'accuracy_{source}']:.1f} %" for source in sources),
        "-".join(str(int(trial[name])) for name in WIDTHS if name in trial),
        " ".join(_without_zero(trial[name], 2) for name in DROPOUTS if name in trial),
        f"{trial['learning_rate']:.2g}" if "learning_rate" in trial else "",
    ]


def _without_zero(part: float, digits: int) -> str:
    """Writes 0.039 as `.039`."""
    return f"{part:.{digits}f}".removeprefix("0")


def _others(trials: pd.DataFrame, shown: int, missed: float | None) -> str:
    states = trials["state"].value_counts().to_dict() or {"complete": 0}
    counts = ", ".join(f"{count} {state}{_cost(trials, state)}" for state, count in states.items())
    note = f"; {shown} shown. loss ± its spread over folds, accuracy by source.\n{STAR}"
    chance = f"\n{MISSED} {100 * missed:.1f} %." if missed else ""
    return counts + (note if shown else ".") + chance


def _cost(trials: pd.DataFrame, state: Any) -> str:
    """Writes what the trials of a state have cost."""
    if "fold_epochs" not in trials:
        return ""
    return f" ({trials.loc[trials['state'] == state, 'fold_epochs'].sum():,} epochs of a fold)"


def evaluation_table(evaluation: Evaluation) -> Table:
    """Returns how each network reads the held-out digits."""
    held_out = evaluation["held_out"]
    sources = ", ".join(f"{count:,} {name}" for name, count in held_out["sources"].items())
    numbers = ("right", "in %", "95 %", "MNIST", "weights")
    title = f"Read right of the held-out digits ({sources}), and of MNIST's test digits"
    table = empty_table(title, "configuration", "trained on", right=numbers)
    for row in evaluation["rows"]:
        table.add_row(*_evaluation_cells(row))
    if "calibration" in evaluation:
        table.caption = _calibration_line(evaluation["calibration"])
        table.caption_justify = "left"
    return table


def _calibration_line(calibration: Calibration) -> str:
    """Says what the winner's confidence is divided by, and what that brings."""
    return (
        f"Expected calibration error of the winner: {calibration['ece_before']:.3f}; at its "
        f"temperature of {calibration['temperature']:.2f}, fitted on "
        f"{calibration['fitted_on']:,} digits of the pool, {calibration['ece_after']:.3f}."
    )


def _evaluation_cells(row: EvaluationRow) -> list[str]:
    low, high = row["ci95"]
    mnist = row["mnist_test_accuracy"]
    return [
        row["config"],
        row["trained_on"],
        f"{row['correct']}/{row['count']}",
        f"{100 * row['accuracy']:.2f}",
        f"{100 * low:.1f}-{100 * high:.1f}",
        "" if mnist is None else f"{100 * mnist:.2f}",
        f"{row['weights']:,}",
    ]


def exports_table(exports: Sequence[Export]) -> Table:
    """Returns what was exported, and how it compares with the trained model."""
    headings = ("kB", "ms", "difference", "right", "95 %", "ECE")
    read = ", ".join(dict.fromkeys(export["accuracy"]["digits"] for export in exports))
    table = empty_table(f"Exports, verified on {read} digits", "file", right=headings)
    for export in exports:
        table.add_row(*_export_cells(export))
    table.caption = (
        "ms: for one image. Difference: the largest of a probability from the trained model's. "
        "ECE: expected calibration error."
    )
    table.caption_justify = "left"
    return table


def _export_cells(export: Export) -> list[str]:
    read = export["accuracy"]
    low, high = read["ci95"]
    return [
        export["file"],
        f"{export['bytes'] / 1000:,.0f}",
        f"{export['milliseconds']:.2f}",
        f"{export['largest_difference']:.0e}",
        f"{read['correct']}/{read['count']}",
        f"{100 * low:.1f}-{100 * high:.1f}",
        f"{export['ece']:.3f}",
    ]
