"""How fast `shuzi serve` answers, what it refuses and what memory it takes.

    python -m benchmarks.serving MODEL

2,000 pictures from 32 connections at a time, half of them drawings as the page sends them, half
photographs of single digits; then 1,000 malformed requests and whatever schemathesis makes of the
API's description; then the largest pictures that are allowed, and bombs. Before and after each, the
memory of the server and of the process that reads.
"""

import argparse
import io
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import psutil
from PIL import Image

from benchmarks.shared.header import header
from benchmarks.shared.packages import require
from datasets.pictures import Grey
from datasets.sources.synthetic import written_by

REQUESTS, CONNECTIONS, MALFORMED = 2000, 32, 1000
BYTES = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    address: str
    process: psutil.Process
    seconds: float

    def memory(self) -> str:
        """Returns what the server and the process that reads take."""
        reading = max(self.process.children(), key=lambda child: child.memory_info().rss)
        sizes = [each.memory_info().rss / 1e6 for each in (self.process, reading)]
        status = Path(f"/proc/{reading.pid}/status").read_text()
        peak = int(status.partition("VmHWM:")[2].split()[0]) / 1000
        return f"memory {sizes[0]:.0f} + {sizes[1]:.0f} MB (at most {peak:.0f})"


def main() -> None:
    """Prints what came of it."""
    require("schemathesis")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a trained network's file")
    arguments = parser.parse_args()
    print(header("fastapi", "uvicorn", "starlette", "pillow", "numpy"))
    with _served(arguments.model) as server:
        print(f"listening after {server.seconds:.1f} s; {server.memory()}")
        client = httpx.Client(
            base_url=server.address, timeout=120, limits=httpx.Limits(max_connections=CONNECTIONS)
        )
        with client:
            for name, content in (("drawing", _drawing()), ("photograph", _photograph(7))):
                alone = [_seconds(client, content)[1] for _ in range(100)]
                print(f"{name}, one at a time: {_quantiles(alone)}")
            for measure in (_load, _malformed, _described, _large):
                print(f"{measure(client)}; {server.memory()}", flush=True)


@contextmanager
def _served(model: str) -> Iterator[Server]:
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "shuzi", "serve", model, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    address = next(word for word in said.split() if word.startswith("http://"))
    yield Server(address, psutil.Process(process.pid), time.perf_counter() - started)
    process.terminate()
    print(process.communicate()[1], end="")


def _load(client: httpx.Client) -> str:
    pictures = [_drawing(), *(_photograph(label) for label in range(10))]
    order = [pictures[0] if each % 2 else pictures[1 + each // 2 % 10] for each in range(REQUESTS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = list(pool.map(lambda content: _seconds(client, content), order))
    rate = REQUESTS / (time.perf_counter() - started)
    statuses = Counter(status for status, _ in answers)
    quantiles = _quantiles([seconds for _, seconds in answers])
    return f"{REQUESTS} from {CONNECTIONS} connections: {dict(statuses)}, {rate:.0f}/s, {quantiles}"


def _seconds(client: httpx.Client, content: bytes) -> tuple[int, float]:
    started = time.perf_counter()
    status = client.post("/predict?seen=true", content=content, headers=BYTES).status_code
    return status, time.perf_counter() - started


def _quantiles(seconds: list[float]) -> str:
    median, most, worst = np.quantile(seconds, [0.5, 0.99, 1]) * 1000
    return f"median {median:.0f} ms, p99 {most:.0f} ms, max {worst:.0f} ms"


def _malformed(client: httpx.Client) -> str:
    random = np.random.default_rng(0)
    kinds = ("image/png", "multipart/form-data; boundary=b", "multipart/form-data", "text/html")
    complete = _photograph(3)
    part = b"--b\r\nContent-Disposition: form-data; name="
    contents = [
        (
            random.bytes(900),
            complete[: random.integers(len(complete) // 2)],
            part + random.bytes(50),
        )
        for _ in range(MALFORMED)
    ]
    requests = [(each[number % 3], kinds[number % 4]) for number, each in enumerate(contents)]
    return f"{MALFORMED} malformed: {_statuses(client, requests)}"


def _statuses(client: httpx.Client, requests: Iterable[tuple[bytes, str]]) -> dict[int, int]:
    answers = (
        client.post("/predict", content=content, headers={"Content-Type": kind})
        for content, kind in requests
    )
    return dict(sorted(Counter(answer.status_code for answer in answers).items()))


def _described(client: httpx.Client) -> str:
    """Asks what schemathesis makes of the API's description; answers must be as described."""
    from benchmarks.peers.described_api import statuses_of_described_requests

    statuses = statuses_of_described_requests(str(client.base_url))
    return f"schemathesis, 500 by the API's description: {dict(sorted(statuses.items()))}"


def _large(client: httpx.Client) -> str:
    side = 7071
    blank = np.full((side, side), 255, np.uint8)
    colours = Image.fromarray(blank).convert("RGBA")
    wide = Image.fromarray(blank.astype(np.float32))
    large = [_encoded(colours, "PNG"), _encoded(wide, "TIFF", compression="tiff_deflate")]
    noise = np.random.default_rng(0).integers(0, 256, (2900, 3000)).astype(np.uint8)
    requests = [(each, "image/png") for each in (*large, _png(noise), *large)]
    started = time.perf_counter()
    statuses = _statuses(client, requests)
    return f"5 of up to 50 million pixels: {statuses} in {time.perf_counter() - started:.1f} s"


def _drawing() -> bytes:
    grey = Image.fromarray(written_by(5)[3]).resize((360, 360))
    return _encoded(grey.point(lambda value: 255 if value > 120 else 0), "PNG")


def _photograph(label: int) -> bytes:
    return _png(written_by(6)[label])


def _png(grey: Grey) -> bytes:
    return _encoded(Image.fromarray(grey), "PNG")


def _encoded(picture: Image.Image, kind: str, **options: str) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


if __name__ == "__main__":
    main()
