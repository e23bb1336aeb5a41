"""Each replica's random state is its own, also where a GPU replays what it captured."""

from dataclasses import dataclass, field

import pytest
import torch

from model.training import randomness as randomness_module
from model.training.randomness import OwnRandomness

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)


@dataclass
class CudaGenerator:
    """Stands for a GPU's generator: it keeps a state that can be shared, and lent for another."""

    state: torch.Generator = field(default_factory=torch.Generator)

    def clone_state(self) -> "CudaGenerator":
        return CudaGenerator(self.state.clone_state())

    def manual_seed(self, seed: int) -> "CudaGenerator":
        self.state.manual_seed(seed)
        return self

    def graphsafe_get_state(self) -> "CudaGenerator":
        return CudaGenerator(self.state)

    def graphsafe_set_state(self, other: "CudaGenerator") -> None:
        self.state = other.state

    def draw(self) -> float:
        return drawn(self.state)


class Graph:
    """Stands for a CUDA graph: it keeps the state that the default generator has at its capture.

    A replay draws from that state, whatever the generator has then.
    """

    def __init__(self, generator: CudaGenerator) -> None:
        self.state = generator.state

    def replay(self) -> float:
        return drawn(self.state)


def drawn(state: torch.Generator) -> float:
    return float(torch.rand(1, generator=state))


def from_seed(seed: int, count: int) -> list[float]:
    state = torch.Generator().manual_seed(seed)
    return [drawn(state) for _ in range(count)]


@pytest.fixture
def default(monkeypatch: pytest.MonkeyPatch) -> CudaGenerator:
    generator = CudaGenerator().manual_seed(99)
    monkeypatch.setattr(randomness_module, "_default_generator", lambda _: generator)
    return generator


def test_a_replay_goes_on_from_where_the_replicas_last_step_ended(default: CudaGenerator) -> None:
    one, other = OwnRandomness(1, CUDA), OwnRandomness(2, CUDA)
    draws: dict[int, list[float]] = {1: [], 2: []}
    graphs = {}
    for seed, own in ((1, one), (2, other)):
        with own.applied():
            draws[seed] += [default.draw(), default.draw()]  # it warms up
            graphs[seed] = Graph(default)
    for seed, own in ((1, one), (2, other), (1, one), (2, other)):
        with own.applied():
            draws[seed] += [graphs[seed].replay(), default.draw(), graphs[seed].replay()]
    assert draws == {1: from_seed(1, 8), 2: from_seed(2, 8)}


def test_what_others_draw_is_left_as_it_was(default: CudaGenerator) -> None:
    own = OwnRandomness(1, CUDA)
    first = default.draw()
    with own.applied():
        default.draw()
        graph = Graph(default)
    graph.replay()
    assert [first, default.draw()] == from_seed(99, 2)


def test_an_error_inside_gives_the_state_of_others_back(default: CudaGenerator) -> None:
    with pytest.raises(ZeroDivisionError), OwnRandomness(1, CUDA).applied():
        default.draw() / 0
    assert default.draw() == from_seed(99, 1)[0]


def test_on_a_cpu_each_goes_on_from_where_it_ended() -> None:
    one, other = OwnRandomness(1, CPU), OwnRandomness(2, CPU)
    torch.manual_seed(99)
    draws: dict[int, list[float]] = {1: [], 2: []}
    for seed, own in ((1, one), (2, other), (1, one), (2, other)):
        with own.applied():
            draws[seed].append(float(torch.rand(1)))
    assert draws == {1: from_seed(1, 2), 2: from_seed(2, 2)}
    assert float(torch.rand(1)) == from_seed(99, 1)[0]
