"""The complete check of the GPU path, made for one visit of under 8 minutes to one card.

    python -m benchmarks.gpu                     needs a CUDA device
    python -m benchmarks.gpu --rehearse          every phase at toy size on a CPU
    python -m benchmarks.gpu --phase trial       one alone

docs/gpu.md says how to read it.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console

from benchmarks.gpu.job import DIGITS, TOY, Line
from benchmarks.gpu.phases import PHASES, TOTAL, run
from benchmarks.gpu.table import table_of
from benchmarks.shared.kept_rows import keep_rows

PATIENCE = 4  # a rehearsal may find its two cores busy


def main() -> None:
    """Runs the phases, keeps their lines and prints the table; status 1 if anything failed."""
    arguments = _arguments()
    if not arguments.rehearse and not torch.cuda.is_available():
        print("there is no GPU that torch can use; --rehearse runs on a CPU.", file=sys.stderr)
        sys.exit(2)
    lines: list[Line] = []
    path = _vacant(arguments.out)

    def keep(line: Line) -> None:
        lines.append(line)
        keep_rows(path, [line])
        print(f"{line['phase']}: {line['what']}", file=sys.stderr)

    _run(arguments, keep)
    Console(width=150, highlight=False).print(table_of(lines))
    sys.exit(any("failed" in line for line in lines))


def _run(arguments: argparse.Namespace, keep: Callable[[Line], None]) -> None:
    chosen = [each for each in PHASES if each.name in arguments.phase]
    if not arguments.rehearse:
        return run(chosen, ["--digits", str(arguments.digits or DIGITS)], keep)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    patient = [replace(each, limit=PATIENCE * each.limit) for each in chosen]
    options = ["--digits", str(arguments.digits or TOY), "--rehearse"]
    return run(patient, options, keep, PATIENCE * TOTAL)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [each.name for each in PHASES]
    parser.add_argument("--phase", nargs="+", choices=names, default=names, help="default: all")
    parser.add_argument("--digits", type=int, help="of the complete trial's pool")
    parser.add_argument("--rehearse", action="store_true", help="at toy size on a CPU")
    parser.add_argument(
        "--out", type=Path, default=Path("gpu.jsonl"), help="a file, under $OUT if that is set"
    )
    return parser.parse_args()


def _vacant(out: Path) -> Path:
    """Returns where the lines go, an empty file."""
    path = Path(os.environ.get("OUT", "")) / out
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path


if __name__ == "__main__":
    main()
