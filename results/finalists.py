"""The table of the finalists: the best trials, cross-validated twice."""

import math
import statistics
from pathlib import Path

import pandas as pd

from datasets.atomic import whole_file
from results.csv_files import read_csv

NUMBERS = ("trial", "validation_loss", "again_loss", "again_sd", "both", "again_0")


def finalists_table(ranked: pd.DataFrame, losses: dict[int, list[float]]) -> pd.DataFrame:
    """Returns a row for each finalist, the best by all the evidence first.

    The columns: `trial`; `validation_loss`, from the search; `again_loss`, from the second
    cross-validation, with its standard deviation over the folds, `again_sd`, and each fold's loss,
    `again_0` and so on, which is not a number where it is still to come; and `both`, the mean of
    the two, by which the winner is chosen; all in nats.

    Args:
        ranked: The whole trials.
        losses: Of each finalist, by its trial's number, on the folds of the second one.
    """
    first = ranked.set_index("trial")["validation_loss"]
    rows = [_row(trial, float(first[trial]), again) for trial, again in losses.items()]
    return pd.DataFrame(rows).sort_values(["both", "trial"], ignore_index=True)


def _row(trial: int, first: float, again: list[float]) -> dict[str, float]:
    mean = statistics.fmean(again)
    return {
        "trial": trial,
        "validation_loss": first,
        "again_loss": mean,
        "again_sd": statistics.stdev(again) if math.isfinite(mean) else mean,
        "both": (first + mean) / 2,
        **{f"again_{fold}": loss for fold, loss in enumerate(again)},
    }


def write_finalists(path: Path, table: pd.DataFrame) -> None:
    """Writes the table to a CSV file, whole or not at all."""
    with whole_file(path) as temporary:
        table.to_csv(temporary, index=False)


def read_finalists(path: Path) -> pd.DataFrame | None:
    """Reads what `write_finalists` wrote; nothing where there is no such file.

    Raises:
        ResultsError: If the file is damaged.
    """
    return read_csv(path, NUMBERS) if path.is_file() else None


def finished_finalists(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Returns the table if no loss in it is still to come."""
    return table if table is not None and table["both"].notna().all() else None


def losses_again(table: pd.DataFrame | None) -> dict[int, list[float]]:
    """Returns the losses of each finalist's second cross-validation that a table holds."""
    if table is None:
        return {}
    again = table.set_index("trial").filter(regex=r"^again_\d+$")
    return {int(str(trial)): row.tolist() for trial, row in again.iterrows()}
