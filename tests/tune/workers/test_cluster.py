"""A sweep on several nodes, of which one dies and one is added: no folder is shared with them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ray._private.internal_api import node_stats
from ray.cluster_utils import Cluster
from rich.console import Console

from results.damage import damage
from results.known_trials import known_trials
from results.store.folder import SweepFolder
from results.store.search.trials import read_trials
from tests.own_code import NETWORK
from tests.process import HeldProcess
from tune.errors import SweepError
from tune.planning.data import load_data
from tune.planning.request import SweepRequest
from tune.sweep import run_sweep
from tune.workers.cluster import ATTEMPTS

TINY = str(Path(__file__).parents[1] / "tiny.toml")
FOLDS, EPOCHS, TRIALS = 5, 2, 4
FOUND_DEAD_SOON = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_failure_threshold": 3,
}


@pytest.fixture
def cluster(no_ray: None) -> Iterator[Cluster]:
    """Three nodes, of which two have a core each."""
    nodes = started()
    yield nodes
    nodes.shutdown()


def started() -> Cluster:
    """Starts the nodes, with some attempts: Ray waits only 30 s for each of them."""
    for attempt in range(1, ATTEMPTS + 1):
        nodes = Cluster()
        try:
            nodes.add_node(num_cpus=0, _system_config=FOUND_DEAD_SOON)
            nodes.add_node(num_cpus=1)
            nodes.add_node(num_cpus=1)
            nodes.wait_for_nodes()
        except Exception as error:
            nodes.shutdown()
            if attempt == ATTEMPTS or "timed out" not in str(error):
                raise
        else:
            return nodes
    raise AssertionError


def received(cluster: Cluster) -> dict[str, int]:
    """Returns the bytes that have come into the object store of each node with a core."""
    nodes = [node for node in cluster.list_all_nodes() if not node.head]
    stats = [node_stats(node.node_ip_address, node.node_manager_port, False) for node in nodes]
    return {
        node.node_id: each.store_stats.cumulative_created_bytes
        for node, each in zip(nodes, stats, strict=True)
    }


@pytest.mark.kill
def test_sweep_outlives_a_node_and_each_node_receives_the_data_once(
    cluster: Cluster, tmp_path: Path
) -> None:
    command = (
        f"sweep --name joined --trials {TRIALS} --epochs {EPOCHS} --mnist-count 500 "
        f"--pruner none --finalists 2 --space {TINY} --address {cluster.address}"
    )
    folder = SweepFolder(tmp_path / "runs" / "joined")
    with HeldProcess(tmp_path, command) as sweep:
        sweep.goes_on_until(lambda _: len(at_work(sweep)) == 2)
        seen = received(cluster)
        cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
        cluster.add_node(num_cpus=1)
        sweep.goes_on_until(lambda event: event["event"] == "finalist")
        seen |= received(cluster)
        status, said = sweep.ends()
    assert status == 0, said
    assert "2 trials at a time, 1 core each" in said
    assert said.count("its worker died; retry 1 of 2") == 1
    trials = read_trials(folder.trials_csv)
    assert trials["state"].tolist() == ["complete"] * TRIALS
    assert damage(folder, known_trials(folder)) == []
    # What had been trained was trained again for a fold at the most, which the node was at.
    extra = trials["fold_epochs"].sum() - TRIALS * FOLDS * EPOCHS
    assert 0 <= extra <= EPOCHS
    size = load_data(SweepRequest(name="joined", mnist_count=500), FOLDS).pool.images.nbytes
    assert [bytes_in // size for bytes_in in seen.values()] == [1, 1, 1]


def at_work(sweep: HeldProcess) -> set[int]:
    """Returns the trials that workers have trained for."""
    return {event["trial"] for event in sweep.events if event["event"] == "epoch"}


def test_address_where_nothing_answers_is_refused(tmp_path: Path) -> None:
    request = SweepRequest(name="lost", out=tmp_path, mnist_count=100, address="127.0.0.1:9")
    with pytest.raises(SweepError, match=r"no Ray cluster answers at 127\.0\.0\.1:9"):
        run_sweep(request, Console(quiet=True))
    assert list(tmp_path.iterdir()) == []


def test_ray_client_is_refused(tmp_path: Path) -> None:
    request = SweepRequest(name="far", out=tmp_path, mnist_count=100, address="ray://there:10001")
    with pytest.raises(SweepError, match="this machine must be a node of the cluster"):
        run_sweep(request, Console(quiet=True))


@pytest.mark.kill
def test_a_network_of_ones_own_travels_with_the_sweep(
    cluster: Cluster, write_own: Callable[[str], str], tmp_path: Path
) -> None:
    name = write_own(NETWORK)
    space = Path(TINY).read_text("utf-8").replace("[fixed]", f'[fixed]\nnetwork = "{name}:Own"')
    (tmp_path / "own.toml").write_text(space, "utf-8")
    command = (
        "sweep --name joined --trials 2 --finalists 2 --mnist-count 300 --space own.toml "
        f"--address {cluster.address}"
    )
    with HeldProcess(tmp_path, command) as sweep:
        sweep.goes_on_until(lambda event: event["event"] == "sweep_begun")
        (tmp_path / f"{name}.py").unlink()  # as if the workers were on other machines
        status, said = sweep.ends()
    assert status == 0, said
    trials = read_trials(tmp_path / "runs" / "joined" / "trials.csv")
    assert trials["state"].tolist() == ["complete"] * 2
