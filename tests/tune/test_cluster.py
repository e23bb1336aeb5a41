"""A sweep on several nodes, of which one dies and one is added: no folder is shared with them."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ray
from ray._private.internal_api import node_stats
from ray.cluster_utils import Cluster
from rich.console import Console

from results import SweepFolder
from results.damage import damage, known_trials
from results.epochs import EpochLog
from results.trials import read_trials
from tune import SweepError, SweepRequest
from tune.data import load_data
from tune.sweep import run_sweep

TINY = str(Path(__file__).with_name("tiny.toml"))
FOLDS, EPOCHS, TRIALS = 5, 3, 8


@pytest.fixture
def cluster(no_ray: None) -> Iterator[Cluster]:
    """Three nodes, of which two have a core each."""
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes.add_node(num_cpus=1)
    nodes.add_node(num_cpus=1)
    nodes.wait_for_nodes()
    yield nodes
    ray.shutdown()
    nodes.shutdown()


class Fate:
    """Kills a node in mid-trial and adds another; notes what each node has received meanwhile."""

    def __init__(self, cluster: Cluster, folder: SweepFolder) -> None:
        self._cluster, self._folder = cluster, folder
        self.received: dict[str, int] = {}  # bytes that came into each node's object store
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._befall)
        self.thread.start()

    def _befall(self) -> None:
        self._watch(until=lambda: self._epochs() >= 4)
        self._cluster.remove_node(self._cluster.list_all_nodes()[1], allow_graceful=False)
        self._cluster.add_node(num_cpus=1)
        self._watch(until=self._folder.finalists_csv.exists)

    def _epochs(self) -> int:
        log = EpochLog(self._folder)
        return sum(len(log.read(number)) for number in range(TRIALS))

    def _watch(self, until: Callable[[], bool]) -> None:
        while not until() and not self.over.is_set():
            self._look()
            time.sleep(0.2)

    def _look(self) -> None:
        for node in ray.nodes() if ray.is_initialized() else ():
            if node["Alive"] and node["Resources"].get("CPU"):
                stats = node_stats(node["NodeManagerAddress"], node["NodeManagerPort"], False)
                self.received[node["NodeID"]] = stats.store_stats.cumulative_created_bytes


def test_sweep_outlives_a_node_and_each_node_receives_the_data_once(
    cluster: Cluster, tmp_path: Path
) -> None:
    request = SweepRequest(
        name="joined",
        out=tmp_path,
        trials=TRIALS,
        pruner="none",
        finalists=2,
        epochs=EPOCHS,
        space=TINY,
        address=cluster.address,
    )
    console = Console(record=True, width=200)
    fate = Fate(cluster, SweepFolder(tmp_path / "joined"))
    try:
        folder = run_sweep(request, console)
    finally:
        fate.over.set()
        fate.thread.join()
    said = console.export_text()
    assert "2 trials at a time, 1 core each" in said
    assert said.count("its worker died; again, 1 of 2") == 1
    trials = read_trials(folder.trials_csv)
    assert trials["state"].tolist() == ["complete"] * TRIALS
    assert damage(folder, known_trials(folder)) == []
    # What had been trained was trained again for a fold at the most, which the node was at.
    extra = trials["fold_epochs"].sum() - TRIALS * FOLDS * EPOCHS
    assert 0 <= extra <= EPOCHS
    size = load_data(request, FOLDS).pool.images.nbytes
    assert len(fate.received) == 3
    assert Counter(received // size for received in fate.received.values()) == {1: 3}


def test_address_where_nothing_answers_is_refused(tmp_path: Path) -> None:
    request = SweepRequest(name="lost", out=tmp_path, mnist_count=100, address="127.0.0.1:9")
    with pytest.raises(SweepError, match=r"no Ray cluster answers at 127\.0\.0\.1:9"):
        run_sweep(request, Console(quiet=True))
    assert list(tmp_path.iterdir()) == []


def test_ray_client_is_refused(tmp_path: Path) -> None:
    request = SweepRequest(name="far", out=tmp_path, mnist_count=100, address="ray://there:10001")
    with pytest.raises(SweepError, match="this machine must be a node of the cluster"):
        run_sweep(request, Console(quiet=True))
