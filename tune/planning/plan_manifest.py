"""A plan as its manifest has it: written when a sweep begins, read back when it goes on."""

import datetime
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from model.configuration import BASELINE, Configuration
from results.errors import ResultsError
from results.store.folder import SweepFolder
from results.store.manifest import Manifest, read_manifest, write_manifest
from search_spaces import SearchSpace
from tune.errors import SweepError
from tune.planning.data import SweepData
from tune.planning.plan import Plan
from tune.planning.provenance import hardware, versions
from tune.planning.request import SweepRequest
from tune.planning.resources import networks_of


def manifest_of(plan: Plan) -> Manifest:
    """Returns the manifest of a sweep that begins."""
    return Manifest(
        request=plan.request.model_dump(mode="json"),
        space=plan.space.model_dump(mode="json"),
        baseline=BASELINE.to_dict(),
        data=plan.data.describe(),
        folds=plan.space.folds,
        seed=plan.request.seed,
        started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        versions=versions(),
        hardware=hardware(),
    )


def write_request(plan: Plan) -> None:
    """Writes a plan's request into the manifest of before; all else stays as it was."""
    request = plan.request.model_dump(mode="json")
    write_manifest(plan.folder, replace(read_manifest(plan.folder), request=request))


def request_before(folder: SweepFolder) -> tuple[SweepRequest, SearchSpace, dict[str, Any]]:
    """Reads the request, the space and the description of the digits back from the manifest.

    Raises:
        SweepError: If they cannot be read.
        ExtensionError: If the sweep has a network of your own that cannot be imported.
    """
    try:
        manifest = read_manifest(folder)
        request = SweepRequest(**manifest.request)
        space = SearchSpace.model_validate(manifest.space)
    except (ResultsError, SweepError, ValidationError) as error:
        reason = f"{folder.sweep_json} is not as a sweep leaves it: {str(error).rstrip('.')}"
        raise SweepError(f"{reason}; `shuzi show` tells what is left.") from error
    for name in networks_of(space):
        Configuration.check("network", name)
    return request, space, manifest.data


def require_same(described: dict[str, Any], data: SweepData) -> None:
    """Refuses digits that are not those that a sweep was made with.

    Raises:
        SweepError: If the pool or the held-out digits are others.
    """
    now = data.describe()
    for part in ("pool", "held_out"):
        if now[part]["fingerprint"] != described[part]["fingerprint"]:
            name = part.replace("_", "-")
            raise SweepError(
                f"the {name} digits have changed since the sweep was made: use the same ones, or "
                "begin a sweep of another name."
            )
