"""Seconds and memory of a device, which is waited for at the borders of what is measured."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import torch

Memory = dict[str, float | None]


def wait_for(device: torch.device) -> None:
    """Waits until a GPU has done all that it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


class Watch:
    """Tells how long parts of some work took, each time.

    Args:
        device: Is waited for where a part begins and where it ends.

    Attributes:
        seconds: Of each part, by its name, in the order in which they ended.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measures a block."""
        wait_for(self._device)
        started = time.perf_counter()
        yield
        wait_for(self._device)
        self.seconds[name].append(time.perf_counter() - started)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Returns the function, each of whose calls is a part."""

        @wraps(function)
        def measured(*arguments: Any) -> Any:
            with self.part(name):
                return function(*arguments)

        return measured


def memory(device: torch.device) -> Memory:
    """Returns what this process holds of a GPU, MB; nothing of a CPU.

    `allocated` is in tensors, `reserved` what torch keeps for them.
    """
    if device.type != "cuda":
        return {"allocated": None, "reserved": None}
    wait_for(device)
    held = torch.cuda.memory_allocated(), torch.cuda.memory_reserved()
    return dict(
        zip(("allocated", "reserved"), (round(each / 1e6, 1) for each in held), strict=True)
    )


def peak(device: torch.device) -> float | None:
    """Returns the most that torch has reserved, MB, since this was asked last."""
    if device.type != "cuda":
        return None
    most = torch.cuda.max_memory_reserved() / 1e6
    torch.cuda.empty_cache()  # else what is kept of this part would count as the next one's
    torch.cuda.reset_peak_memory_stats()
    return round(most, 1)
