"""Steps that a GPU repeats without being told their parts again."""

import gc
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch

from datasets.errors import first_line
from model.hardware.out_of_memory import is_out_of_memory


def captures(device: torch.device) -> bool:
    """Tells whether steps can be captured there."""
    return device.type == "cuda"


class Replayed:
    """A function of tensors at fixed places that can be captured as a CUDA graph.

    A replay costs one launch instead of one for each kernel. The function is given with each call:
    nothing here keeps it alive, or what it belongs to. On a CPU it is just called.

    Args:
        device: Where the tensors are.
    """

    def __init__(self, device: torch.device) -> None:
        self._captures = captures(device)
        self._graph: torch.cuda.CUDAGraph | None = None

    def capture(
        self, function: Callable[[], None], generators: Sequence[torch.Generator] = ()
    ) -> None:
        """Captures a call, which is not run by that; the GPU has run its kernels before.

        Where that fails the function is called each time, which is slower, and a warning says why.

        Args:
            function: Reads and writes tensors that stay where they are; takes and returns nothing.
            generators: From which it draws; the default one, as it is now, need not be told.

        Raises:
            RuntimeError: If the GPU's memory does not suffice.
        """
        if not self._captures:
            return
        try:
            self._graph = _captured(function, generators)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            warnings.warn(
                "training steps cannot be replayed as a CUDA graph, so they run one by one: "
                f"{first_line(error)}",
                stacklevel=2,
            )
            self._captures = False

    def __call__(self, function: Callable[[], None]) -> None:
        """Runs the function that was captured once more, on the current stream."""
        if self._graph:
            self._graph.replay()
        else:
            function()

    def release(self) -> None:
        """Gives the graph's memory back; nothing may be replaying it."""
        if self._graph:
            self._graph.reset()
            self._graph = None


def _captured(
    function: Callable[[], None], generators: Sequence[torch.Generator]
) -> torch.cuda.CUDAGraph:
    graph, stream = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
    for generator in generators:
        graph.register_generator_state(generator)
    mode = "thread_local"
    with _collector_paused(), torch.cuda.graph(graph, stream=stream, capture_error_mode=mode):
        function()
    return graph


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keeps Python's collector away: if it destroyed another graph, it would ruin a capture."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
