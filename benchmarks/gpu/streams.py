"""What it brings to train folds side by side: on streams of their own, and batched as one."""

import statistics
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from torch.autograd import DeviceType  # type: ignore[attr-defined]
from torch.autograd.profiler_util import FunctionEventAvg
from torch.profiler import ProfilerActivity, profile

from benchmarks.gpu.job import WAYS, Job, Line, attempted, run_phase
from benchmarks.gpu.measuring import Watch, peak, wait_for
from benchmarks.gpu.pool import FOLDS, folds_of, made_up
from model.hardware.device import DeviceDigits
from model.training.cross_validation import cross_validate

SIDE_BY_SIDE = (1, 2, 3, 5)
PROFILED = 5000  # digits: a profile of all would be too long
TOP = 25
LAUNCHES = ("cudaLaunchKernel", "cuLaunchKernel")


def lines(job: Job) -> Iterator[Line]:
    """Yields the time of an epoch for each number of folds and each way, and profiles."""
    job.prepare()
    digits = DeviceDigits.of(made_up(job.digits), job.device)
    for folds in SIDE_BY_SIDE:
        yield attempted(f"folds {folds}", partial(_epoch, job, digits, folds, WAYS["streams"]))
    yield attempted("batched", partial(_epoch, job, digits, FOLDS, WAYS["batched"]))
    few = DeviceDigits.of(made_up(job.size(PROFILED, 200)), job.device)
    for name, batched in WAYS.items():
        yield attempted(f"profile, {name}", partial(_profiled, job, few, batched))


def _epoch(job: Job, digits: DeviceDigits, folds: int, batched: bool) -> Line:
    """Trains some epochs, the first of which warms up and captures."""
    configuration, watch = replace(job.complete, epochs=job.size(4, 2)), Watch(job.device)
    peak(job.device)
    count = len(digits.labels)
    epochs = cross_validate(
        configuration, digits, folds_of(count), 0, range(folds), batched=batched
    )
    for _ in range(configuration.epochs):
        with watch.part("epoch"):
            next(epochs)
    epochs.close()  # type: ignore[attr-defined]
    first, *later = watch.seconds["epoch"]
    seconds = statistics.median(later)
    images = folds * count * (FOLDS - 1) / FOLDS
    return {
        "first_s": round(first, 3),
        "epoch_s": round(seconds, 3),
        "images_per_s": round(images / seconds),
        "peak_reserved_mb": peak(job.device),
    }


def _profiled(job: Job, digits: DeviceDigits, batched: bool) -> Line:
    """Profiles the second epoch of five folds, its judging too."""
    configuration, folds = replace(job.complete, epochs=2), folds_of(len(digits.labels))
    epochs = cross_validate(configuration, digits, folds, 0, batched=batched)
    next(epochs)
    kinds = [ProfilerActivity.CPU, *([] if job.rehearse else [ProfilerActivity.CUDA])]
    with profile(activities=kinds) as profiler:
        next(epochs)
        wait_for(job.device)
    epochs.close()  # type: ignore[attr-defined]
    training = (len(digits.labels) - len(fold) for fold in folds)
    steps = sum(-(-count // configuration.batch_size) for count in training)
    return {"steps": steps, **_timed_kernels(list(profiler.key_averages()), steps)}


def _timed_kernels(events: list[FunctionEventAvg], steps: int) -> Line:
    """Returns launches and kernels for each step of a fold, and what took longest."""
    kernels = [each for each in events if each.device_type == DeviceType.CUDA]
    graphs = sum(each.count for each in events if each.key == "cudaGraphLaunch")
    launches = sum(each.count for each in events if str(each.key).startswith(LAUNCHES))
    longest = sorted(kernels or events, key=_microseconds, reverse=True)[:TOP]
    return {
        "graph_launches_a_step": round(graphs / steps, 3),
        "single_launches_a_step": round(launches / steps, 3),
        "kernels_a_step": round(sum(each.count for each in kernels) / steps, 1),
        "kernels_ms": round(sum(map(_microseconds, kernels)) / 1e3, 2),
        "top": [
            [str(each.key)[:120], each.count, round(_microseconds(each) / 1e3, 3)]
            for each in longest
        ],
    }


def _microseconds(event: FunctionEventAvg) -> float:
    """Returns the GPU's time, or a CPU's where there is none."""
    on_gpu = event.device_type == DeviceType.CUDA
    return float(event.self_device_time_total if on_gpu else event.self_cpu_time_total)


if __name__ == "__main__":
    run_phase(lines)
