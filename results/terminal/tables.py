"""A sweep's results as tables for the terminal."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from results.known_trials import known_trials
from results.store.folder import SweepFolder
from results.terminal.evaluation_table import evaluation_table, winner_table
from results.terminal.exports_table import exports_table
from results.terminal.finalists_table import finalists_table
from results.terminal.leaderboard import front_table, importance_line, leaderboard
from results.terminal.summary import summary


def sweep_tables(folder: SweepFolder) -> list[RenderableType]:
    """Returns all that there is to show of a sweep, as far as it has come."""
    known = known_trials(folder)
    told = summary(folder, known)
    parts: list[RenderableType] = [
        *_damage_lines(told["damaged"]),
        leaderboard(known.records, missed=known.missed),
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
        "manifest": folder.sweep_json,
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
