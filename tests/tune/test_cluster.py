"""A sweep on several nodes: no folder is shared with the workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ray.cluster_utils import Cluster
from rich.console import Console

from results.trials import read_trials
from tune import SweepError, SweepRequest
from tune.sweep import run_sweep

TINY = str(Path(__file__).with_name("tiny.toml"))


@pytest.fixture
def cluster(no_ray: None) -> Iterator[Cluster]:
    """Two nodes of one core each."""
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.add_node(num_cpus=1)
    nodes.wait_for_nodes()
    yield nodes
    nodes.shutdown()


def test_sweep_joins_a_cluster_and_uses_all_its_nodes(cluster: Cluster, tmp_path: Path) -> None:
    request = SweepRequest(
        name="joined",
        out=tmp_path,
        mnist_count=100,
        trials=4,
        pruner="none",
        finalists=1,
        epochs=1,
        space=TINY,
        address=cluster.address,
    )
    console = Console(record=True, width=200)
    folder = run_sweep(request, console)
    assert "2 trials at a time, 1 core each" in console.export_text()
    trials = read_trials(folder.trials_csv)
    assert trials["state"].tolist() == ["complete"] * 4
    assert folder.evaluation_json.is_file()


def test_address_where_nothing_answers_is_refused(tmp_path: Path) -> None:
    request = SweepRequest(name="lost", out=tmp_path, mnist_count=100, address="127.0.0.1:9")
    with pytest.raises(SweepError, match=r"no Ray cluster answers at 127\.0\.0\.1:9"):
        run_sweep(request, Console(quiet=True))
    assert list(tmp_path.iterdir()) == []
