"""A CUDA graph on a CPU: the operations of a call, done once more where the tensors lie."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from tests.model.training.gpu_waits import waits

Storage = torch.UntypedStorage


class Recorded:
    """The operations of a call, which has no effect itself, as while CUDA captures.

    As with CUDA, only what tensors do is repeated, not Python: what it decided, counted or drew
    stays as it was. No operation may wait, or draw from another generator than the default one.

    Args:
        function: The call.

    Raises:
        AssertionError: If an operation is one that CUDA cannot capture.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        recorder, random_state = _Recorder(), torch.get_rng_state()
        try:
            with recorder:
                function()
        finally:
            recorder.undo()
            torch.set_rng_state(random_state)
        self._operations = recorder.operations

    @torch.no_grad()
    def repeat(self) -> None:
        """Does the operations; each result goes to where it was when recorded."""
        for function, args, kwargs, results in self._operations:
            again = _tensors(function(*args, **kwargs))
            for old, new in zip(results, again, strict=True):
                if old is not None:
                    old.copy_(new)


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[tuple[Any, Any, Any, list[Tensor | None]]] = []
        self._before: dict[int, tuple[Storage, Storage]] = {}  # what was there, and a copy of it
        self._made: set[int] = set()  # what came into being here

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        _check(func, args, kwargs or {})
        args, kwargs = tree_map_only(Tensor, Tensor.detach, (args, kwargs or {}))
        given = {_place(tensor) for tensor in _tensors((args, kwargs))}
        for tensor in _tensors((args, kwargs)):
            self._keep(tensor)
        result = _result(func, args, kwargs)
        fresh = [None if _place(each) in given else each.detach() for each in _tensors(result)]
        self._made |= {_place(each) for each in fresh if each is not None}
        self.operations.append((func, args, kwargs, fresh))
        return result

    def _keep(self, tensor: Tensor) -> None:
        storage, place = tensor.untyped_storage(), _place(tensor)
        if place not in self._made and place not in self._before:
            self._before[place] = storage, storage.clone()  # type: ignore[no-untyped-call]

    def undo(self) -> None:
        """Puts back what was there."""
        for storage, copy in self._before.values():
            storage.copy_(copy)


def _result(function: Any, args: Any, kwargs: Any) -> Any:
    """Computes a result of the right shape: CUDA computes nothing yet, so no index is too large."""
    try:
        return function(*args, **kwargs)
    except (IndexError, RuntimeError):  # by dimension, torch raises the one or the other
        return function(*tree_map_only(Tensor, torch.zeros_like, args), **kwargs)


def _check(function: Any, args: Any, kwargs: Any) -> None:
    assert not waits(function, args), f"{function} waits for the GPU"
    for leaf in tree_leaves((args, kwargs)):
        foreign = isinstance(leaf, torch.Generator) and leaf is not torch.default_generator
        assert not foreign, f"{function} draws from a generator that the graph does not know"


def _tensors(values: Any) -> list[Tensor]:
    return [each for each in tree_leaves(values) if isinstance(each, Tensor)]


def _place(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
