"""A random state of its own for each fold, so that folds do not disturb each other."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


class OwnRandomness:
    """Torch's random state as one replica sees it, whatever else draws in the meantime.

    Args:
        seed: Where the state starts.
        device: The device whose random state is kept too, beside the CPU's.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self._cpu_state = torch.Generator().manual_seed(seed).get_state()
        self._gpu = _default_generator(device) if device.type == "cuda" else None
        if self._gpu:
            self._gpu_state = self._gpu.clone_state().manual_seed(seed)

    @property
    def generators(self) -> list[torch.Generator]:
        """The GPU's state as a generator: a graph that draws from it is told of it first."""
        return [self._gpu_state] if self._gpu else []

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Everything drawn inside the block goes on from where the last block ended."""
        with torch.random.fork_rng(devices=[]), self._gpu_applied():
            torch.set_rng_state(self._cpu_state)
            yield
            self._cpu_state = torch.get_rng_state()

    @contextmanager
    def _gpu_applied(self) -> Iterator[None]:
        """Lends the GPU's generator this state itself, no copy: captured graphs keep to it."""
        if self._gpu is None:
            yield
            return
        before = self._gpu.graphsafe_get_state()
        self._gpu.graphsafe_set_state(self._gpu_state)
        try:
            yield
        finally:
            self._gpu.graphsafe_set_state(before)


def _default_generator(device: torch.device) -> torch.Generator:
    torch.cuda.init()  # type: ignore[no-untyped-call]
    place = torch.cuda.current_device() if device.index is None else device.index
    return torch.cuda.default_generators[place]
