"""What is built, and how it works where it is installed: no checkout is in sight there."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import jsonschema
import pytest
from PIL import Image

from datasets.sources.synthetic import written_by
from results.store.folder import SweepFolder
from tests.process import SECONDS

ROOT = Path(__file__).parents[1]
ROOMS = ("shuzi", "datasets", "model", "search_spaces", "results", "tune")
NAME = "packed"
OPTIONS = "--trials 2 --epochs 1 --mnist-count 100 --pruner none --concurrent 1 --cpus-per-trial 1"
pytestmark = [pytest.mark.ray, pytest.mark.kill]


@dataclass(frozen=True)
class Installed:
    """shuzi in an environment of its own.

    Attributes:
        python: The environment's.
        folder: Where it is used; nothing else is there.
    """

    python: Path
    folder: Path

    def shuzi(self, *arguments: str) -> str:
        """Runs it and returns what it prints."""
        ended = subprocess.run(
            [self.python.with_name("shuzi"), *arguments],
            cwd=self.folder,
            env=without_checkout(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


def without_checkout() -> dict[str, str]:
    """Returns the environment without what may name a checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "tests", "docs", *ROOMS):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    command = ["-m", "build", "--no-isolation", "--outdir", str(source / "dist"), str(source)]
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return source / "dist"


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel beside the packages that are here; this checkout is not on its path."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    command = ["-m", "pip", "--quiet", "--python", str(python), "install", "--no-deps"]
    subprocess.run([sys.executable, *command, "--no-index", str(wheel)], check=True)
    (own,) = place.glob("lib/python*/site-packages")
    (own / "packages.pth").write_text(sysconfig.get_paths()["purelib"])
    return Installed(python, tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def swept(installed: Installed) -> SweepFolder:
    """A sweep whose events are checked as a program receives them."""
    schema = json.loads((ROOT / "docs" / "progress.schema.json").read_text())
    lines = installed.shuzi("sweep", "--name", NAME, "--progress", "json", *OPTIONS.split())
    events = [json.loads(line) for line in lines.splitlines()]
    for event in events:
        jsonschema.validate(event, schema)
    assert {event["event"] for event in events} == {
        "sweep_begun", "trial_begun", "epoch", "trial_ended", "finalist", "retraining_begun",
        "retrained", "exported", "finished",
    }  # fmt: skip
    assert (events[0]["event"], events[-1]["event"]) == ("sweep_begun", "finished")
    return SweepFolder(Path(events[-1]["folder"]))


def files_of_the_house() -> set[str]:
    """Returns every file of the six folders, by its path from the top."""
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()]
    return {str(path.relative_to(ROOT)) for path in paths if "__pycache__" not in path.parts}


def test_the_wheel_has_every_file_of_the_six_folders_and_nothing_else(built: Path) -> None:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == files_of_the_house()


def test_the_source_archive_has_them_too(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert packed >= files_of_the_house() | {"pyproject.toml", "README.md", "LICENSE"}


def test_what_is_imported_is_what_was_installed(installed: Installed) -> None:
    code = "".join(f"import {name}; print({name}.__file__)\n" for name in ROOMS)
    ended = subprocess.run(
        [installed.python, "-c", code],
        cwd=installed.folder,
        env=without_checkout(),
        capture_output=True,
        text=True,
        check=True,
    )
    place = installed.python.parents[1]
    assert all(Path(line).is_relative_to(place) for line in ended.stdout.splitlines())


def test_a_sweep_leaves_its_winner_and_what_it_lacks_is_made_again(
    installed: Installed, swept: SweepFolder
) -> None:
    assert swept.weights.is_file()
    assert swept.card.is_file()
    swept.report_html.unlink()
    installed.shuzi("resume", NAME)
    assert swept.report_html.is_file()


def test_it_is_shown_reported_and_exported(installed: Installed, swept: SweepFolder) -> None:
    told = json.loads(installed.shuzi("show", NAME, "--json"))
    assert told["state"] == "judged"
    assert str(swept.report_html) in installed.shuzi("report", NAME, "--lang", "zh")
    assert "model.onnx" in installed.shuzi("export", NAME, "--format", "onnx", "--force")


def test_pictures_are_imported_and_read(installed: Installed, swept: SweepFolder) -> None:
    picture = installed.folder / "three.png"
    Image.fromarray(written_by(0)[3]).save(picture)
    read = json.loads(installed.shuzi("predict", NAME, str(picture), "--json"))
    assert len(read["pages"]) == 1
    installed.shuzi("data", "import", str(picture), "digits", "--label", "3")
    assert len(list((installed.folder / "digits" / "3").iterdir())) == 1


@pytest.fixture
def address(installed: Installed, swept: SweepFolder) -> Iterator[str]:
    """Of the page that the winner reads on, served by `python -m shuzi`."""
    server = subprocess.Popen(
        [installed.python, "-m", "shuzi", "serve", NAME, "--port", "0"],
        cwd=installed.folder,
        env=without_checkout(),
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stderr
        yield next(word for word in server.stderr.readline().split() if word.startswith("http://"))
        server.terminate()


def test_it_is_served(address: str) -> None:
    page = httpx.get(address, timeout=SECONDS)
    assert page.status_code == 200
    assert "<html" in page.text
    assert httpx.get(f"{address}/healthz", timeout=SECONDS).status_code == 200
