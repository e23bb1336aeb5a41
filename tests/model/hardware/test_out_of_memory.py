"""What says that a GPU's memory does not suffice, and what then is let go."""

import weakref

import pytest
import torch

from model.hardware.out_of_memory import freed, is_out_of_memory, let_go


def hidden_by(error: BaseException, cause: BaseException) -> BaseException:
    """Returns an error as one has it that came while another was dealt with."""
    error.__context__ = cause
    return error


OUT_OF_MEMORY = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


@pytest.mark.parametrize(
    "error",
    [
        OUT_OF_MEMORY,
        torch.AcceleratorError("CUDA error: out of memory\nCompile with `TORCH_USE_CUDA_DSA`"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        hidden_by(RuntimeError("CUDA error: a previous error during capture"), OUT_OF_MEMORY),
    ],
)
def test_each_form_is_known(error: BaseException) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA error: an illegal memory access was encountered"),
        FloatingPointError("the training loss of fold 0 is nan in epoch 1."),
        ValueError("out of memory"),  # not said by torch
        hidden_by(RuntimeError("b"), RuntimeError("a")),
    ],
)
def test_no_other_error_is_taken_for_it(error: BaseException) -> None:
    assert not is_out_of_memory(error)


def test_an_error_that_leads_to_itself_is_looked_at_once() -> None:
    one, other = RuntimeError("one"), RuntimeError("other")
    one.__context__, other.__context__ = other, one
    assert not is_out_of_memory(one)


def test_what_the_frames_of_an_error_held_is_let_go() -> None:
    held: list[weakref.ref[torch.Tensor]] = []

    def fail() -> None:
        tensor = torch.zeros(3)
        held.append(weakref.ref(tensor))
        raise OUT_OF_MEMORY

    def fail_again() -> None:
        try:
            fail()
        except RuntimeError as error:
            raise RuntimeError("the capture failed") from error

    with pytest.raises(RuntimeError) as caught:
        fail_again()
    error = caught.value
    del caught
    assert held[0]() is not None
    let_go(error)
    assert held[0]() is None


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        (
            "CUDA out of memory. Tried to allocate 2 GiB\nmore",
            "CUDA out of memory. Tried to allocate 2 GiB",
        ),
        ("", ""),
    ],
)
def test_what_was_without_memory_is_freed_and_told_in_a_line(says: str, cause: str) -> None:
    held: list[weakref.ref[torch.Tensor]] = []

    def fails() -> None:
        large = torch.zeros(9)
        held.append(weakref.ref(large))
        raise torch.OutOfMemoryError(says)

    with pytest.raises(torch.OutOfMemoryError) as failed:
        fails()
    assert held[0]() is not None
    assert freed(failed.value) == f"out of the GPU's memory: {cause}"
    assert held[0]() is None
