import os
from collections.abc import Callable
from pathlib import Path

import pytest

from model.configuration import Configuration
from model.hardware.memory import GpuMemory, runs_mps
from search_spaces import SearchSpace, read_space
from tests.own_code import NETWORK
from tune.errors import SweepError
from tune.planning.request import SweepRequest
from tune.planning.resources import (
    ClusterNode,
    largest_configuration,
    resources_of,
    smallest_configuration,
)
from tune.planning.trial_resources import TrialResources

GIB = 2**30


def request(**values: object) -> SweepRequest:
    return SweepRequest.model_validate({"name": "a", "trials": 20, **values})


@pytest.mark.parametrize(
    ("cpus", "gpus", "asked", "expected"),
    [
        (2, 0, {}, TrialResources(1, 0, 2)),
        (16, 0, {}, TrialResources(1, 0, 16)),
        (16, 0, {"trials": 3}, TrialResources(5, 0, 3)),
        (16, 0, {"concurrent": 2}, TrialResources(8, 0, 2)),
        (16, 0, {"cpus_per_trial": 3}, TrialResources(3, 0, 5)),
        (16, 1, {}, TrialResources(1, 1 / 9, 9)),
        (4, 1, {}, TrialResources(1, 1 / 4, 4)),
        (64, 4, {}, TrialResources(1, 1 / 9, 20)),
        (16, 2, {"gpus_per_trial": 1.0}, TrialResources(1, 1.0, 2)),
        (16, 2, {"gpus_per_trial": 0.5, "cpus_per_trial": 4}, TrialResources(4, 0.5, 4)),
        (16, 1, {"gpus_per_trial": 0.0}, TrialResources(1, 0, 16)),
    ],
)
def test_machine_is_divided(
    cpus: int, gpus: int, asked: dict[str, object], expected: TrialResources
) -> None:
    memory = GpuMemory(20 * GIB, 2 * GIB, mps=True) if gpus else None
    resources = resources_of([ClusterNode(cpus, gpus)], memory, request(**asked))
    assert resources == expected
    assert resources.concurrent * resources.cpus <= cpus
    assert resources.concurrent * resources.gpus <= gpus + 1e-9


@pytest.mark.parametrize(
    ("cpus", "gpus", "gib", "expected"),
    [
        (16, 1, 2, TrialResources(1, 1 / 3, 3)),
        (16, 1, 8, TrialResources(1, 1 / 2, 2)),
        (2, 1, 2, TrialResources(1, 1 / 2, 2)),
        (64, 4, 2, TrialResources(1, 1 / 3, 12)),
    ],
)
def test_few_share_a_gpu_on_which_their_processes_take_turns(
    cpus: int, gpus: int, gib: int, expected: TrialResources
) -> None:
    memory = GpuMemory(20 * GIB, gib * GIB, mps=False)
    assert resources_of([ClusterNode(cpus, gpus)], memory, request()) == expected


def test_mps_is_known_by_its_daemons_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_MPS_PIPE_DIRECTORY", str(tmp_path))
    assert not runs_mps()
    os.mkfifo(tmp_path / "control")
    assert runs_mps()


@pytest.mark.parametrize(
    ("nodes", "asked", "expected"),
    [
        ([(8, 0)] * 3, {}, TrialResources(1, 0, 20)),
        ([(8, 0)] * 3, {"trials": 8}, TrialResources(2, 0, 8)),
        ([(8, 0)] * 3, {"concurrent": 2}, TrialResources(8, 0, 2)),
        ([(8, 0)] * 3, {"cpus_per_trial": 5}, TrialResources(5, 0, 3)),
        ([(0, 0), (1, 0), (1, 0)], {}, TrialResources(1, 0, 2)),
        ([(8, 0), (4, 1)], {}, TrialResources(1, 1 / 4, 4)),
        ([(8, 0), (4, 1)], {"gpus_per_trial": 0.0, "trials": 3}, TrialResources(4, 0, 3)),
        ([(4, 1), (4, 1)], {"gpus_per_trial": 1.0, "cpus_per_trial": 3}, TrialResources(3, 1.0, 2)),
    ],
)
def test_each_trial_fits_on_one_node(
    nodes: list[tuple[int, int]], asked: dict[str, object], expected: TrialResources
) -> None:
    memory = GpuMemory(20 * GIB, 2 * GIB, mps=True) if any(gpus for _, gpus in nodes) else None
    assert (
        resources_of([ClusterNode(*each) for each in nodes], memory, request(**asked)) == expected
    )


def test_no_machine_is_told_of_that_has_the_cores_of_one_and_the_gpus_of_another() -> None:
    nodes, memory = (
        [ClusterNode(8, 0), ClusterNode(4, 1), ClusterNode(4, 1)],
        GpuMemory(20 * GIB, 2 * GIB),
    )
    with pytest.raises(SweepError, match=r"has \(cores: 8, GPUs: 0; cores: 4, GPUs: 1\):"):
        resources_of(nodes, memory, request(cpus_per_trial=6))


def test_trial_larger_than_the_gpu_has_it_to_itself() -> None:
    assert resources_of([ClusterNode(16, 1)], GpuMemory(GIB, GIB), request()).gpus == 1


@pytest.mark.parametrize("asked", [{"cpus_per_trial": 3}, {"gpus_per_trial": 1.0}])
def test_more_than_there_is_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(
        SweepError, match=r"a trial needs more .* than any machine has \(cores: 2, GPUs: 0\)"
    ):
        resources_of([ClusterNode(2, 0)], None, request(**asked))


def test_largest_configuration_has_the_upper_ends_of_what_needs_memory() -> None:
    largest = largest_configuration(read_space("wide", Configuration.check))
    assert (largest.channels_1, largest.channels_2, largest.batch_size) == (128, 256, 200)
    assert largest.dropout_1 == Configuration().dropout_1


SPACE = """
about = "x"
[fixed]
hidden_2 = 16
[parameters]
{name} = {varied}
"""


def space_of(folder: Path, name: str, varied: str) -> SearchSpace:
    file = folder / "space.toml"
    file.write_text(SPACE.format(name=name, varied=varied))
    return read_space(str(file), Configuration.check)


@pytest.mark.parametrize(
    ("name", "varied", "expected"),
    [
        ("channels_2", '{kind = "int", low = 8, high = 512}', 512),
        ("hidden_1", '{kind = "choice", choices = [64, 256, 128]}', 256),
        ("batch_size", '{kind = "int", low = 50, high = 400}', 400),
        ("networks", '{kind = "int", low = 1, high = 5}', 5),
        ("normalisation", '{kind = "choice", choices = ["none", "batch"]}', "batch"),
        ("normalisation", '{kind = "choice", choices = ["batch", "none"]}', "batch"),
        ("normalisation", '{kind = "choice", choices = ["none"]}', "none"),
        ("network", '{kind = "choice", choices = ["cnn", "fully-connected"]}', "cnn"),
        ("elastic", '{kind = "float", low = 0, high = 1.5}', 1.5),
        ("shear", '{kind = "float", low = 0, high = 20}', 20),
        ("learning_rate", '{kind = "float", low = 0.01, high = 0.1}', 0.001),
    ],
)
def test_memory_is_tried_with_what_needs_the_most_of_it(
    tmp_path: Path, name: str, varied: str, expected: object
) -> None:
    largest = largest_configuration(space_of(tmp_path, name, varied))
    assert largest == Configuration.from_dict({"hidden_2": 16, name: expected})


@pytest.mark.parametrize(
    ("name", "varied", "expected"),
    [
        ("channels_2", '{kind = "int", low = 8, high = 512}', 8),
        ("networks", '{kind = "int", low = 2, high = 5}', 2),
        ("normalisation", '{kind = "choice", choices = ["batch", "none"]}', "none"),
        ("network", '{kind = "choice", choices = ["cnn", "fully-connected"]}', "fully-connected"),
    ],
)
def test_the_smallest_configuration_has_the_fewest_weights(
    tmp_path: Path, name: str, varied: str, expected: object
) -> None:
    smallest = smallest_configuration(space_of(tmp_path, name, varied))
    assert smallest == Configuration.from_dict({"hidden_2": 16, name: expected})


def test_a_narrow_cnn_is_smaller_than_the_fully_connected_network(tmp_path: Path) -> None:
    both = space_of(tmp_path, "network", '{kind = "choice", choices = ["cnn", "fully-connected"]}')
    narrow = both.model_copy(update={"fixed": {"channels_1": 8, "channels_2": 8}})
    assert smallest_configuration(narrow).network == "cnn"


def test_networks_of_ones_own_are_ordered_among_the_others(
    tmp_path: Path, write_own: Callable[[str], str]
) -> None:
    own = f"{write_own(NETWORK)}:Own"
    varied = f'{{kind = "choice", choices = ["fully-connected", "{own}"]}}'
    space = space_of(tmp_path, "network", varied)
    assert smallest_configuration(space).network == own  # few weights, but many places
    assert largest_configuration(space).network == own
    fixed = {"channels_1": 1, "batch_size": 1}
    narrow = space.model_copy(update={"fixed": fixed})
    assert largest_configuration(narrow) == Configuration.from_dict(
        {**fixed, "network": "fully-connected"}
    )


def test_only_a_shared_gpu_can_be_had_alone() -> None:
    assert TrialResources(1, 0.25, 4).alone == TrialResources(1, 1.0, 4)
    assert TrialResources(1, 2.0, 4).alone == TrialResources(1, 2.0, 4)
    assert TrialResources(1, 0, 4).alone == TrialResources(1, 0, 4)
