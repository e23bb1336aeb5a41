"""What each part of training is worth, by cross-validation on the pool of a sweep.

    python -m benchmarks.gains --data ../shared/data            about 40 minutes on 2 cores
    python -m benchmarks.gains --data ../shared/data --base benchmarks/data/winner.json \
        --changes "channels 64-128"                             the same of a sweep's winner

One configuration, and the same with one thing changed, on the same folds with the same seeds. No
held-out digit is looked at: it is how things were chosen. What is done is kept in a file of lines,
so a broken run goes on where it was.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from torch import Tensor

from benchmarks.protocol.arms import winning_configuration
from benchmarks.shared.header import cores, header
from benchmarks.shared.kept_rows import keep_rows, read_rows
from benchmarks.shared.processes import in_processes
from benchmarks.shared.real_digits import RealDigits
from datasets.seeds import Purpose, seed_for
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.judging.judge import judged, logits_of
from model.networks.digit_network import DigitNetwork
from model.training.cross_validation import train_on_all
from tune.planning.data import load_data
from tune.planning.request import SweepRequest

FOLDS = 5
BASE = Configuration(
    channels_1=32,
    channels_2=64,
    hidden_1=128,
    hidden_2=64,
    dropout_1=0.1,
    dropout_2=0.2,
    dropout_3=0.2,
    dropout_4=0.0,
    normalisation="batch",
    learning_rate=0.004,
    weight_decay=0.02,
    schedule="one-cycle",
    epochs=8,
    repetition=2,
    rotation=10,
    shift=1.5,
    scaling=0.15,
    shear=10,
    elastic=0.5,
)
CHANGES: dict[str, dict[str, Any]] = {
    "no normalisation": {"normalisation": "none"},
    "no affine changes": {"rotation": 0, "shift": 0, "scaling": 0, "shear": 0},
    "no elastic changes": {"elastic": 0},
    "larger changes": {"rotation": 15, "shift": 2, "scaling": 0.2, "shear": 20, "elastic": 0.8},
    "constant rate, 0.001": {"schedule": "constant", "learning_rate": 0.001},
    "cosine": {"schedule": "cosine"},
    "no dropout": {"dropout_1": 0, "dropout_2": 0, "dropout_3": 0},
    "the student's dropout": {
        "dropout_1": 0.3,
        "dropout_2": 0.4,
        "dropout_3": 0.4,
        "dropout_4": 0.4,
    },
    "no weight decay": {"weight_decay": 0},
    "no repetition": {"repetition": 1},
    "repetition 4": {"repetition": 4},
    "repetition 8": {"repetition": 8},
    "photographs as often": {"balance": 1.0},
    "photographs half as often": {"balance": 0.5},
    "channels 64-128": {"channels_1": 64, "channels_2": 128},
    "16 epochs": {"epochs": 16},
}
BASE_NAME, BASE_SEEDS = "base", 3  # all else is compared to it
SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))  # pixels down and across
SHIFTED, TOGETHER = "5 shifts averaged", "3 networks averaged"


@dataclass(frozen=True)
class Row:
    """How a network, or what is averaged, reads the validation digits of a fold.

    Attributes:
        change: What was changed.
        fold: The fold.
        seed: Of the training; 0 where networks of all seeds are averaged.
        loss: Mean over the sources of their losses, nats.
        wrong: Of each source, how many were read wrong.
        read: Of each source, how many there are.
    """

    change: str
    fold: int
    seed: int
    loss: float
    wrong: dict[str, int]
    read: dict[str, int]


def main() -> None:
    """Trains what is not done yet, and prints the table."""
    arguments = _arguments()
    console = Console(width=120, highlight=False)
    console.print(header("torch", "numpy"))
    left = [partial(_rows, *each, arguments) for each in _missing(arguments)]
    for rows in in_processes(left, "training", cores()):
        keep_rows(arguments.rows, [asdict(row) for row in rows])
    console.print(_table(_read(arguments.rows), arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="mnist, tongji, chen-mnist")
    parser.add_argument("--base", type=Path, help="its parameters, JSON; else one of our own")
    parser.add_argument("--changes", nargs="*", choices=CHANGES, default=list(CHANGES))
    parser.add_argument("--mnist", type=int, default=12_000, help="a stratified part of MNIST")
    parser.add_argument("--rows", type=Path, default=Path("gains.jsonl"), help="one file a base")
    return parser.parse_args()


def _read(path: Path) -> list[Row]:
    return [Row(**row) for row in read_rows(path)]


def _missing(arguments: argparse.Namespace) -> list[tuple[str, int]]:
    known = {(row.change, row.fold) for row in _read(arguments.rows)}
    wanted = product([BASE_NAME, *arguments.changes], range(FOLDS))
    return [each for each in wanted if each not in known]


def _rows(change: str, fold: int, arguments: argparse.Namespace) -> list[Row]:
    """Runs in a process of its own: trains and judges what a change makes of one fold."""
    digits, folds = _pool(arguments.data, arguments.mnist)
    chosen = torch.as_tensor(folds[fold])
    training = np.setdiff1d(np.arange(len(digits.labels)), folds[fold])
    numbers = range(BASE_SEEDS if change == BASE_NAME else 1)
    seeds = [seed_for(Purpose.FOLD_TRAINING, n, fold) for n in numbers]
    base = winning_configuration(arguments.base) if arguments.base else BASE
    configuration = replace(base, **CHANGES.get(change, {}))
    networks = [train_on_all(configuration, digits, training, seed) for seed in seeds]
    each = [_probabilities(network, digits, chosen) for network in networks]
    rows = [_row(change, fold, n, read[0], digits, chosen) for n, read in enumerate(each)]
    if change == BASE_NAME:
        rows += [
            _row(SHIFTED, fold, n, read.mean(dim=0), digits, chosen) for n, read in enumerate(each)
        ]
        together = torch.stack([read[0] for read in each]).mean(dim=0)
        rows.append(_row(TOGETHER, fold, 0, together, digits, chosen))
    return rows


@cache
def _pool(data: Path, mnist: int) -> tuple[DeviceDigits, list[NDArray[np.int64]]]:
    """Returns the pool of a sweep, and its folds."""
    real = RealDigits(data)
    request = SweepRequest(
        name="gains",
        mnist=str(real.path("mnist")),
        mnist_count=mnist,
        chinese=(str(real.path("tongji")), str(real.path("chen-mnist"))),
    )
    loaded = load_data(request, FOLDS)
    return DeviceDigits.of(loaded.pool, torch.device("cpu")), loaded.folds


def _probabilities(network: DigitNetwork, digits: DeviceDigits, chosen: Tensor) -> Tensor:
    """Returns those of each label, for each shift: (shifts, m, 10)."""
    shifted = (replace(digits, images=torch.roll(digits.images, shift, (1, 2))) for shift in SHIFTS)
    return torch.stack([logits_of(network, each, chosen).softmax(dim=1) for each in shifted])


def _row(
    change: str, fold: int, seed: int, read: Tensor, digits: DeviceDigits, chosen: Tensor
) -> Row:
    judgement = judged(read.clamp_min(1e-9).log(), digits, chosen)
    sources = judgement.sources
    wrong = {name: each.count - each.correct for name, each in sources.items()}
    read_of = {name: each.count for name, each in sources.items()}
    return Row(change, fold, seed, judgement.balanced_loss, wrong, read_of)


def _table(rows: Sequence[Row], arguments: argparse.Namespace) -> Table:
    by_change: dict[str, list[Row]] = {}
    for row in rows:
        by_change.setdefault(row.change, []).append(row)
    table = Table("change", box=SIMPLE_HEAD)
    sources = list(rows[0].read)
    for heading in ("loss", "against the base", *(f"wrong, {name}" for name in sources)):
        table.add_column(heading, justify="right", no_wrap=True)
    base = _losses(by_change[BASE_NAME])
    order = [BASE_NAME, *CHANGES, SHIFTED, TOGETHER]
    for change, each in sorted(by_change.items(), key=lambda item: order.index(item[0])):
        losses = _losses(each)
        told = [_wrong(each, name) for name in sources]
        table.add_row(change, f"{losses.mean():.4f}", _behind(losses, base), *told)
    table.caption = (
        f"mean over {FOLDS} folds (the base: of {BASE_SEEDS} seeds each) of the validation loss, "
        "averaged over the sources, nats; "
        f"difference ± standard error over the folds; {arguments.mnist:,} digits of MNIST"
    )
    return table


def _losses(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Returns the mean loss of each fold: (folds,)."""
    each = ([row.loss for row in rows if row.fold == fold] for fold in range(FOLDS))
    return np.array([np.mean(losses) for losses in each])


def _behind(losses: NDArray[np.float64], base: NDArray[np.float64]) -> str:
    behind = 100 * (losses / base - 1)
    return f"{behind.mean():+.0f} % ±{behind.std(ddof=1) / FOLDS**0.5:.0f}" if behind.any() else ""


def _wrong(rows: Sequence[Row], source: str) -> str:
    seeds = len({row.seed for row in rows})
    wrong = sum(row.wrong[source] for row in rows) / seeds
    return f"{wrong:.1f} of {sum(row.read[source] for row in rows) // seeds:,}"


if __name__ == "__main__":
    main()
