"""Stand-ins that let the training of a GPU be told, tensor by tensor, where there is none.

Torch's fake tensors have shapes, types and devices, but no values, and refuse what mixes devices.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode, unset_fake_temporarily
from torch.autograd.function import BackwardCFunction
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from model.configuration import Configuration
from model.hardware import device as device_module
from model.networks.digit_network import DigitNetwork
from model.networks.kinds import build
from model.training import randomness as randomness_module
from model.training import replay as replay_module
from model.training import replica as replica_module
from tests.model.training.gpu_waits import ONE_VALUE, waits

aten = torch.ops.aten
OF_CUDA, OF_META = 1, 14  # c10::DeviceType


CUDA = torch.device("cuda", 0)  # with its number: there is no current one


class MadeUp(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Makes up what fake tensors cannot tell, so that setting up and judging go on."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func.overloadpacket is aten._fused_adamw_:  # works in place; has no fake
            return None
        if not waits(func, args):
            return func(*args, **kwargs)
        if func.overloadpacket in ONE_VALUE:
            return 1.0 if args[0].is_floating_point() else 1
        if func.overloadpacket is aten.bincount:
            return args[0].new_ones(kwargs.get("minlength") or args[2])
        return args[0].clone()  # as if the mask chose all


class OnlyThere(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes all that a step may not do: wait, or read or write anything but the GPU's memory.

    Args:
        faults: Where it is noted.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._faults = faults

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        leaves = tree_leaves((args, kwargs, result))
        places = [str(leaf.device) for leaf in leaves if isinstance(leaf, Tensor)]
        if waits(func, args):
            self._faults.append(f"{func} waits")
        elif func.namespace != "prim" and "cpu" in places:  # prim just asks where a tensor is
            self._faults.append(f"{func} is on {', '.join(places)}")
        return result


class NoGenerator:
    """Stands for a GPU's generator: fake tensors draw nothing."""

    def clone_state(self) -> "NoGenerator":
        return self

    def manual_seed(self, _: int) -> "NoGenerator":
        return self

    def graphsafe_get_state(self) -> "NoGenerator":
        return self

    def graphsafe_set_state(self, _: "NoGenerator") -> None:
        pass


class NoGraph:
    """Stands for a CUDA graph: fake tensors are not changed by a replay."""

    def replay(self) -> None:
        pass

    def reset(self) -> None:
        pass


def _history(function: Any) -> Iterator[Any]:
    """Returns what `Tensor.backward` would call."""
    waiting, seen = [function], set()
    while waiting:
        if (each := waiting.pop()) is not None and each not in seen:
            seen.add(each)
            yield each
            waiting += [before for before, _ in each.next_functions]


@dataclass
class FakeCuda:
    """A GPU that computes nothing.

    Attributes:
        captured: How many steps were captured.
        faults: What they did that a captured step may not.
        networks: Those that are trained.
    """

    captured: int = 0
    faults: list[str] = field(default_factory=list)
    networks: list[DigitNetwork] = field(default_factory=list)

    def build(self, configuration: Configuration) -> DigitNetwork:
        """Makes a network of real weights: a fake module cannot go from a CPU to a GPU."""
        with unset_fake_temporarily():
            self.networks.append(build(configuration))
        return self.networks[-1]

    def backward(self, loss: Tensor) -> None:
        """Stands for `Tensor.backward`, whose threads a build without CUDA lacks.

        On a GPU all that runs there is torch's own, which is checked.
        """
        own = [each for each in _history(loss.grad_fn) if isinstance(each, BackwardCFunction)]
        assert loss.requires_grad
        assert own == []
        assert loss.device == CUDA
        parameters = nn.ModuleList(self.networks).parameters()
        for parameter in (each for each in parameters if each.device == loss.device):
            parameter.grad = torch.empty_like(parameter)

    def capture(self, function: Callable[[], None], _: object) -> NoGraph:
        """Calls a step as a capture does, and notes its faults."""
        self.captured += 1
        with OnlyThere(self.faults):
            function()
        return NoGraph()


@contextmanager
def _device_guard() -> Iterator[None]:
    """Lends fake tensors the guard of meta tensors, which does nothing.

    A build with CUDA has its own. In one without, torch itself has no guard to lend, though
    `FakeTensorMode` asks for one.
    """
    if torch.version.cuda:
        yield
        return
    library = ctypes.CDLL(str(Path(torch.__file__).parent / "lib" / "libc10.so"))
    guards = (ctypes.c_void_p * (OF_META + 1)).in_dll(
        library, "_ZN3c104impl26device_guard_impl_registryE"
    )
    guards[OF_CUDA] = guards[OF_META]
    try:
        yield
    finally:
        guards[OF_CUDA] = None


@contextmanager
def fake_cuda(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCuda]:
    """Has all that is made on `cuda` be fake, in the block."""
    fake = FakeCuda()
    monkeypatch.setattr(replica_module, "build", fake.build)
    monkeypatch.setattr(replica_module, "stream", lambda *_: None)
    monkeypatch.setattr(replay_module, "_captured", fake.capture)
    monkeypatch.setattr(randomness_module, "_default_generator", lambda _: NoGenerator())
    monkeypatch.setattr(Tensor, "backward", lambda loss: fake.backward(loss))
    monkeypatch.setattr(FakeTensor, "tolist", lambda self: np.ones(self.shape).tolist())
    monkeypatch.setattr(FakeTensor, "numpy", lambda self: np.ones(self.shape))
    monkeypatch.setattr(device_module, "has_fast_bfloat16", lambda _: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    monkeypatch.setattr(torch.cuda.amp.common, "amp_definitely_not_available", lambda: False)
    made_up = MadeUp()  # type: ignore[no-untyped-call]
    with _device_guard(), FakeTensorMode(allow_non_fake_inputs=True), made_up:
        yield fake
