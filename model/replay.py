"""A step that a GPU repeats without being told its parts again."""

from collections.abc import Callable

import torch

WARM_UP = 3  # real steps before the capture: libraries choose and allocate in them


class Replayed:
    """A function of tensors at fixed places, captured as a CUDA graph once it has run a few times.

    A replay costs one launch instead of one for each kernel. On a CPU the function is just called.

    Args:
        function: Reads and writes tensors that stay where they are; takes and returns nothing.
        device: Where the tensors are.
    """

    def __init__(self, function: Callable[[], None], device: torch.device) -> None:
        self._function = function
        self._captures = device.type == "cuda"
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self) -> None:
        """Runs the function once more, on the current stream."""
        self._calls += 1
        if not self._captures or self._calls <= WARM_UP:
            self._function()
            return
        if self._graph is None:
            self._graph = self._captured()
        self._graph.replay()

    def _captured(self) -> torch.cuda.CUDAGraph:
        """Captures one call, which is not run by that."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(
            graph, stream=torch.cuda.current_stream(), capture_error_mode="thread_local"
        ):
            self._function()
        return graph
