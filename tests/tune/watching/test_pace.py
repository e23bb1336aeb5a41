"""What takes time is done so seldom that it takes a part of the time at most."""

import time

import pytest

from tune.watching.pace import Pace


def test_what_took_long_is_due_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    pace = Pace(0.01)
    assert pace.is_due
    with pace.measured():
        now += 2.0
    now += 199.0
    assert not pace.is_due
    now += 1.0
    assert pace.is_due
