"""Imports run one way through the house."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "datasets": {"datasets"},
    "search_spaces": {"search_spaces"},
    "model": {"model", "datasets"},
    "results": {"results", "model", "datasets"},
    "tune": {"tune", "results", "model", "datasets", "search_spaces"},
}


def imported_rooms(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names & {*MAY_IMPORT, "shuzi"}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_room_imports_only_what_lies_below_it(room: str) -> None:
    files = list((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        assert imported_rooms(path) <= MAY_IMPORT[room], path


def test_nothing_in_model_or_datasets_knows_ray_or_optuna() -> None:
    for path in [*(ROOT / "model").rglob("*.py"), *(ROOT / "datasets").rglob("*.py")]:
        text = path.read_text("utf-8")
        assert "import ray" not in text, path
        assert "optuna" not in text, path


def test_one_file_of_the_search_knows_ray() -> None:
    files = sorted((ROOT / "tune" / "search").glob("*.py"))
    knowing = [path.name for path in files if "import ray" in path.read_text("utf-8")]
    assert knowing == ["ray_tune.py"]
