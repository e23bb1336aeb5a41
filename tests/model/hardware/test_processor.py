import os
import subprocess
import sys

import pytest

# glibc adapts these by chance of what came before; so both processes start alike.
AT_FIRST = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
STEPS = """
import resource, torch
from model.hardware.processor import prepare_processor
{prepare}
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3):
    [torch.ones(3_000_000) for _ in range(8)]
before = faults()
for _ in range(20):
    [torch.ones(3_000_000) for _ in range(8)]
print(torch.get_num_threads(), faults() - before)
"""


def threads_and_page_faults(prepare: str) -> tuple[int, int]:
    code = STEPS.format(prepare=prepare)
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | AT_FIRST
    )
    threads, faults = printed.stdout.split()
    return int(threads), int(faults)


@pytest.mark.kill
@pytest.mark.skipif(sys.platform != "linux", reason="the setting is glibc's")
def test_freed_memory_is_kept_for_the_next_step() -> None:
    threads, kept = threads_and_page_faults("prepare_processor(2)")
    _, mapped_anew = threads_and_page_faults("torch.set_num_threads(1)")
    assert threads == 2
    assert kept < 1000
    assert mapped_anew > 10 * max(kept, 1)


# `put_` is without a method that repeats, on any device.
UNREPEATABLE = """
import torch
from model.hardware.processor import prepare_gpu
prepare_gpu(1)
for _ in range(3):
    torch.zeros(3).put_(torch.tensor([1]), torch.ones(1))
print(torch.backends.cudnn.deterministic, torch.utils.deterministic.fill_uninitialized_memory)
"""


@pytest.mark.kill
def test_a_method_that_does_not_repeat_is_named_once_and_used() -> None:
    done = subprocess.run([sys.executable, "-c", UNREPEATABLE], capture_output=True, text=True)
    assert done.stdout == "True False\n"
    assert done.stderr.count("UserWarning: put_ does not have a deterministic implementation") == 1
