"""The command: where it listens, how it ends, and what it refuses."""

import signal
import socket
from pathlib import Path

import httpx
import psutil
import pytest

from tests.process import SECONDS, lived, started

pytestmark = pytest.mark.kill


def test_it_says_where_it_listens_and_ctrl_c_ends_it_and_its_reader(
    trained: Path, tmp_path: Path
) -> None:
    process = started(tmp_path, f"serve {trained} --port 0 --host 0.0.0.0")
    assert process.stderr is not None
    said = process.stderr.readline()
    assert said.startswith(f"{trained} is served at http://0.0.0.0:")
    assert "warning: anybody who reaches port" in process.stderr.readline()
    address = said.split()[4].replace("0.0.0.0", "127.0.0.1")
    assert httpx.get(address, headers={"Host": "any.example"}).status_code == 200
    children = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=SECONDS)[1] == ""
    assert process.returncode == 0
    assert psutil.wait_procs(children, timeout=SECONDS)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_taken_is_refused(trained: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = lived(tmp_path, f"serve {trained} --port {port}")
    assert status == 2
    assert said == f"shuzi: cannot listen at 127.0.0.1, port {port}: Address already in use.\n"


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ("serve nothing", "there is no sweep nothing in runs"),
        ("serve nothing --host 192.0.2.1", "cannot listen at 192.0.2.1, port 8000"),
        ("serve nothing --port 99999", "port"),
        ("serve nothing --rate 0", "--rate"),
    ],
)
def test_a_bad_request_is_one_clear_line(arguments: str, rule: str, tmp_path: Path) -> None:
    status, said = lived(tmp_path, arguments)
    assert status == 2
    assert said.count("\n") == 1
    assert rule in said
