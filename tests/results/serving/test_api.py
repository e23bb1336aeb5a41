"""Programs get digits as JSON, and one clear sentence where there are none to be had."""

import base64
import io
from pathlib import Path

import httpx
import numpy as np
import psutil
import pytest
from jsonschema import validate
from PIL import Image

from datasets.drawn.sheet import made_sheet
from tests.datasets.sheets.made_forms import made_form
from tests.process import SECONDS
from tests.results.serving.conftest import BYTES, Served
from tests.results.serving.pictures import blank, bomb, digit, encoded

MOST_BYTES = 10_000_000


def test_a_digit_is_read_with_its_runner_up_and_place_and_what_was_seen(served: Served) -> None:
    answer = served.ask(digit(4), seen=True).json()
    [read] = answer["digits"]
    assert read["label"] == 4
    assert read["confidence"] == max(read["probabilities"]) > 0.8
    assert sum(read["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert read["runner_up"] != 4
    assert sorted(read["probabilities"])[-2] == read["runner_up_confidence"]
    corners = np.array(read["corners"])
    assert (corners >= 0).all()
    assert (corners <= [answer["width"], answer["height"]]).all()
    seen = Image.open(io.BytesIO(base64.b64decode(read["seen"])))
    assert (seen.size, seen.mode, seen.getextrema()) == ((28, 28), "L", (0, 255))


def test_what_was_seen_is_told_only_if_asked_for(served: Served) -> None:
    assert "seen" not in served.ask(digit(4)).json()["digits"][0]


def test_every_digit_of_a_sheet_is_read(served: Served) -> None:
    answer = served.ask(encoded(made_form(1, rows=2, columns=4).grey, "JPEG")).json()
    assert len(answer["digits"]) == 8


def test_a_photographed_form_is_read(served: Served, real_data: Path) -> None:
    answer = served.ask((real_data / "forms" / "7.jpg").read_bytes()).json()
    assert len(answer["digits"]) == 64
    assert sum(read["label"] == 7 for read in answer["digits"]) >= 56


def test_no_digit_is_an_answer(served: Served) -> None:
    answer = served.ask(blank(200, 300))
    assert answer.status_code == 200
    assert answer.json() == {"width": 300, "height": 200, "digits": []}


def test_a_form_is_answered_as_the_bare_picture(served: Served) -> None:
    form = httpx.post(f"{served.address}/predict", files={"picture": ("7.png", digit(7))})
    assert form.json() == served.ask(digit(7)).json()


def test_strokes_that_stand_apart_are_one_digit_if_the_asker_says_so(served: Served) -> None:
    grey = made_sheet(1, rows=1, columns=2, ruled=False).grey
    assert len(served.ask(encoded(grey), single=False).json()["digits"]) == 2
    assert len(served.ask(encoded(grey), single=True).json()["digits"]) == 1


def test_answers_are_as_documented(served: Served) -> None:
    api = httpx.get(f"{served.address}/openapi.json").json()
    schema = {"$ref": "#/components/schemas/Answer", "components": api["components"]}
    for content in (digit(2), blank()):
        validate(served.ask(content, seen=True).json(), schema)
    documented = api["paths"]["/predict"]["post"]["responses"]
    assert {"200", "400", "403", "408", "413", "415", "422", "429", "503"} == set(documented)


@pytest.mark.parametrize(
    ("status", "sentence", "request_"),
    [
        (400, "it is empty", {"content": b""}),
        (400, "must hold one file", {"files": {"picture": (None, b"7")}, "headers": {}}),
        (400, "Too many files", {"files": [("a", b"1"), ("b", b"2")], "headers": {}}),
        (400, "boundary", {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}),
        (403, "other sites", {"content": b"x", "headers": {"Sec-Fetch-Site": "cross-site"}}),
        (413, "may have 10 MB at most", {"content": bytes(MOST_BYTES + 1)}),
        (413, "may have 10 MB at most", {"content": (bytes(100_000) for _ in range(101))}),
        (415, "but came as text/css", {"content": b"x", "headers": {"Content-Type": "text/css"}}),
        (422, "is not a readable picture", {"content": b"no picture"}),
        (422, "is not a readable picture", {"content": digit(1)[:300]}),
        (422, "is not a readable picture", {"content": b"%!PS-Adobe-3.0 EPSF-3.0\n"}),
        (422, "has 7072 x 7072 pixels, more than the 50,000,000", {"content": bomb(7072, 7072)}),
        (422, "60000", {"content": bomb(60_000, 60_000)}),
        (422, "seen: Input should be", {"content": digit(1), "params": {"seen": "perhaps"}}),
    ],
)  # fmt: skip
def test_a_bad_request_is_refused_in_one_sentence(
    status: int, sentence: str, request_: dict[str, object], served: Served
) -> None:
    asked = {"headers": BYTES, **request_}
    answer = httpx.post(f"{served.address}/predict", timeout=SECONDS, **asked)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert list(answer.json()) == ["detail"]
    assert sentence in answer.json()["detail"]


def test_a_bomb_is_refused_before_it_is_decoded(served: Served) -> None:
    reading = served.reading
    before = reading.memory_info().rss
    for side in (8_000, 13_000, 65_000):
        assert served.ask(bomb(side, side)).status_code == 422
    assert reading.memory_info().rss - before < 20e6
    assert served.reading == reading


def test_nothing_is_written_to_any_file(served: Served) -> None:
    large = digit(6) + bytes(9_000_000)  # what follows a PNG file's end is not looked at
    processes = [served.process, served.reading]
    before = [process.rlimit(psutil.RLIMIT_FSIZE) for process in processes]
    for process in processes:
        process.rlimit(psutil.RLIMIT_FSIZE, (0, before[0][1]))
    try:
        form = httpx.post(f"{served.address}/predict", files={"picture": large}, timeout=SECONDS)
        assert (form.status_code, served.ask(large).status_code) == (200, 200)
    finally:
        for process, limit in zip(processes, before, strict=True):
            process.rlimit(psutil.RLIMIT_FSIZE, limit)


@pytest.mark.parametrize("path", ["/", "/docs", "/static/page.js", "/healthz", "/nothing"])
def test_every_answer_has_safe_headers(path: str, served: Served) -> None:
    headers = httpx.get(f"{served.address}{path}").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


def test_another_name_of_this_machine_is_refused(served: Served) -> None:
    page = httpx.get(served.address, headers={"Host": "rebound.example:8000"})
    assert page.status_code == 400
    assert httpx.get(f"http://localhost:{served.port}/healthz").status_code == 200


def test_health_names_model_and_version(served: Served) -> None:
    health = httpx.get(f"{served.address}/healthz").json()
    assert (health["status"], health["model"]) == ("ok", "small.safetensors")
    assert health["version"]


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_need_nothing_from_elsewhere(path: str, served: Served) -> None:
    text = httpx.get(f"{served.address}{path}").text
    assert "http:" not in text
    assert "https:" not in text
    assert 'src="//' not in text


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,en;q=0.9,zh;q=0.8", "en"), ("fr", "en"),
     ("fr,zh;q=0.5", "zh"), ("zh;q=0", "en"), ("zh;q=x", "en"), ("", "en")],
)  # fmt: skip
def test_the_page_is_in_the_browsers_language(wanted: str, language: str, served: Served) -> None:
    page = httpx.get(served.address, headers={"Accept-Language": wanted})
    assert f'<html lang="{language}">' in page.text
    assert page.headers["vary"] == "Accept-Language"
