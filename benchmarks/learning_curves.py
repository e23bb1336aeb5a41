"""Makes the tables of real learning curves that `benchmarks.search` replays.

    python -m benchmarks.learning_curves --chinese ../shared/data/tongji
    python -m benchmarks.learning_curves --chinese /tmp/chen-500.tar.gz --space quick --out FILE.npz

Random configurations of a space, the baseline's first, each cross-validated by shuzi as in a sweep;
the losses of every epoch of every fold are kept. The table of `paper` takes about an hour on 2
cores. What is done is kept in a file of lines beside the table, so a broken run goes on where it
was. `benchmarks.part_of_chen` makes the part of Chen-MNIST for `quick-chen` and `wide-chen`.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import optuna
import torch
from numpy.typing import NDArray

from benchmarks.shared.header import cores, header
from benchmarks.shared.kept_rows import keep_rows, read_rows
from benchmarks.shared.processes import in_processes
from datasets.digit_set import TrainingDigits
from model.configuration import BASELINE, Configuration
from model.hardware.device import DeviceDigits
from model.training.cross_validation import cross_validate
from search_spaces import SearchSpace, read_space
from tune.planning.data import SweepData, load_data
from tune.planning.request import SweepRequest

TABLE = Path(__file__).with_name("data") / "learning_curves.npz"


@dataclass(frozen=True)
class LearningCurves:
    """Real learning curves of many configurations.

    Attributes:
        parameters: For each configuration (n of them, the baseline's first) what varies.
        losses: (n, folds, epochs) float64, validation loss averaged over the sources, nats.
        seconds: (n,) float64, what each took on one core.
        images: Trained on in one fold-epoch.
        about: How the table was made.
    """

    parameters: list[dict[str, Any]]
    losses: NDArray[np.float64]
    seconds: NDArray[np.float64]
    images: int
    about: dict[str, Any]

    @property
    def finals(self) -> NDArray[np.float64]:
        """The cross-validated loss of each configuration: (n,)."""
        means: NDArray[np.float64] = self.losses[:, :, -1].mean(axis=1)
        return means

    @property
    def target(self) -> float:
        """The loss one standard error above the best configuration's."""
        best = self.losses[self.finals.argmin(), :, -1]
        return float(best.mean() + best.std(ddof=1) / np.sqrt(len(best)))

    @classmethod
    def read(cls, path: Path = TABLE) -> Self:
        """Reads what `write` wrote."""
        with np.load(path, allow_pickle=False) as file:
            parameters, about = (json.loads(str(file[name])) for name in ("parameters", "about"))
            return cls(parameters, file["losses"], file["seconds"], int(file["images"]), about)

    def part(self, rows: Sequence[int]) -> Self:
        """Returns a table of some of the rows."""
        chosen = list(rows)
        parameters = [self.parameters[row] for row in chosen]
        return replace(
            self, parameters=parameters, losses=self.losses[chosen], seconds=self.seconds[chosen]
        )

    def write(self, path: Path = TABLE) -> None:
        """Writes one compressed file of numbers and JSON; nothing in it is pickled."""
        np.savez_compressed(
            path,
            parameters=json.dumps(self.parameters),
            losses=self.losses,
            seconds=self.seconds,
            images=self.images,
            about=json.dumps(self.about),
        )


def main() -> None:
    """Makes the table, or goes on with it."""
    arguments = _arguments()
    space = read_space(arguments.space, Configuration.check)
    space = space.model_copy(update={"fixed": space.fixed_with(arguments.epochs)})
    request = SweepRequest(
        name="curves",
        mnist=arguments.mnist,
        mnist_count=arguments.images,
        chinese=(arguments.chinese,),
    )
    data = load_data(request, space.folds)
    done = arguments.out.with_suffix(".jsonl")
    for row in _rows(_drawn(space, arguments.configurations), space, data, done):
        keep_rows(done, [row])
    _table(done, data, arguments).write(arguments.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--space", default="paper")
    parser.add_argument("--mnist", default="embedded", help="embedded, full or a folder")
    parser.add_argument("--chinese", required=True, help="a folder, as `shuzi sweep` takes it")
    parser.add_argument("--images", type=int, default=800, help="of MNIST, stratified")
    parser.add_argument("--epochs", type=int, help="of a fold, instead of the space's")
    parser.add_argument("--configurations", type=int, default=220)
    parser.add_argument("--out", type=Path, default=TABLE)
    return parser.parse_args()


def _drawn(space: SearchSpace, count: int) -> list[dict[str, Any]]:
    """Returns the baseline's point of the space, and random ones."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    drawn = [study.ask(space.distributions()).params for _ in range(count - 1)]
    return [space.nearest(BASELINE.to_dict()), *drawn]


def _rows(
    drawn: list[dict[str, Any]], space: SearchSpace, data: SweepData, done: Path
) -> Iterator[dict[str, Any]]:
    """Returns a row for each configuration that has none yet, as they come."""
    known = {row["number"] for row in read_rows(done)}
    left = [
        partial(_row, number, varied, space, data.pool, data.folds)
        for number, varied in enumerate(drawn)
        if number not in known
    ]
    return in_processes(left, "cross-validating", cores())


def _row(
    number: int,
    varied: dict[str, Any],
    space: SearchSpace,
    pool: TrainingDigits,
    folds: Sequence[NDArray[np.int64]],
) -> dict[str, Any]:
    """Runs in a process of its own: cross-validates one configuration."""
    configuration = Configuration.from_dict({**space.fixed, **varied})
    digits = DeviceDigits.of(pool, torch.device("cpu"))
    started = time.perf_counter()
    epochs = cross_validate(configuration, digits, folds, seed=0)
    losses = np.array([[fold.validation.balanced_loss for fold in each] for each in epochs]).T
    seconds = time.perf_counter() - started
    return {
        "number": number,
        "parameters": varied,
        "losses": losses.tolist(),
        "seconds": round(seconds, 2),
    }


def _table(done: Path, data: SweepData, arguments: argparse.Namespace) -> LearningCurves:
    rows = sorted(read_rows(done), key=lambda row: row["number"])
    asked = {name: str(value) for name, value in vars(arguments).items() if name != "out"}
    asked["chinese"] = Path(arguments.chinese).name
    return LearningCurves(
        parameters=[row["parameters"] for row in rows],
        losses=np.array([row["losses"] for row in rows]),
        seconds=np.array([row["seconds"] for row in rows]),
        images=len(data.pool) - len(data.folds[0]),
        about={**asked, "data": data.describe(), "hardware": header("torch", "optuna")},
    )


if __name__ == "__main__":
    main()
