"""What was asked of a sweep: the content of `sweep.json`."""

from typing import Any

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # as pydantic asks for, before Python 3.12

from results.store.folder import SweepFolder
from results.store.formats.json_files import read_as


class Asked(TypedDict):
    """The content of `sweep.json`.

    Attributes:
        request: What the user asked for, see `tune.planning.request.SweepRequest`.
        space: The search space.
        report: The report's own configuration.
        data: What identifies the digits of the pool, held out and of MNIST's test.
        folds: How many.
        seed: Decides all that is random.
        started: ISO 8601, UTC.
        versions: Of Python and the packages.
        hardware: Of the machine.
    """

    request: dict[str, Any]
    space: dict[str, Any]
    report: dict[str, Any]
    data: dict[str, Any]
    folds: int
    seed: int
    started: str
    versions: dict[str, str]
    hardware: dict[str, Any]


def read_asked(folder: SweepFolder) -> Asked:
    """Reads `sweep.json`.

    Raises:
        ResultsError: If it is damaged.
    """
    asked: Asked = read_as(TypeAdapter(Asked), folder.sweep_json)
    return asked
