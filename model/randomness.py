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
        self._gpus = [device] if device.type == "cuda" else []
        with torch.random.fork_rng(devices=self._gpus):
            torch.manual_seed(seed)
            self._keep()

    def _keep(self) -> None:
        self._cpu_state = torch.get_rng_state()
        self._gpu_states = [torch.cuda.get_rng_state(gpu) for gpu in self._gpus]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Everything drawn inside the block goes on from where the last block ended."""
        with torch.random.fork_rng(devices=self._gpus):
            torch.set_rng_state(self._cpu_state)
            for gpu, state in zip(self._gpus, self._gpu_states, strict=True):
                torch.cuda.set_rng_state(state, gpu)
            yield
            self._keep()
