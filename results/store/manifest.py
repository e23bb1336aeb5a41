"""The manifest of a sweep, `sweep.json`: what was asked of it, and on what it ran."""

from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from results.store.folder import SweepFolder
from results.store.formats.json_files import read_as, write_json


@dataclass(frozen=True)
class Manifest:
    """The content of `sweep.json`.

    Attributes:
        request: What the user asked for, see `tune.planning.request.SweepRequest`.
        space: The search space, see `search_spaces.space.SearchSpace`.
        baseline: The baseline.
        data: What identifies the digits of the pool, held out and of MNIST's test.
        folds: How many.
        seed: Decides all that is random.
        started: ISO 8601, UTC.
        versions: Of Python and the packages.
        hardware: Of the machine.
    """

    request: dict[str, Any]
    space: dict[str, Any]
    baseline: dict[str, Any]
    data: dict[str, Any]
    folds: int
    seed: int
    started: str
    versions: dict[str, str]
    hardware: dict[str, Any]

    @property
    def fixed(self) -> dict[str, Any]:
        """What no trial varies; epochs that were asked for come before the space's."""
        epochs = self.request.get("epochs")
        return {**self.space.get("fixed", {}), **({"epochs": epochs} if epochs else {})}

    def to_dict(self) -> dict[str, Any]:
        """Returns it in plain values."""
        return asdict(self)


def write_manifest(folder: SweepFolder, manifest: Manifest) -> None:
    """Writes `sweep.json`, complete or not at all, in the place of the one before."""
    write_json(folder.sweep_json, manifest.to_dict())


def read_manifest(folder: SweepFolder) -> Manifest:
    """Reads `sweep.json`.

    Raises:
        ResultsError: If it is damaged, or of another format.
    """
    manifest: Manifest = read_as(TypeAdapter(Manifest), folder.sweep_json)
    return manifest
