"""How much the server takes on, so that nobody fills its memory, holds it up or has it alone."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from fastapi import HTTPException


@dataclass(frozen=True)
class Limits:
    """What is allowed.

    Attributes:
        a_minute: Pictures of one client, by its address.
        at_a_time: Pictures that are received, wait or are read.
        body_bytes: Of one request.
        held_bytes: Of all requests at a time.
        body_seconds: For a request to arrive.
        reading_seconds: For one picture to be read.
        request_seconds: From a request's head to its answer.
        idle_seconds: For the head of a request to arrive, and for an answer to be taken.
        connections: At a time.
    """

    a_minute: int = 6000
    at_a_time: int = 64
    body_bytes: int = 10_000_000
    held_bytes: int = 100_000_000
    body_seconds: float = 15
    reading_seconds: float = 20
    request_seconds: float = 60
    idle_seconds: float = 10
    connections: int = 256


def refusal(status: int, sentence: str, wait: float | None = None) -> HTTPException:
    """Returns what to raise where a request is refused.

    Args:
        status: Of HTTP.
        sentence: That says why.
        wait: Seconds after which it may be tried again.
    """
    headers = None if wait is None else {"Retry-After": str(max(1, round(wait)))}
    return HTTPException(status, sentence, headers)


class Rates:
    """How often each client asks: a bucket that holds a minute's requests, and fills steadily.

    Args:
        a_minute: Requests of one client.
        clients: The most that are remembered; who has not asked for longest is forgotten first.
        clock: Tells seconds.
    """

    def __init__(
        self, a_minute: int, clients: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._a_minute, self._clients, self._clock = a_minute, clients, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, client: str) -> None:
        """Counts a request.

        Raises:
            HTTPException: 429, if it is one too many.
        """
        now = self._clock()
        left, before = self._left.pop(client, (float(self._a_minute), now))
        left = min(left + (now - before) * self._a_minute / 60, self._a_minute)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        if len(self._left) > self._clients:
            self._left.popitem(last=False)
        if not allowed:
            wait = (1 - left) * 60 / self._a_minute
            raise refusal(
                429,
                f"Only {self._a_minute:,} pictures a minute for each client: try again later.",
                wait,
            )


class Room:
    """What requests take up in memory.

    Args:
        limits: What is allowed.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.requests = self.bytes = 0


class Allowance:
    """What one request takes up of the room while its block lasts.

    Raises:
        HTTPException: 503, if there is no room left.
    """

    def __init__(self, room: Room) -> None:
        self._room, self._bytes = room, 0

    def __enter__(self) -> Self:
        if self._room.requests >= self._room.limits.at_a_time:
            raise refusal(503, "Too many pictures wait to be read: try again.", 1)
        self._room.requests += 1
        return self

    def hold(self, size: int) -> None:
        """Takes up so many bytes more; raises as said above."""
        if self._room.bytes + size > self._room.limits.held_bytes:
            raise refusal(503, "Too many large pictures wait to be read: try again.", 1)
        self._room.bytes += size
        self._bytes += size

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._room.requests -= 1
        self._room.bytes -= self._bytes
