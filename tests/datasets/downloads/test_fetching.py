"""Downloads, from servers on loopback that serve the real files, or break."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from datasets.downloads.fetching import fetch
from datasets.downloads.public import CHEN, MNIST, PUBLIC, TONGJI, PublicDigits, PublicFile
from datasets.errors import DataError
from datasets.sources.chinese import load_chinese
from datasets.sources.mnist import load_mnist

NOWHERE = "http://127.0.0.1:9"


@dataclass
class Server:
    """What a server shall do, and what it was asked."""

    files: dict[str, bytes]
    breaks_off: bool = False
    resumes: bool = True
    asked: list[str] = field(default_factory=list)
    address: str = ""


class Handler(BaseHTTPRequestHandler):
    def __init__(self, *arguments: object, server_of: Server) -> None:
        self.told = server_of
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.told.asked.append(f"{name} {self.headers.get('Range', '')}".strip())
        if name not in self.told.files:
            self.send_error(404)
            return
        content = self.told.files[name]
        start = self._start() if self.told.resumes else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        first_time = len(self.told.asked) == 1
        half = len(content) // 2 if self.told.breaks_off and first_time else len(content)
        self.wfile.write(content[start:half])

    def _start(self) -> int:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(match[1]) if match else 0

    def log_message(self, *_: object) -> None:
        """Keeps the tests' output clean."""


Serve = Callable[[Server], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers on loopback and tells their addresses."""
    running: list[ThreadingHTTPServer] = []

    def start(server: Server) -> Server:
        running.append(ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, server_of=server)))
        threading.Thread(target=running[-1].serve_forever, args=(0.02,), daemon=True).start()
        server.address = f"http://127.0.0.1:{running[-1].server_port}"
        return server

    yield start
    for one in running:
        one.shutdown()
        one.server_close()


def only_from(digits: PublicDigits, *addresses: str) -> PublicDigits:
    """The same digits, to be had at the given servers only."""
    files = tuple(
        replace(file, addresses=tuple(f"{address}/{file.name}" for address in addresses))
        for file in digits.files
    )
    return replace(digits, files=files)


@pytest.fixture
def small() -> tuple[PublicDigits, bytes]:
    """One file of 300,000 bytes, known by its sha256, and its content."""
    import hashlib

    content = bytes(range(250)) * 1200
    file = PublicFile("small.bin", (), hashlib.sha256(content).hexdigest())
    return PublicDigits("small", "some bytes", "none", (file,), "300,000 bytes"), content


def real_file(real_data: Path, name: str) -> Path:
    return next(real_data.rglob(name))


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_real_digits_are_fetched_once_and_the_license_is_told(
    name: str, serve: Serve, real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digits = PUBLIC[name]
    files = {file.name: real_file(real_data, file.name).read_bytes() for file in digits.files}
    server = serve(Server(files))
    for _ in range(2):
        folder = fetch(only_from(digits, server.address), folder=tmp_path / "cache")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert server.asked == list(files)
    assert capsys.readouterr().err.count(f"license: {digits.license}") == 1


def test_fetched_digits_are_loaded_by_their_names(
    serve: Serve, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for digits in PUBLIC.values():
        files = {file.name: real_file(real_data, file.name).read_bytes() for file in digits.files}
        fetch(digits, [serve(Server(files)).address])
    assert len(load_mnist("full").train) == 60_000
    report = load_chinese(["tongji"], plain=True)
    assert (len(report), report.source_names) == (548, ["tongji"])


def test_archive_is_known_by_what_is_inside(serve: Serve, real_data: Path, tmp_path: Path) -> None:
    import gzip

    name = CHEN.files[0].name
    packed_anew = gzip.compress(gzip.decompress(real_file(real_data, name).read_bytes()), 1)
    server = serve(Server({name: packed_anew}))
    folder = fetch(only_from(CHEN, server.address), folder=tmp_path)
    assert (folder / name).read_bytes() == packed_anew


def test_second_mirror_is_used_when_the_first_is_down(
    serve: Serve, small: tuple[PublicDigits, bytes], tmp_path: Path
) -> None:
    digits, content = small
    server = serve(Server({"small.bin": content}))
    folder = fetch(only_from(digits, NOWHERE, server.address), folder=tmp_path)
    assert (folder / "small.bin").read_bytes() == content


@pytest.mark.parametrize("resumes", [True, False])
def test_download_that_breaks_off_is_taken_up_again(
    resumes: bool, serve: Serve, small: tuple[PublicDigits, bytes], tmp_path: Path
) -> None:
    digits, content = small
    server = serve(Server({"small.bin": content}, breaks_off=True, resumes=resumes))
    folder = fetch(only_from(digits, server.address), folder=tmp_path)
    assert (folder / "small.bin").read_bytes() == content
    first, second = server.asked
    assert (first, second[:16]) == ("small.bin", "small.bin bytes=")
    assert 0 < int(second[16:-1]) <= len(content) // 2


@pytest.mark.parametrize("content", [b"", b"<html>no such file</html>", b"x" * 300_000])
@pytest.mark.parametrize("digits", [MNIST, CHEN, TONGJI])
def test_wrong_bytes_are_refused_and_leave_nothing(
    content: bytes, digits: PublicDigits, serve: Serve, tmp_path: Path
) -> None:
    server = serve(Server({file.name: content for file in digits.files}))
    with pytest.raises(DataError, match=r"could not be downloaded \(http://127\.0\.0\.1"):
        fetch(only_from(digits, server.address), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_damaged_file_in_the_cache_is_fetched_again(
    serve: Serve, small: tuple[PublicDigits, bytes], tmp_path: Path
) -> None:
    digits, content = small
    (tmp_path / "small.bin").write_bytes(content[:-1])
    fetch(only_from(digits, serve(Server({"small.bin": content})).address), folder=tmp_path)
    assert (tmp_path / "small.bin").read_bytes() == content


def test_without_a_network_one_line_says_so(
    small: tuple[PublicDigits, bytes], tmp_path: Path
) -> None:
    with pytest.raises(DataError) as raised:
        fetch(only_from(small[0], NOWHERE, NOWHERE), folder=tmp_path)
    told = f"{NOWHERE}/small.bin: no connection"
    assert str(raised.value) == f"small.bin could not be downloaded ({told}; {told})."
    assert list(tmp_path.iterdir()) == []


def test_missing_file_is_told_by_its_status(
    serve: Serve, small: tuple[PublicDigits, bytes], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="404"):
        fetch(only_from(small[0], serve(Server({})).address), folder=tmp_path)
