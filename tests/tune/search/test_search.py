"""How a search is put together."""

from search_spaces import SearchSpace
from tune.search.search import most_epochs


def space_with(parameters: dict[str, dict[str, object]]) -> SearchSpace:
    return SearchSpace.model_validate({"about": "a test", "parameters": parameters})


def test_forecasts_are_for_the_longest_trial() -> None:
    varied = space_with({"epochs": {"kind": "int", "low": 2, "high": 12}})
    assert most_epochs(varied, {}) == 12
    fixed = space_with({"channels_1": {"kind": "int", "low": 4, "high": 8}})
    assert most_epochs(fixed, {"epochs": 7}) == 7
    assert most_epochs(fixed, {}) == 10  # the baseline's
