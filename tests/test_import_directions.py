"""Imports run one way through the house: between its rooms, and between the rooms inside each.

Each list names a place's parts from top to bottom; what stands in a part imports only from its own
part and those below it. `.` stands for a place's own files.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "shuzi": {"shuzi", "tune", "results", "model", "datasets", "search_spaces"},
    "datasets": {"datasets"},
    "search_spaces": {"search_spaces"},
    "model": {"model", "datasets"},
    "results": {"results", "model", "datasets"},
    "tune": {"tune", "results", "model", "datasets", "search_spaces"},
}
ORDER = {
    "shuzi": ["__main__", "commands", "sweeps", "models", "data", "options", "fields", "."],
    "datasets": [
        *("inspecting", "sheets", "sources", "downloads", "preparing", "drawn", "terminal", "."),
    ],
    "model": ["training", "judging", "networks", "convolution", "hardware", "."],
    "results": [
        *(
            "card",
            "report",
            "terminal",
            "damage",
            "known_trials",
            "serving",
            "export",
            "tensorboard",
            "predict",
        ),
        *("commands", "drawing", "store", "."),
    ],
    "tune": ["sweep", "judging", "search", "session", "watching", "workers", "planning", "."],
    "tune/search": [".", "proposing", "trial_progress", "outcome", "pruning", "forecasting"],
    "results/store": ["search", ".", "formats"],
    "results/report": ["page", "figures", "."],
    "model/training": ["tried_memory", "cross_validation", "batched", "."],
}


def imports(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(place: str, name: str) -> str | None:
    """Returns the part of a place in which a dotted name lies; nothing if it is elsewhere."""
    inside = name.removeprefix(place.replace("/", ".") + ".")
    if inside == name:
        return None
    part = inside.split(".")[0]
    return part if part in ORDER[place] else "."


def going_up(place: str, path: str, text: str) -> list[str]:
    """Returns what a file of a place imports from above its own part."""
    order = ORDER[place]
    own = order.index(part_of(place, path.removesuffix(".py").replace("/", ".")) or ".")
    parts = ((name, part_of(place, name)) for name in imports(text))
    return [name for name, part in parts if part and order.index(part) < own]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_room_imports_only_what_lies_below_it(room: str) -> None:
    files = list((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        rooms = {name.split(".")[0] for name in imports(path.read_text("utf-8"))}
        assert rooms & {*MAY_IMPORT} <= MAY_IMPORT[room], path


@pytest.mark.parametrize("place", ORDER)
def test_rooms_inside_a_room_import_only_what_lies_below_them(place: str) -> None:
    files = list((ROOT / place).rglob("*.py"))
    assert files
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        assert not going_up(place, name, path.read_text("utf-8")), name


@pytest.mark.parametrize("place", ["datasets", "model", "results", "tune"])
def test_each_folder_of_a_room_has_its_place_in_the_order(place: str) -> None:
    folders = {path.parent.name for path in (ROOT / place).glob("*/__init__.py")}
    assert folders <= {*ORDER[place]}


def test_an_import_that_runs_up_is_found() -> None:
    up = "from tune.search.engine import Engine\n"
    assert going_up("tune", "tune/watching/view.py", up) == ["tune.search.engine.Engine"]
    assert not going_up("tune", "tune/judging/finalists.py", up)
    inside = "import tune.search.engine\n"
    assert going_up("tune/search", "tune/search/pruning/ladder.py", inside)


def test_nothing_in_model_or_datasets_knows_ray_or_optuna() -> None:
    for path in [*(ROOT / "model").rglob("*.py"), *(ROOT / "datasets").rglob("*.py")]:
        text = path.read_text("utf-8")
        assert "import ray" not in text, path
        assert "optuna" not in text, path


def test_one_file_of_the_search_knows_ray() -> None:
    files = sorted((ROOT / "tune" / "search").rglob("*.py"))
    knowing = [path.name for path in files if "import ray" in path.read_text("utf-8")]
    assert knowing == ["ray_tune.py"]


def test_few_files_of_the_store_know_torch_or_optuna() -> None:
    files = sorted((ROOT / "results" / "store").rglob("*.py"))
    tops = {path.name: [*imports(_at_the_top(path.read_text("utf-8")))] for path in files}
    for library, expected in (
        ("torch", ["weights.py"]),
        ("optuna", ["importance.py", "study.py", "trials.py", "writer.py"]),
    ):
        knowing = [name for name, found in tops.items() if library in _roots(found)]
        assert sorted(knowing) == expected


def _at_the_top(text: str) -> str:
    """Returns the imports of a file that are done as soon as it is imported."""
    body = ast.parse(text).body
    return "\n".join(
        ast.unparse(each) for each in body if isinstance(each, ast.Import | ast.ImportFrom)
    )


def _roots(names: list[str]) -> set[str]:
    return {name.split(".")[0] for name in names}
