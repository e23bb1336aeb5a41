"""Nobody fills the server's memory, holds it up or has it alone."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi import HTTPException

from results.serving.limits import Limits, Rates, Room, Share
from tests.results.serving.conftest import BYTES, Served, serving
from tests.results.serving.pictures import digit

STRICT = Limits(
    a_minute=30, at_a_time=3, held_bytes=2_000_000, body_seconds=2, reading_seconds=4,
    request_seconds=30, idle_seconds=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def strict(trained: Path) -> Iterator[Served]:
    with serving(trained, STRICT) as served:
        yield served


def begun(served: Served, announced: int, sent: bytes = b"x") -> socket.socket:
    """Begins a request, and sends so much of its body."""
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    head = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
    connection.sendall(f"{head}Content-Length: {announced}\r\n\r\n".encode() + sent)
    return connection


def test_a_client_may_ask_so_often_a_minute_and_then_waits() -> None:
    now = 0.0
    rates = Rates(60, clock=lambda: now)
    for _ in range(60):
        rates.count("one")
    with pytest.raises(HTTPException, match="Only 60 pictures a minute") as refused:
        rates.count("one")
    assert refused.value.status_code == 429
    assert refused.value.headers == {"Retry-After": "1"}
    rates.count("another")
    now = 1.0
    rates.count("one")
    with pytest.raises(HTTPException):
        rates.count("one")
    now = 1000.0
    for _ in range(60):
        rates.count("one")
    with pytest.raises(HTTPException):
        rates.count("one")


def test_clients_are_forgotten_where_there_are_too_many() -> None:
    rates = Rates(1, clients=2, clock=lambda: 0.0)
    for client in ("one", "two", "three"):
        rates.count(client)
    rates.count("one")
    with pytest.raises(HTTPException):
        rates.count("three")


def test_room_is_given_back_whatever_happens() -> None:
    room = Room(Limits(at_a_time=1, held_bytes=10))
    with Share(room) as share:
        share.hold(6)
        with pytest.raises(HTTPException, match="large pictures"):
            share.hold(5)
    with Share(room) as share:
        share.hold(10)
        with pytest.raises(HTTPException, match="Too many pictures") as refused, Share(room):
            pass
        assert refused.value.headers == {"Retry-After": "1"}
    assert (room.requests, room.bytes) == (0, 0)


def test_who_asks_too_often_is_told_when_to_come_again(strict: Served) -> None:
    answers = (strict.ask(digit(3)) for _ in range(10 * STRICT.a_minute))
    statuses = []
    for answer in answers:
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            break
    assert statuses[:30] == [200] * 30
    assert statuses[-1] == 429
    assert answer.headers["retry-after"] in ("1", "2")
    assert httpx.get(f"{strict.address}/healthz").status_code == 200
    time.sleep(3)  # for the next test


def test_a_body_that_does_not_arrive_is_not_waited_for(strict: Served) -> None:
    with begun(strict, announced=1000) as connection:
        assert b"408" in connection.recv(100)


def test_a_head_that_does_not_arrive_is_not_waited_for(strict: Served) -> None:
    with socket.create_connection(("127.0.0.1", strict.port), timeout=30) as connection:
        connection.sendall(b"POST /predict HTTP/1.1\r\nHost:")
        started = time.monotonic()
        assert connection.recv(100) == b""  # closed
        assert time.monotonic() - started < 10


def test_only_so_many_are_taken_at_a_time(served: Served) -> None:
    waiting = [begun(served, announced=1000) for _ in range(64)]
    try:
        time.sleep(1)
        refused = served.ask(digit(3))
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "1"
    finally:
        for connection in waiting:
            connection.close()
    assert _in_time(lambda: served.ask(digit(3)).status_code == 200)


def _in_time(happens: object) -> bool:
    assert callable(happens)
    until = time.monotonic() + 10
    while not happens():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_a_client_that_goes_away_leaves_nothing_behind(served: Served) -> None:
    for _ in range(100):
        begun(served, announced=1_000_000, sent=bytes(10_000)).close()
    assert _in_time(lambda: served.ask(digit(3)).status_code == 200)
    assert _in_time(lambda: len(served.process.net_connections()) < 10)


def test_a_reader_that_hangs_or_crashes_is_replaced_and_ends_with_its_server(trained: Path) -> None:
    with serving(trained, Limits(reading_seconds=2)) as served:
        before = served.reading
        before.suspend()
        late = served.ask(digit(3))
        assert late.status_code == 422
        assert "took longer to read than the 2 seconds allowed" in late.json()["detail"]
        assert not before.is_running()
        assert served.ask(digit(3)).status_code == 200
        served.reading.kill()
        crashed = served.ask(digit(3))
        assert crashed.status_code == 422
        assert "it ended the process that tried" in crashed.json()["detail"]
        reading = served.reading
        served.process.kill()
        reading.wait(timeout=20)  # it does not stay behind alone


def test_health_is_told_while_a_picture_is_read(served: Served) -> None:
    reading = served.reading
    reading.suspend()
    try:
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(served.ask, digit(3))
            time.sleep(0.3)
            assert httpx.get(f"{served.address}/healthz", timeout=5).status_code == 200
            reading.resume()
            assert late.result().status_code == 200
    finally:
        reading.resume()


def test_a_refusal_leaves_the_connection_usable(served: Served) -> None:
    with httpx.Client(base_url=served.address, headers=BYTES) as client:
        for content in (b"", b"no picture", bytes(10_000_001), digit(3)):
            status = client.post("/predict", content=content).status_code
        assert status == 200
