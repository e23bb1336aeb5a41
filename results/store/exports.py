"""What each export is, and how it compares with the trained model: `exports.json`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # as pydantic asks for, before Python 3.12

from results.errors import ResultsError
from results.store.folder import SweepFolder
from results.store.formats.hashing import sha256
from results.store.formats.json_files import read_as, write_json

Form = Literal["onnx", "onnx-int8", "pt2", "safetensors"]
FORMS: tuple[Form, ...] = ("onnx", "onnx-int8", "pt2", "safetensors")
DEFAULT: tuple[Form, ...] = ("onnx", "pt2", "safetensors")


def forms_named(names: Sequence[str] | None, ensemble: bool = False) -> list[Form]:
    """Returns forms by their names, each once; those of a sweep's end if none is named.

    Args:
        names: As on the command line.
        ensemble: Whether an ensemble shall be written so, which is a graph.

    Raises:
        ResultsError: If one is unknown, or cannot be.
    """
    known = [form for form in FORMS if not (ensemble and form == "safetensors")]
    for name in names or ():
        if name not in known:
            of = " of an ensemble" if ensemble else ""
            raise ResultsError(f"--format{of} must be {', '.join(known)}, but got {name}.")
    return [form for form in known if form in (names or DEFAULT)]


class Accuracy(TypedDict):
    """How many digits are read right.

    Attributes:
        digits: Which digits.
        correct: Read right.
        count: Read.
        accuracy: The part read right, 0 to 1.
        ci95: Its 95 % interval (Wilson).
    """

    digits: str
    correct: int
    count: int
    accuracy: float
    ci95: tuple[float, float]


class Export(TypedDict):
    """One exported file.

    Attributes:
        file: Its name, in `winner/`.
        form: How it is written.
        networks: How many it averages.
        bytes: Its size.
        sha256: Of its content.
        winner: Sha256 of the winner's weights at that time.
        opset: ONNX's; null in other forms.
        input: What it takes.
        output: What it returns.
        largest_difference: Of a probability from the trained model's, 0 to 1, on the digits of
            `accuracy`.
        same_answers: On how many of them the answer is the trained model's.
        accuracy: How it reads them.
        ece: Its expected calibration error on them, 0 to 1.
        winner_accuracy: How the winner itself, in float32, reads the same digits.
        calibrated_on: Which digits have decided the ranges of its integers; null in float32.
        milliseconds: For an image at a time, on the machine that wrote it; the least of several.
    """

    file: str
    form: Form
    networks: int
    bytes: int
    sha256: str
    winner: str
    opset: int | None
    input: str
    output: str
    largest_difference: float
    same_answers: int
    accuracy: Accuracy
    ece: float
    winner_accuracy: Accuracy
    calibrated_on: str | None
    milliseconds: float


class _Exports(TypedDict):
    """The content of `exports.json`."""

    exports: list[Export]


def read_exports(path: Path) -> list[Export]:
    """Reads `exports.json`; none where it is missing.

    Raises:
        ResultsError: If it is damaged.
    """
    return read_as(TypeAdapter(_Exports), path)["exports"] if path.is_file() else []


def keep_export(folder: SweepFolder, export: Export) -> None:
    """Writes an export's record, in the place of an earlier one of the same file."""
    others = [each for each in _readable(folder) if each["file"] != export["file"]]
    exports = sorted([*others, export], key=lambda each: (each["networks"], each["file"]))
    write_json(folder.exports_json, {"exports": exports})


def _readable(folder: SweepFolder) -> list[Export]:
    try:
        return read_exports(folder.exports_json)
    except ResultsError:
        return []  # `results.damage` tells of it


def current_export(folder: SweepFolder, form: Form, ensemble: bool = False) -> Export | None:
    """Returns the record of an export that is there, complete, and of the winner as it is now."""
    path = folder.export(form, ensemble)
    for export in _readable(folder):
        if export["file"] == path.name and export["winner"] == sha256(folder.weights):
            return export if sha256(path) == export["sha256"] else None
    return None


def exports_of_winner(folder: SweepFolder) -> list[Export]:
    """Returns the records of what was made of the winner as it is now.

    Raises:
        ResultsError: If `exports.json` is damaged.
    """
    weights = sha256(folder.weights)
    return [each for each in read_exports(folder.exports_json) if _is_of(each, weights)]


def _is_of(export: Export, weights: str) -> bool:
    """Tells whether an export is of weights of some sha256; of weights that are missing, any is."""
    return weights in (export["winner"], "")


def export_again(folder: SweepFolder, export: Export) -> str:
    """Returns the command that makes an export again."""
    ensemble = " --ensemble" if export["file"].startswith("ensemble") else ""
    return f"shuzi export {folder.name} --format {export['form']}{ensemble} --force"


def check_export(folder: SweepFolder, export: Export) -> None:
    """Checks that an export's file is as it was written, if it is still there.

    Raises:
        ResultsError: If it is damaged, or of another winner.
    """
    path = folder.winner / export["file"]
    if path.is_file() and sha256(path) != export["sha256"]:
        raise ResultsError(f"{path} is damaged: its sha256 is not that of {folder.exports_json}")
    if path.is_file() and not _is_of(export, sha256(folder.weights)):
        raise ResultsError(f"{path} was made of other weights than {folder.weights.name} has")
