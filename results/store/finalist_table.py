"""The table of the finalists: the best trials, cross-validated twice."""

import math
import statistics
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from datasets.atomic import whole_file
from results.store.formats.csv_files import read_csv

NUMBERS = ("trial", "validation_loss", "again_loss", "again_sd", "both", "again_0")
AGAIN = r"^again_\d+$"  # the columns of the second cross-validation's folds


def finalists_table(
    ranked: pd.DataFrame, losses: dict[int, list[float]], given_up: Collection[int] = ()
) -> pd.DataFrame:
    """Returns a row for each finalist, the best by all the evidence first.

    The columns: `trial`; `validation_loss`, from the search; `again_loss`, from the second
    cross-validation, with its standard deviation over the folds, `again_sd`, and each fold's loss,
    `again_0` and so on, which is not a number where there is none; `both`, the mean of the two, by
    which the winner is chosen, not a number where folds are missing; all in nats; and `left`, how
    many folds are still to come: none of one that was given up.

    Args:
        ranked: The whole trials.
        losses: Of each finalist, by its trial's number, on the folds of the second one.
        given_up: Those of which no further fold is to come.
    """
    first = ranked.set_index("trial")["validation_loss"]
    rows = []
    for trial, again in losses.items():
        left = 0 if trial in given_up else sum(map(math.isnan, again))
        rows.append({**_row(trial, float(first[trial]), again), "left": left})
    return pd.DataFrame(rows).sort_values(["both", "trial"], ignore_index=True)


def _row(trial: int, first: float, again: list[float]) -> dict[str, float]:
    done = [loss for loss in again if not math.isnan(loss)]
    mean = statistics.fmean(done) if done else math.nan
    spread = len(done) > 1 and math.isfinite(mean)
    return {
        "trial": trial,
        "validation_loss": first,
        "again_loss": mean,
        "again_sd": statistics.stdev(done) if spread else math.nan,
        "both": (first + mean) / 2 if len(done) == len(again) else math.nan,
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
    if not path.is_file():
        return None
    table = read_csv(path, NUMBERS)
    if "left" not in table:  # written when none was given up
        table["left"] = table.filter(regex=AGAIN).isna().sum(axis=1)
    return table


def finished_finalists(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Returns the table if no loss in it is still to come."""
    return table if table is not None and (table["left"] == 0).all() else None


def losses_again(table: pd.DataFrame | None) -> dict[int, list[float]]:
    """Returns the losses of each finalist's second cross-validation that a table holds."""
    if table is None:
        return {}
    again = table.set_index("trial").filter(regex=AGAIN)
    return {int(str(trial)): row.tolist() for trial, row in again.iterrows()}
