"""1,000 malformed requests: each is refused, and the server is as before."""

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from datasets.errors import DataError
from datasets.pictures import grey_from_bytes
from datasets.sources.synthetic import written_by
from tests.process import SECONDS
from tests.results.serving.conftest import Served
from tests.results.serving.pictures import digit, encoded

KINDS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF")
FILES = [encoded(written_by(3)[7], kind) for kind in KINDS]
TYPES = st.sampled_from(
    ["image/png", "image/", "application/octet-stream", "multipart/form-data",
     "multipart/form-data; boundary=b", "application/json", "text/html", "", ";;", "\xff"]
)  # fmt: skip
FORMS = st.lists(
    st.sampled_from(
        [b"--b\r\n", b"--b--\r\n", b"\r\n", b"--b", b"Content-Disposition: form-data; ",
         b'name="picture"', b'; filename="7.png"\r\n\r\n', b"filename=", b"\x00", b": "]
    ),
    max_size=9,
).map(b"".join)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A picture file, cut off or with some bytes changed."""
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(0, 8))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(0, len(content)))])


def unreadable(content: bytes) -> bool:
    try:
        grey_from_bytes(content)
    except DataError:
        return True
    return False


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.address, timeout=SECONDS) as client:
        yield client


def test_a_thousand_malformed_requests_are_refused_each(
    served: Served, client: httpx.Client
) -> None:
    statuses: list[int] = []

    @given(
        kind=TYPES,
        content=st.one_of(st.binary(max_size=300), FORMS, damaged().filter(unreadable)),
        query=st.sampled_from(["", "?seen=true", "?seen=2", "?single=%00", "?single[]=x"]),
    )
    @settings(
        max_examples=1000,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(kind: str, content: bytes, query: str) -> None:
        headers = {b"Content-Type": kind.encode("latin-1")}
        answer = client.post(f"/predict{query}", content=content, headers=headers)
        statuses.append(answer.status_code)
        assert 400 <= answer.status_code < 500
        assert answer.json()["detail"]

    reading = served.reading
    ask()
    assert len(statuses) >= 1000
    assert {400, 415, 422} <= set(statuses)
    assert served.reading == reading
    assert served.ask(digit(7)).json()["digits"][0]["label"] == 7
