"""Operations that wait for a GPU: no captured step may have one."""

from typing import Any

import torch

aten = torch.ops.aten
# What waits for values or for how many there are, until the GPU has come so far.
ONE_VALUE = {aten._local_scalar_dense, aten.item}
WAITING = {*ONE_VALUE, aten.bincount, aten.nonzero, aten.masked_select, aten._unique2}


def waits(function: Any, arguments: tuple[Any, ...]) -> bool:
    """Tells whether an operation of torch's waits for the GPU."""
    if function.overloadpacket in WAITING:
        return True
    indexes = function.overloadpacket in (aten.index, aten.index_put, aten.index_put_)
    return indexes and any(part is not None and part.dtype == torch.bool for part in arguments[1])
