"""A sweep's results as tables for the terminal."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from datasets.terminal.wrapping import Wrapped
from results.commands import short_path
from results.errors import unless_damaged
from results.known_trials import known_trials
from results.store.finalist_records import finished_finalists, read_finalists
from results.store.folder import SweepFolder
from results.terminal.evaluation_table import evaluation_table, winner_table
from results.terminal.exports_table import exports_table
from results.terminal.finalists_table import finalists_table
from results.terminal.fitted_table import Column, FittedTable
from results.terminal.leaderboard import front_table, importance_line, leaderboard
from results.terminal.no_winner import no_winner_lines
from results.terminal.summary import summary


def sweep_tables(folder: SweepFolder) -> list[RenderableType]:
    """Returns all that there is to show of a sweep, as far as it has come."""
    known = known_trials(folder)
    told = summary(folder, known)
    parts: list[RenderableType] = [
        *_damage_lines(told["damaged"]),
        leaderboard(known.records, missed=known.missed, importance=told["importance"]),
    ]
    if lines := no_winner_lines(folder, known.records):
        parts.append(Wrapped(*lines))
    if told["front"]:
        parts.append(front_table(told["front"]))
    if told["importance"]:
        parts.append(Wrapped(importance_line(told["importance"])))
    if finalists := finished_finalists(unless_damaged(read_finalists, folder.finalists_csv)):
        parts.append(finalists_table(finalists, known.records))
    if told["evaluation"]:
        parts += [winner_table(told["evaluation"]), evaluation_table(told["evaluation"])]
    if told["exports"]:
        parts.append(exports_table(told["exports"]))
    return [*parts, _files(folder), f"folder  {short_path(folder.path)}"]


def _damage_lines(damaged: Sequence[str]) -> list[Text]:
    return [Text(line, style="red") for line in damaged]


def _files(folder: SweepFolder) -> FittedTable:
    """Names what there is in the folder of a sweep."""
    paths = {
        folder.report_html: "report",
        folder.card: "model card",
        folder.weights: "winner's weights",
        folder.evaluation_json: "evaluation",
        folder.finalists_csv: "finalists",
        folder.trials_csv: "trials",
        folder.trials: "TensorBoard's curves",
        folder.journal: "Optuna's study",
        folder.sweep_json: "manifest",
    }
    there = [path for path in paths if path.exists()]
    columns = [
        Column("file", [str(path.relative_to(folder.path)) for path in there], is_number=False),
        Column("what", [paths[path] for path in there], is_number=False),
    ]
    return FittedTable("Files", columns)
