"""Trainings on Ray's workers once the search has ended, side by side."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

import ray
import ray.exceptions

from tune.planning.plan import Plan
from tune.planning.trial_resources import TrialResources
from tune.workers.trainer import Failed, Trainer

Task = TypeVar("Task")
Begin = Callable[[Any, Task], ray.ObjectRef]
TRIES = 4  # of a task whose worker dies, as many as Ray gives tasks of its own


def trained(
    open_tasks: Callable[[], Sequence[Task]], begin: Begin[Task], plan: Plan
) -> Generator[tuple[Task, Any]]:
    """Has workers do tasks side by side; those without memory on a shared GPU do it again alone.

    Args:
        open_tasks: Returns what is worth doing and not done yet, the most urgent first. It is asked
            again after each task.
        begin: Has a `Trainer` do a task.
        plan: The sweep's.

    Workers end with the iterator: close it where it may be left before its end.

    Yields:
        Each task as it is ready, with what its method returned; `Failed` if its worker died or it
        raised something.
    """
    resources, crowded_out = plan.resources, list[Task]()

    def beside() -> list[Task]:
        return [task for task in open_tasks() if task not in crowded_out]

    for task, received in _trained(beside, begin, plan, resources):
        if resources.alone != resources and isinstance(received, Failed) and received.crowded_out:
            crowded_out.append(task)
        else:
            yield task, received

    def again() -> list[Task]:
        return [task for task in open_tasks() if task in crowded_out][:1]

    yield from _trained(again, begin, plan, resources.alone)


def _trained(
    open_tasks: Callable[[], Sequence[Task]],
    begin: Begin[Task],
    plan: Plan,
    resources: TrialResources,
) -> Generator[tuple[Task, Any]]:
    make = ray.remote(num_cpus=resources.cpus, num_gpus=resources.gpus)(Trainer)
    idle: list[Any] = []
    running: dict[ray.ObjectRef, tuple[Task, Any]] = {}
    deaths: Counter[Task] = Counter()
    try:
        while True:
            at_work = [task for task, _ in running.values()]
            waiting = [task for task in open_tasks() if task not in at_work]
            for task in waiting[: resources.concurrent - len(running)]:
                trainer = idle.pop() if idle else make.remote(plan.stored_pool, resources)
                running[begin(trainer, task)] = task, trainer
            _end(idle)  # a new worker may need their room
            if not running:
                return
            (ready, *_rest), _ = ray.wait(list(running), num_returns=1)
            task, trainer = running.pop(ready)
            received, died = _received(ready)
            deaths[task] += died
            idle += [] if died else [trainer]
            if not died or deaths[task] == TRIES:
                yield task, received
    finally:
        _end(idle)
        _end([trainer for _, trainer in running.values()])


def _end(trainers: list[Any]) -> None:
    """Ends workers; where Ray has ended, so have they, and to ask would start another Ray."""
    while trainers:
        trainer = trainers.pop()
        if ray.is_initialized():
            ray.kill(trainer)


def _received(ready: ray.ObjectRef) -> tuple[Any, bool]:
    """Returns what a task came to, and whether its worker died of it."""
    try:
        return ray.get(ready), False
    except ray.exceptions.RayTaskError as error:
        return Failed(_last_line(error)), False
    except ray.exceptions.RayError as error:
        return Failed(_last_line(error)), True


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
