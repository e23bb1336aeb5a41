"""What takes time is done so seldom that it takes a part of the time at most."""

import time

import pytest

from tune.watching.throttle import Throttle


def test_what_took_long_is_due_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    throttle = Throttle(0.01)
    assert throttle.is_due
    with throttle.measured():
        now += 2.0
    now += 199.0
    assert not throttle.is_due
    now += 1.0
    assert throttle.is_due
