"""What was asked of a sweep is read back as it was asked, or refused."""

from pathlib import Path
from typing import Any

import pytest

from results.store.folder import SweepFolder
from search_spaces import read_space
from tune.errors import SweepError
from tune.planning.plan_manifest import request_before
from tune.planning.request import SweepRequest

ASKED: dict[str, Any] = {key: {} for key in ("baseline", "data", "versions", "hardware")}
SPACE = read_space("quick", lambda *_: None)


def folder_asking(path: Path, request: dict[str, Any]) -> SweepFolder:
    folder = SweepFolder(path / "mine")
    space = SPACE.model_dump(mode="json")
    folder.make(
        {**ASKED, "request": request, "space": space, "folds": 5, "seed": 0, "started": "now"}
    )
    return folder


def test_a_request_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    request = SweepRequest(
        name="mine", out=tmp_path, time_budget=90, warm_start=("a", "b"), also="weights"
    )
    folder = folder_asking(tmp_path, request.model_dump(mode="json"))
    assert request_before(folder) == (request, SPACE, {})


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        ({"trials": 0}, "--trials must be at least 1, but got 0"),
        ({"tirals": 8}, "--tirals is no option of a sweep, but got 8"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused(
    tmp_path: Path, request_: dict[str, Any], rule: str
) -> None:
    folder = folder_asking(tmp_path, request_)
    with pytest.raises(SweepError, match=f"is not as a sweep leaves it: {rule}; `shuzi show`"):
        request_before(folder)
