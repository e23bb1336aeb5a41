"""The front door: what it prints, what it refuses and how it exits."""

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import shuzi
from datasets.sources.synthetic import written_by
from results.store.folder import SweepFolder
from results.store.formats.json_files import write_json
from results.store.lock import held
from tests.datasets.sheets.made_forms import made_form


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(
    *arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["shuzi", *arguments])
    with pytest.raises(SystemExit) as ended:
        shuzi.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def write_photographs(folder: Path, each: int) -> None:
    for writer in range(each):
        for digit, grey in enumerate(written_by(writer)):
            (folder / str(digit)).mkdir(parents=True, exist_ok=True)
            Image.fromarray(grey).save(folder / str(digit) / f"{writer}.png")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the bad requests below speak of."""
    folder = tmp_path_factory.mktemp("mistakes")
    (folder / "typo.toml").write_text(
        'about = "x"\n[parameters]\nwidth = {kind="int",low=1,high=2}\n'
    )
    (folder / "no-labels" / "sevens").mkdir(parents=True)
    write_photographs(folder / "damaged", 8)
    (folder / "damaged" / "3" / "0.png").write_bytes(b"no picture")
    write_photographs(folder / "empty-class", 1)
    (folder / "empty-class" / "4" / "0.png").unlink()
    write_photographs(folder / "few", 6)
    taken = SweepFolder(folder / "runs" / "taken")
    taken.make({})
    write_json(
        taken.sweep_json,
        {
            "started": "2026-01-01T00:00:00",
            "request": {"trials": 4},
            "folds": 5,
            "seed": 0,
            **{key: {} for key in ("space", "report", "data", "versions", "hardware")},
        },
    )
    return folder


@pytest.fixture
def mistakes(elsewhere: Path, made_once: Path) -> Path:
    shutil.copytree(made_once, elsewhere, dirs_exist_ok=True)
    return elsewhere


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["--space", "qick"], "there is no search space qick: choose paper, quick, wide"),
        (["--space", "typo.toml"], "typo.toml, line 3: parameters.width: there is no parameter"),
        (["--chinese", "no-labels"], "must hold folders named 0 to 9"),
        (["--chinese", "damaged"], "3/0.png is not a readable picture"),
        (["--chinese", "empty-class"], "has no image of 4"),
        (["--chinese", "few"], "few has 4 images of 0, too few for 5 folds"),
        (["--chinese", "nowhere"], "there is no file or folder nowhere"),
        (["--mnist", "nowhere"], "--mnist must be `embedded`, `full` or a folder"),
        (
            ["--mnist-count", "5"],
            "--mnist-count must be from 10 to 4000, as many as --mnist has, but got 5",
        ),
        (["--trials", "0"], "--trials must be at least 1, but got 0"),
        (["--trials", "many"], "'--trials'"),
        (["--risk", "0.6"], "--risk must be at most 0.5, but got 0.6"),
        (["--epochs", "0"], "--epochs must be at least 1"),
        (["--time-budget", "soon"], "--time-budget must be like 90s, 15m or 2h"),
        (["--name", "taken"], "taken exists already"),
        (["--name", "a/b"], "a sweep's name must be"),
        (["--tirals", "3"], "No such option"),
        pytest.param(
            ["--cpus-per-trial", "4096"],
            "a trial needs more (cores: 4096, GPUs: 0) than any machine has",
            marks=pytest.mark.ray,
        ),
    ],
)
def test_bad_request_is_one_clear_line_and_leaves_no_folder(
    mistakes: Path,
    arguments: list[str],
    rule: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    status, out, err = call("sweep", *arguments, monkeypatch=monkeypatch, capsys=capfd)
    assert status == 2
    assert rule in err
    told = [line for line in err.splitlines() if line.startswith("shuzi: ")]
    assert len(told) == 1
    assert "Traceback" not in err + out
    assert [path.name for path in (mistakes / "runs").iterdir()] == ["taken"]


def test_version_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = call("--version", monkeypatch=monkeypatch, capsys=capsys)
    assert (status, out) == (0, f"{importlib.metadata.version('shuzi')}\n")


@pytest.mark.parametrize("command", ["show", "retrain", "resume", "export"])
def test_sweep_that_is_not_there_is_refused(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = call(command, "nothing", monkeypatch=monkeypatch, capsys=capsys)
    assert (status, err.count("\n")) == (2, 1)
    assert "there is no sweep nothing" in err


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ([], "taken has no winner yet: see `shuzi resume taken`."),
        (
            ["--format", "tflite"],
            "--format must be onnx, onnx-int8, pt2, safetensors, but got tflite",
        ),
        (
            ["--format", "safetensors", "--ensemble"],
            "--format of an ensemble must be onnx, onnx-int8",
        ),
    ],
)
def test_export_that_cannot_be_is_one_clear_line(
    mistakes: Path,
    arguments: list[str],
    rule: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, _, err = call("export", "taken", *arguments, monkeypatch=monkeypatch, capsys=capsys)
    assert (status, err.count("\n")) == (2, 1)
    assert rule in err


def test_unfinished_sweep_is_listed_and_shown(
    mistakes: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = call("list", monkeypatch=monkeypatch, capsys=capsys)
    assert status == 0
    assert "unfinished" in out
    with held(SweepFolder(mistakes / "runs" / "taken")):
        assert "running" in call("list", monkeypatch=monkeypatch, capsys=capsys)[1]
    status, out, _ = call("show", "taken", "--json", monkeypatch=monkeypatch, capsys=capsys)
    told = json.loads(out)
    assert (status, told["state"], told["asked"], told["best"]) == (0, "unfinished", 4, None)
    assert call("show", "taken", monkeypatch=monkeypatch, capsys=capsys)[0] == 0


def test_sweeps_are_listed_for_programs(
    elsewhere: Path,
    made_once: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call("list", "--json", monkeypatch=monkeypatch, capsys=capsys)[:2] == (0, "[]\n")
    assert "no sweeps in" in call("list", monkeypatch=monkeypatch, capsys=capsys)[1]
    shutil.copytree(made_once / "runs", elsewhere / "runs")
    status, out, _ = call("list", "--json", monkeypatch=monkeypatch, capsys=capsys)
    (told,) = json.loads(out)
    assert (status, told["name"], told["state"], told["trials"]) == (0, "taken", "unfinished", {})


def test_list_is_readable_at_80_columns(
    mistakes: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long = "a-sweep-of-which-the-name-is-longer-than-usual"
    for name in ("20261125-025750", long):
        shutil.copytree(mistakes / "runs" / "taken", mistakes / "runs" / name)
    out = call("list", monkeypatch=monkeypatch, capsys=capsys)[1]
    lines = [line.rstrip() for line in out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert re.fullmatch(r" 20261125-025750 +2026-01-01 00:00  unfinished +0/4", lines[4])
    names = (line.split()[0] for line in lines[4:] if line)
    assert "".join(names) == f"20261125-025750{long}taken", "names are told whole"


def test_digits_are_counted(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photographs(elsewhere / "photos", 2)
    (elsewhere / "photos" / "3" / "0.png").write_bytes(b"no picture")
    status, out, _ = call(
        "data", "show", "photos", "embedded", monkeypatch=monkeypatch, capsys=capsys
    )
    assert status == 0
    assert "photos" in out
    assert "synthetic" in out
    assert "unknown" in out
    assert "photos/3/0.png is not a readable picture" in out
    assert (elsewhere / "contact-sheet.png").is_file()


def test_sheet_is_imported_once_and_named(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(made_form(1, rows=2, columns=4).grey).save(elsewhere / "7-li.png")
    arguments = ("data", "import", "7-li.png", "digits", "--writer", "li")
    status, out, err = call(*arguments, monkeypatch=monkeypatch, capsys=capsys)
    assert (status, err) == (0, "")
    assert "look at what was cut: digits/overlays" in out
    assert len(list((elsewhere / "digits" / "7").iterdir())) == 8
    status, out, _ = call(*arguments, monkeypatch=monkeypatch, capsys=capsys)
    assert status == 0
    assert "1 imported before, and left as it is" in out
    assert out.endswith("  7-li.png\n")


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["import", "nowhere", "out"], "there is no file or folder nowhere"),
        (["import", ".", "out", "--label", "12"], "--label must be from 0 to 9"),
        (["import", ".", "out", "--layout", "spiral"], "--layout"),
        (["show", "nowhere"], "there is no file or folder nowhere"),
        (["fetch", "nothing"], "there are no public digits nothing: choose mnist, chen, report"),
    ],
)
def test_bad_request_for_data_is_one_clear_line(
    arguments: list[str],
    rule: str,
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, _, err = call("data", *arguments, monkeypatch=monkeypatch, capsys=capsys)
    assert status == 2
    assert rule in err
    assert err.count("shuzi: ") == 1
    assert list(elsewhere.iterdir()) == []


def test_fetch_prints_where_the_files_are(
    elsewhere: Path,
    real_data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(elsewhere))
    folder = elsewhere / "shuzi" / "mnist"
    folder.mkdir(parents=True)
    for path in (real_data / "mnist").glob("*.gz"):
        (folder / path.name).symlink_to(path)
    status, out, err = call("data", "fetch", "mnist", monkeypatch=monkeypatch, capsys=capsys)
    assert (status, out, err) == (0, f"{folder}\n", "")


def test_help_does_not_wait_for_torch() -> None:
    code = (
        "import sys, shuzi\n"
        "try: sys.argv = ['shuzi', '--help']; shuzi.main()\n"
        "except SystemExit: print([n for n in ('torch', 'ray', 'sklearn') if n in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
    assert "sweep" in ended.stdout


def test_package_that_hides_a_folder_of_shuzis_is_named(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text("")
    ended = subprocess.run(
        [sys.executable, "-c", "import shuzi; shuzi.main()"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert ended.returncode == 2
    assert "another package named datasets" in ended.stderr
    assert "virtual environment of its own" in ended.stderr
