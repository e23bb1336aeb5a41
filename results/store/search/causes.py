"""Why trials are not complete, counted."""

from collections import Counter
from collections.abc import Sequence

from results.store.search.trial_records import TrialRecord


def count_causes(records: Sequence[TrialRecord]) -> dict[str, int]:
    """Returns how many trials are not complete for each reason, the most frequent first."""
    return dict(Counter(each.reason for each in records if each.reason).most_common())
