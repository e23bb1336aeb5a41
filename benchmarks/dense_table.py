"""Makes a table of very many configurations from one of few, for `benchmarks.search`.

    python -m benchmarks.dense_table benchmarks/data/learning_curves.npz /tmp/dense.npz
    python -m benchmarks.search --table /tmp/dense.npz --trials 40 --workers 2 --seeds 20

A table of 200 random configurations has few good ones, which a search meets whatever it proposes.
Here a Gaussian process, fitted to the table, tells the loss of configurations drawn from all of
the space, and the nearest one of the table lends the course of its losses. So a search that
proposes better ends better, as in a sweep. How losses fall is true to life only near rows of the
table itself.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from benchmarks.learning_curves import LearningCurves
from model.configuration import Configuration
from search_spaces import SearchSpace, read_space

CAP = 1.5  # of log loss above the best: how bad the bad are is no matter
Floats = NDArray[np.float64]


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("dense", type=Path, help="the table to be written")
    parser.add_argument("--configurations", type=int, default=5000)
    arguments = parser.parse_args()
    curves = LearningCurves.read(arguments.table)
    dense(curves, arguments.configurations).write(arguments.dense)


def dense(curves: LearningCurves, count: int) -> LearningCurves:
    """Returns a table of a count of configurations, the first of the given one as its first."""
    space = read_space(curves.about["space"], Configuration.check)
    parameters = [curves.parameters[0], *_drawn(space, count - 1)]
    known, places = (_places(space, each) for each in (curves.parameters, parameters))
    told = np.exp(_process(known, np.log(curves.finals)).predict(places))
    nearest = [int(((known - place) ** 2).sum(axis=1).argmin()) for place in places]
    scales = told / curves.finals[nearest]
    losses = curves.losses[nearest] * scales[:, None, None]
    return replace(curves, parameters=parameters, losses=losses, seconds=curves.seconds[nearest])


def _drawn(space: SearchSpace, count: int) -> list[dict[str, Any]]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    return [study.ask(space.distributions()).params for _ in range(count)]


def _places(space: SearchSpace, parameters: list[dict[str, Any]]) -> Floats:
    return np.array([space.coordinates(each) for each in parameters])


def _process(places: Floats, logs: Floats) -> GaussianProcessRegressor:
    """Returns a Gaussian process fitted to log losses."""
    kernel = ConstantKernel() * RBF(np.ones(places.shape[1]), (0.1, 20)) + WhiteKernel(0.01)
    process = GaussianProcessRegressor(
        kernel, normalize_y=True, n_restarts_optimizer=1, random_state=0
    )
    return process.fit(places, np.minimum(logs, logs.min() + CAP))


if __name__ == "__main__":
    main()
