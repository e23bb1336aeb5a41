"""What was asked of a sweep, written down when it begins and read back when it goes on."""

import datetime
from typing import Any

from pydantic import ValidationError

from model.configuration import REPORT, Configuration
from results.errors import ResultsError
from results.store.folder import SweepFolder
from results.store.formats.json_files import write_json
from results.store.manifest import Asked, read_asked
from search_spaces import SearchSpace
from tune.errors import SweepError
from tune.planning.data import SweepData
from tune.planning.plan import Plan
from tune.planning.provenance import hardware, versions
from tune.planning.request import SweepRequest
from tune.planning.resources import networks_of


def asked_of(plan: Plan) -> Asked:
    """Returns the content of `sweep.json`."""
    return {
        "request": plan.request.model_dump(mode="json"),
        "space": plan.space.model_dump(mode="json"),
        "report": REPORT.to_dict(),
        "data": plan.data.describe(),
        "folds": plan.space.folds,
        "seed": plan.request.seed,
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "hardware": hardware(),
    }


def ask_anew(plan: Plan) -> None:
    """Writes a plan's request into the `sweep.json` of before; all else stays as it was."""
    request = plan.request.model_dump(mode="json")
    write_json(plan.folder.sweep_json, {**read_asked(plan.folder), "request": request})


def asked_before(folder: SweepFolder) -> tuple[SweepRequest, SearchSpace, dict[str, Any]]:
    """Reads the request, the space and the description of the digits back from `sweep.json`.

    Raises:
        SweepError: If they cannot be read.
        ExtensionError: If the sweep has a network of your own that cannot be imported.
    """
    try:
        asked = read_asked(folder)
        request = SweepRequest(**asked["request"])
        space = SearchSpace.model_validate(asked["space"])
    except (ResultsError, SweepError, ValidationError) as error:
        reason = f"{folder.sweep_json} is not as a sweep leaves it: {str(error).rstrip('.')}"
        raise SweepError(f"{reason}; `shuzi show` tells what is left.") from error
    for name in networks_of(space):
        Configuration.check("network", name)
    return request, space, asked["data"]


def require_same(described: dict[str, Any], data: SweepData) -> None:
    """Refuses digits that are not those that a sweep was made with.

    Raises:
        SweepError: If the pool or the held-out digits are others.
    """
    now = data.describe()
    for part in ("pool", "held_out"):
        if now[part]["fingerprint"] != described[part]["fingerprint"]:
            raise SweepError(f"the {part} digits have changed since the sweep was made.")
