"""With what the check is run, and how fast the card is at the most."""

import platform
import shutil
import subprocess
from collections.abc import Iterator

import torch

from benchmarks.gpu.job import Job, Line, attempted, run_phase
from benchmarks.gpu.measuring import Watch

REPEATS = 10


def lines(job: Job) -> Iterator[Line]:
    """Yields the versions and two ceilings."""
    yield attempted("versions", lambda: _versions(job))
    yield attempted("matrix product", lambda: _product(job))
    yield attempted("device copy", lambda: _copy(job))


def _versions(job: Job) -> Line:
    line = {"python": platform.python_version(), "torch": torch.__version__}
    if job.rehearse:
        return {**line, "cuda": None, "cudnn": None, "card": None, "driver": None}
    return {
        **line,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
        "card": torch.cuda.get_device_name(),
        "memory_gb": round(torch.cuda.get_device_properties(0).total_memory / 1e9, 1),
        "driver": _driver(),
    }


def _driver() -> str | None:
    if not shutil.which("nvidia-smi"):
        return None
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _product(job: Job) -> Line:
    side = job.size(8192, 256)
    one, other = (
        torch.randn(side, side, device=job.device, dtype=torch.bfloat16) for _ in range(2)
    )
    watch = Watch(job.device)
    for part in ("first", "rest"):
        with watch.part(part):
            for _ in range(REPEATS):
                torch.mm(one, other)
    operations = 2 * side**3 * REPEATS
    return {"side": side, "tflops": round(operations / watch.seconds["rest"][0] / 1e12, 3)}


def _copy(job: Job) -> Line:
    size = job.size(2**32, 2**22)
    source = torch.zeros(size, dtype=torch.uint8, device=job.device)
    target, watch = torch.empty_like(source), Watch(job.device)
    for part in ("first", "rest"):
        with watch.part(part):
            for _ in range(REPEATS):
                target.copy_(source)
    moved = 2 * size * REPEATS  # each byte is read and written
    return {"bytes": size, "gb_per_s": round(moved / watch.seconds["rest"][0] / 1e9, 1)}


if __name__ == "__main__":
    run_phase(lines)
