"""Which trial wins."""

import pandas as pd

from results.errors import ResultsError
from results.store.trials import ranked


def winning_trial(table: pd.DataFrame) -> int:
    """Returns the number of the complete trial with the lowest validation loss.

    Raises:
        ResultsError: If no trial is complete.
    """
    best = ranked(table)
    if best.empty:
        causes = sorted({str(cause) for cause in table.get("cause", [])} - {"", "nan"})
        raise ResultsError(f"no trial is complete, so there is no winner. {' '.join(causes)}")
    return int(best.iloc[0]["trial"])
