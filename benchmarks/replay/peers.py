"""The peers that shuzi is compared to, by their names."""

from collections.abc import Callable

from optuna.pruners import HyperbandPruner, MedianPruner, WilcoxonPruner
from optuna.samplers import TPESampler

from benchmarks.learning_curves import LearningCurves
from benchmarks.replay.proposals import random_sampler
from benchmarks.replay.ways import Asha, CompleteTrials, FirstEpochs, Halving, Pruned, Racing
from search_spaces import SearchSpace


def first_epochs(epochs: int, best: int) -> "Maker":
    """Returns i-Epoch with TPE."""
    return lambda c, s, n, seed: FirstEpochs(c, s, n, TPESampler(seed=seed), epochs, best)


Maker = Callable[[LearningCurves, SearchSpace, int, int], "CompleteTrials | Halving"]
PEERS: dict[str, Maker] = {
    "random search": lambda c, s, n, seed: CompleteTrials(c, s, n, random_sampler(seed)),
    "TPE, complete trials": lambda c, s, n, seed: CompleteTrials(c, s, n, TPESampler(seed=seed)),
    "TPE, Ray's ASHA": lambda c, s, n, seed: Asha(c, s, n, TPESampler(seed=seed)),
    "TPE, median rule": lambda c, s, n, seed: Pruned(
        c, s, n, TPESampler(seed=seed), MedianPruner()
    ),
    "TPE, Hyperband": lambda c, s, n, seed: Pruned(
        c, s, n, TPESampler(seed=seed), HyperbandPruner(1, c.losses.shape[1], 2)
    ),
    "TPE, Wilcoxon": lambda c, s, n, seed: Pruned(
        c, s, n, TPESampler(seed=seed), WilcoxonPruner(p_threshold=0.1)
    ),
    "TPE, SMAC3's racing": lambda c, s, n, seed: Racing(c, s, n, TPESampler(seed=seed)),
    "successive halving": Halving,
    "1 epoch, best 3": first_epochs(1, 3),
    "1 epoch, best 10": first_epochs(1, 10),
}
