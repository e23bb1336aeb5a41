import pytest

from model import Configuration
from search_spaces import read_space
from tune import SweepError, SweepRequest
from tune.resources import Share, largest_trial_bytes, share_of

GIB = 2**30


def request(**values: object) -> SweepRequest:
    return SweepRequest.model_validate({"name": "a", "trials": 20, **values})


@pytest.mark.parametrize(
    ("cpus", "gpus", "asked", "expected"),
    [
        (2, 0, {}, Share(1, 0, 2)),
        (16, 0, {}, Share(1, 0, 16)),
        (16, 0, {"trials": 3}, Share(5, 0, 3)),
        (16, 0, {"concurrent": 2}, Share(8, 0, 2)),
        (16, 0, {"cpus_per_trial": 3}, Share(3, 0, 5)),
        (16, 1, {}, Share(1, 1 / 9, 9)),
        (4, 1, {}, Share(1, 1 / 4, 4)),
        (64, 4, {}, Share(1, 1 / 9, 20)),
        (16, 2, {"gpus_per_trial": 1.0}, Share(1, 1.0, 2)),
        (16, 2, {"gpus_per_trial": 0.5, "cpus_per_trial": 4}, Share(4, 0.5, 4)),
        (16, 1, {"gpus_per_trial": 0.0}, Share(1, 0, 16)),
    ],
)
def test_machine_is_divided(
    cpus: int, gpus: int, asked: dict[str, object], expected: Share
) -> None:
    share = share_of(cpus, gpus, 20 * GIB, 2 * GIB, request(**asked))
    assert share == expected
    assert share.concurrent * share.cpus <= cpus
    assert share.concurrent * share.gpus <= gpus + 1e-9


def test_trial_larger_than_the_gpu_has_it_to_itself() -> None:
    assert share_of(16, 1, 1 * GIB, 2 * GIB, request()).gpus == 1


@pytest.mark.parametrize("asked", [{"cpus_per_trial": 3}, {"gpus_per_trial": 1.0}])
def test_more_than_there_is_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(
        SweepError, match=r"a trial needs more .* than there is \(cores: 2, GPUs: 0\)"
    ):
        share_of(2, 0, 0, GIB, request(**asked))


def test_larger_networks_need_more_memory() -> None:
    spaces = [read_space(name, Configuration.check) for name in ("quick", "paper", "wide")]
    needs = [largest_trial_bytes(space, 60_000) for space in spaces]
    assert needs[0] < needs[1] <= needs[2]
    assert needs[2] < 20 * GIB
