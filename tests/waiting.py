"""Waiting for what another process or thread brings about."""

import time
from collections.abc import Callable

PAUSE = 0.02  # seconds between two looks


def wait_until(happens: Callable[[], bool]) -> None:
    """Waits until something is so, however long that takes: pytest's own time-out ends the test."""
    while not happens():
        time.sleep(PAUSE)
