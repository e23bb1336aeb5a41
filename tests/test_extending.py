"""What docs/extending.md shows is written to files as it stands there, and does what it says."""

import json
import re
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import onnx
import pytest
from PIL import Image

from results.store.evaluation import is_winner, read_evaluation
from results.store.folder import SweepFolder
from shuzi.__main__ import main
from tests.datasets.sheets.made_forms import made_form
from tests.process import SECONDS

PAGE = Path(__file__).parents[1] / "docs" / "extending.md"
FEW = "--mnist-count 300 --trials 2 --finalists 1 --epochs 2"

pytestmark = [pytest.mark.ray, pytest.mark.kill]


def blocks(heading: str, language: str) -> list[str]:
    """Returns what a section of the page shows in a language."""
    section = PAGE.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


def write_files(heading: str, folder: Path) -> None:
    """Writes the files of a section, whose names stand in their first lines."""
    for text in (*blocks(heading, "python"), *blocks(heading, "toml")):
        folder.joinpath(text.split("\n")[0].removeprefix("# ")).write_text(text, "utf-8")


def ran(folder: Path, command: str) -> "CompletedProcess[str]":
    """Runs a command in a folder, where Python by itself looks for no module."""
    return subprocess.run(
        [sys.executable, "-P", "-m", *command.split()],
        cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands of the section on networks were called, for a small sweep."""
    folder = tmp_path_factory.mktemp("network")
    write_files("A network", folder)
    Image.fromarray(made_form(3, empty=(0,)).grey).save(folder / "digits.png")
    (commands,) = blocks("A network", "sh")
    for command in commands.replace("sweep", f"sweep {FEW}").splitlines():
        ended = ran(folder, command)
        assert ended.returncode == 0, f"{command}: {ended.stderr}"
    return folder


def test_a_network_of_the_page_wins_and_is_exported_and_drawn(swept: Path) -> None:
    folder = SweepFolder(swept / "runs" / "own")
    evaluation = read_evaluation(folder.evaluation_json)
    assert evaluation
    (winner,) = filter(is_winner, evaluation["rows"])
    assert winner["configuration"]["network"] == "small:Small"
    nodes = [node.op_type for node in onnx.load(folder.export("onnx")).graph.node]
    assert [kind for kind in nodes if kind not in ("Cast", "Unsqueeze", "Sub", "Div")] == [
        *("Conv", "BatchNormalization", "Relu", "MaxPool"),
        *("Conv", "BatchNormalization", "Relu", "GlobalAveragePool", "Flatten", "Gemm", "Softmax"),
    ]
    drawing = (folder.figures / "network.svg").read_text("utf-8")
    assert "conv 3×3" in drawing
    assert "global avg-pool" in drawing
    assert "small:Small" in folder.report_html.read_text("utf-8")


def test_what_is_exported_reads_digits_without_the_module(swept: Path, tmp_path: Path) -> None:
    read = ran(tmp_path, f"shuzi predict own {swept}/digits.png --json --out {swept}/runs")
    (page,) = json.loads(read.stdout)["pages"]
    assert len(page["digits"]) == 29


@pytest.mark.parametrize(
    "command",
    [
        *("show own", "show own --json", "report own", "resume own", "retrain own"),
        *("export own --force", "predict {runs}/own/winner/model.safetensors {runs}/../digits.png"),
        "sweep --space {runs}/../own.toml",
    ],
)
def test_reading_back_where_the_module_is_not_is_one_clear_line(
    swept: Path,
    tmp_path: Path,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    runs = swept / "runs"
    arguments = command.format(runs=runs).split()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["shuzi", *arguments, "--out", str(runs)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.endswith(
        f"small:Small: there is no module small in {tmp_path}, and none is installed; "
        "run shuzi in the folder that has small.py.\n"
    )
