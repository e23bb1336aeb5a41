"""What a search tries first: the baseline, earlier sweeps' best, the portfolio."""

from typing import Any

import optuna

from model.configuration import BASELINE
from search_spaces import SearchSpace
from tune.planning.warm_start import EarlierSweeps
from tune.search.proposing.sampling import Size


def enqueue_first(
    study: optuna.Study,
    space: SearchSpace,
    size: Size,
    trials: int,
    earlier: EarlierSweeps | None = None,
) -> list[int]:
    """Has the baseline tried first, then earlier sweeps' best and the portfolio.

    Args:
        study: New, or one that was broken off: what it has is not tried again.
        space: Where it leaves the baseline out, its nearest point is taken.
        size: What is too large is not tried.
        trials: How many there will be.
        earlier: What earlier sweeps have learnt, if there are any.

    Returns:
        The numbers of the trials that are never to be pruned: the baseline's.
    """
    baseline = space.nearest(BASELINE.to_dict())
    points: list[tuple[str, dict[str, Any]]] = [("baseline", baseline)]
    points += [("warm-start", point) for point in (earlier.best if earlier else [])]
    points += [("portfolio", space.nearest(point)) for point in space.portfolio]
    first = [(origin, point) for origin, point in points if size.excess(point) <= 0]
    for origin, point in first[:trials]:
        study.enqueue_trial(point, user_attrs={"origin": origin}, skip_if_exists=True)
    return [0] if first[:1] == [("baseline", baseline)] else []
