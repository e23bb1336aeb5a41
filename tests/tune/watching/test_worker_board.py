"""What each worker is told to be doing."""

import pytest

from model.configuration import Configuration
from tests.made_epochs import made_epoch
from tune.planning.trial_resources import TrialResources
from tune.watching.worker_board import Speed, Workers
from tune.workers.job import Job, JobStep


def job(trial: int, folds: list[int], alone: bool = False) -> Job:
    return Job(0, trial, Configuration(epochs=2, repetition=3), tuple(folds), alone)


def result(epoch: int, *folds: int) -> JobStep:
    return JobStep(tuple(made_epoch(fold, epoch, 0.5) for fold in folds), cores=0.9)


def images(fold: int, configuration: Configuration) -> int:
    return 100 * configuration.repetition


def places(workers: Workers) -> list[tuple[bool, int, list[int], int]]:
    return [(each.busy, each.trial, list(each.folds), each.epoch) for each in workers.places]


def test_worker_is_at_the_epoch_after_the_last_one_reported() -> None:
    workers = Workers(TrialResources(1, 0, 1), images)
    workers.begin("a", job(7, [1, 2]), 0)
    seen = places(workers)
    for epoch, fold in ((1, 1), (2, 1), (1, 2), (2, 2)):
        workers.add("a", result(epoch, fold), 0)
        seen += places(workers)
    at = [(1, 1), (1, 2), (2, 1), (2, 2), (2, 2)]
    assert seen == [(True, 7, [fold], epoch) for fold, epoch in at]


def test_a_gpu_is_at_all_folds_of_a_run() -> None:
    workers = Workers(TrialResources(1, 0.5, 1), images)
    workers.begin("a", job(7, [0, 1, 2]), 0)
    assert places(workers) == [(True, 7, [0, 1, 2], 1)]
    workers.add("a", result(1, 0, 1, 2), 0)
    assert places(workers) == [(True, 7, [0, 1, 2], 2)]
    assert [worker.gpus for worker in workers.busy] == [0.5]
    workers.end("a")
    workers.begin("b", job(7, [0, 1, 2], alone=True), 0)
    assert [worker.gpus for worker in workers.busy] == [1.0]


def test_each_run_takes_the_first_free_place() -> None:
    workers = Workers(TrialResources(1, 0, 2), images)
    workers.begin("a", job(0, [0]), 0)
    workers.begin("b", job(1, [0]), 0)
    workers.end("a")
    assert [worker.trial for worker in workers.busy] == [1]
    workers.begin("c", job(2, [0]), 4)
    assert [worker.trial for worker in workers.places] == [2, 1]
    assert workers.places[0].folds_done == 4


def test_result_without_an_epoch_changes_nothing() -> None:
    workers = Workers(TrialResources(1, 0, 1), images)
    workers.begin("a", job(0, [0]), 0)
    workers.add("a", JobStep(cause="x"), 0)
    assert places(workers) == [(True, 0, [0], 1)]


def test_speed_is_of_the_last_half_minute_or_the_last_epoch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = 0.0
    monkeypatch.setattr("tune.watching.worker_board.time.monotonic", lambda: clock)
    speed = Speed()
    seen = []
    for seconds, trained in ((10, 1000), (20, 1000), (10, 500), (100, 1000)):
        clock += seconds
        speed.add(trained)
        seen.append(speed.images)
    # 1000 in 10 s; 2000 in 30 s; 1500 in the 30 s since the first; 1000 in 100 s
    assert seen == pytest.approx([100, 2000 / 30, 50, 10])


def test_images_of_repeated_digits_are_counted_each_time() -> None:
    workers = Workers(TrialResources(1, 0, 1), images)
    workers.begin("a", job(0, [0]), 0)
    workers.add("a", result(1, 0), 0)
    (worker,) = workers.busy
    assert worker.images > 0
    assert worker.cores == 0.9
