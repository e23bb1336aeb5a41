"""What schemathesis makes of the description of an API."""

from collections import Counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

EXAMPLES = 500


def statuses_of_described_requests(address: str) -> Counter[int]:
    """Asks /predict in all ways that its description allows; answers must be as described.

    Args:
        address: Of the server, without a path.

    Returns:
        How many answers had which status.
    """
    api = schemathesis.openapi.from_url(f"{address}/openapi.json")
    statuses: Counter[int] = Counter()

    @given(case=api["/predict"]["POST"].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case[Any]) -> None:
        # That bytes must be a picture cannot be described.
        answer = case.call_and_validate(excluded_checks=[positive_data_acceptance])
        statuses[answer.status_code] += 1

    ask()
    return statuses
