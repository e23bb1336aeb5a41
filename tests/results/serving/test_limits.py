"""Nobody fills the server's memory, holds it up or has it alone."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import HTTPException

from results.serving.limits import Allowance, Limits, Rates, Room
from tests.process import SECONDS
from tests.results.serving.conftest import BYTES, PATIENT, Served, serving
from tests.results.serving.pictures import digit
from tests.waiting import wait_until

STRICT = replace(PATIENT, a_minute=2, body_seconds=2, idle_seconds=2)


@pytest.fixture(scope="module")
def strict(trained: Path) -> Iterator[Served]:
    with serving(trained, STRICT) as served:
        yield served


def begun(served: Served, announced: int, sent: bytes = b"x") -> socket.socket:
    """Begins a request, and sends so much of its body."""
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=SECONDS)
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
    with Allowance(room) as allowance:
        allowance.hold(6)
        with pytest.raises(HTTPException, match="large pictures"):
            allowance.hold(5)
    with Allowance(room) as allowance:
        allowance.hold(10)
        with pytest.raises(HTTPException, match="Too many pictures") as refused, Allowance(room):
            pass
        assert refused.value.headers == {"Retry-After": "1"}
    assert (room.requests, room.bytes) == (0, 0)


def test_a_body_that_does_not_arrive_is_not_waited_for(strict: Served) -> None:
    with begun(strict, announced=1000) as connection:
        assert b"408" in connection.recv(100)


def test_a_head_that_does_not_arrive_is_not_waited_for(strict: Served) -> None:
    with socket.create_connection(("127.0.0.1", strict.port), timeout=SECONDS) as connection:
        connection.sendall(b"POST /predict HTTP/1.1\r\nHost:")
        assert connection.recv(100) == b"", "it is closed"


def test_who_asks_too_often_is_told_when_to_come_again(strict: Served) -> None:
    answers = [strict.ask(digit(3)) for _ in range(2 * STRICT.a_minute)]
    assert {answer.status_code for answer in answers} == {200, 429}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert httpx.get(f"{strict.address}/healthz", timeout=SECONDS).status_code == 200


def test_only_so_many_are_taken_at_a_time(served: Served) -> None:
    waiting = [begun(served, announced=1000) for _ in range(64)]
    try:
        wait_until(lambda: served.ask(digit(3)).status_code == 503)
        assert served.ask(digit(3)).headers["retry-after"] == "1"
    finally:
        for connection in waiting:
            connection.close()
    wait_until(lambda: served.ask(digit(3)).status_code == 200)


def test_a_client_that_goes_away_leaves_nothing_behind(served: Served) -> None:
    for _ in range(100):
        begun(served, announced=1_000_000, sent=bytes(10_000)).close()
    wait_until(lambda: served.ask(digit(3)).status_code == 200)
    wait_until(lambda: len(served.process.net_connections()) < 10)


@pytest.mark.kill
def test_a_reader_that_hangs_or_crashes_is_replaced_and_ends_with_its_server(trained: Path) -> None:
    with serving(trained, replace(PATIENT, reading_seconds=2)) as served:
        before = served.reading
        before.suspend()
        late = served.ask(digit(3))
        assert late.status_code == 422
        assert "took longer to read than the 2 seconds allowed" in late.json()["detail"]
        assert not before.is_running()
        wait_until(lambda: served.ask(digit(3)).status_code == 200)  # 2 s are few beside others
        served.reading.kill()
        crashed = served.ask(digit(3))
        assert crashed.status_code == 422
        assert "it ended the process that tried" in crashed.json()["detail"]
        reading = served.reading
        served.process.kill()
        reading.wait(timeout=SECONDS)  # it does not stay behind alone


def test_health_is_told_while_a_picture_is_read(served: Served) -> None:
    content, reading, before = digit(3), served.reading, written(served)
    reading.suspend()
    try:
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(served.ask, content)
            wait_until(lambda: written(served) >= before + len(content))
            health = httpx.get(f"{served.address}/healthz", timeout=SECONDS)
            assert (health.status_code, late.done()) == (200, False)
            reading.resume()
            assert late.result().status_code == 200
    finally:
        reading.resume()


def written(served: Served) -> int:
    """Returns the bytes that the server has handed on, to its reader for one."""
    return int(served.process.io_counters().write_chars)


def test_a_refusal_leaves_the_connection_usable(served: Served) -> None:
    with httpx.Client(base_url=served.address, headers=BYTES) as client:
        for content in (b"", b"no picture", bytes(10_000_001), digit(3)):
            status = client.post("/predict", content=content).status_code
        assert status == 200
