"""A report opens anywhere, and is sensible whatever became of the sweep."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from results.report.page import write_report
from results.report.words import languages, words_of
from results.store.folder import SweepFolder
from tests.results.made_sweep import made_sweep

ALL = {
    "network", "history", "fates", "importance", "coordinates", "loss-channels_1",
    "loss-learning_rate", "loss-schedule", "loss-of-winner", "loss-of-baseline",
    "accuracy-of-winner", "accuracy-of-baseline", "confusion-baseline", "confusion-winner",
    "hardest-baseline", "hardest-winner", "samples",
}  # fmt: skip

BROKEN_NUMBERS = """[...document.querySelectorAll('td.number')].map(cell => {
  const text = document.createRange(); text.selectNodeContents(cell);
  return [cell.textContent, new Set([...text.getClientRects()].map(each => each.top)).size];
}).filter(([, lines]) => lines > 1)"""


def names(folder: SweepFolder) -> set[str]:
    return {path.stem for path in folder.figures.glob("*.svg")}


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> SweepFolder:
    folder = made_sweep(
        tmp_path_factory.mktemp("runs") / "complete", complete=9, pruned=9, failed=2
    )
    write_report(folder)
    return folder


def test_a_whole_sweep_has_every_figure_on_the_page_and_as_a_file(complete: SweepFolder) -> None:
    page = complete.report_html.read_text("utf-8")
    assert names(complete) == ALL
    assert page.count("data:image/svg+xml;base64,") == len(ALL)
    assert len(page) < 3e6
    for path in complete.figures.iterdir():
        ElementTree.fromstring(path.read_text("utf-8"))


def test_axes_have_units(complete: SweepFolder) -> None:
    said = (complete.figures / "history.svg").read_text("utf-8")
    assert "validation loss (nats)" in said
    assert "fold-epochs so far" in said


def test_answer_stands_first_and_is_that_of_the_evaluation(complete: SweepFolder) -> None:
    page = complete.report_html.read_text("utf-8")
    headline = re.search(
        r'<p class="headline">([\d,]+) of ([\d,]+) held-out digits, 520 of them drawn', page
    )
    assert headline
    assert headline[0] in page
    row = next(
        row for row in _rows(complete) if (row[0], row[1]) == ("winner", "MNIST and Chinese digits")
    )
    assert row[2] == f"{headline[1]}/{headline[2]}"


def test_baseline_and_winner_are_compared_on_each_source(complete: SweepFolder) -> None:
    page = complete.report_html.read_text("utf-8")
    _, after = page.split("Baseline and winner by source")
    rows = re.findall(r"<tr>(.*?)</tr>", after.split("</table>")[0])[1:]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    counts = {(row[1], row[2]): 0 for row in cells}
    for source, config, part, right, *_ in cells:
        assert source in ("photographs", "synthetic")
        counts[config, part] += int(right.split("/")[0].replace(",", ""))
    complete_rows = {(row[0], row[1]): row[2] for row in _rows(complete)}
    assert counts == {
        network: int(told.split("/")[0].replace(",", ""))
        for network, told in complete_rows.items()
        if network in counts
    }
    assert len(counts) == 4


def _rows(folder: SweepFolder) -> list[list[str]]:
    page = folder.report_html.read_text("utf-8")
    rows = re.findall(r"<tr>(.*?)</tr>", page)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    return [row for row in cells if len(row) == 9]


@pytest.mark.parametrize("language", languages())
def test_the_page_opens_without_network_error_or_horizontal_scrolling(
    complete: SweepFolder, browser: Browser, language: str
) -> None:
    write_report(complete, language)
    context = browser.new_context(offline=True)
    page, wrong = context.new_page(), []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("requestfailed", lambda request: wrong.append(request.url[:80]))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(complete.report_html.as_uri())
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(BROKEN_NUMBERS) == []
    assert page.evaluate("[...document.images].every(each => each.naturalWidth > 0)")
    assert page.evaluate("document.images.length") == len(ALL)
    assert page.locator("html").get_attribute("lang") == words_of(language).say("language")
    assert wrong == []
    context.close()


def test_a_sweep_of_one_trial_has_a_report_without_importance(tmp_path: Path) -> None:
    folder = made_sweep(tmp_path / "one", complete=1)
    write_report(folder)
    assert "Too few trials" in folder.report_html.read_text("utf-8")
    assert {"importance", "coordinates"} & names(folder) == set()
    assert "history" in names(folder)


def test_a_sweep_of_failed_trials_says_why_they_failed(tmp_path: Path) -> None:
    folder = made_sweep(tmp_path / "failed", complete=0, failed=3)
    write_report(folder)
    page = folder.report_html.read_text("utf-8")
    assert '<p class="headline">No trial is complete, so there is no winner.' in page
    assert "3 × its loss is nan." in page
    assert names(folder) == {"fates"}


def test_a_sweep_that_has_just_begun_has_a_report(tmp_path: Path) -> None:
    folder = made_sweep(tmp_path / "begun", complete=0)
    write_report(folder)
    page = folder.report_html.read_text("utf-8")
    assert "No trial has ended" in page
    assert f"`shuzi resume begun --out {tmp_path}` goes on with it" in page


def test_a_sweep_of_500_trials_is_still_small(tmp_path: Path) -> None:
    folder = made_sweep(tmp_path / "many", complete=60, pruned=430, failed=10)
    write_report(folder)
    assert names(folder) == ALL
    assert len(folder.report_html.read_bytes()) < 3e6


def test_what_stands_in_a_sweeps_files_is_no_markup(tmp_path: Path) -> None:
    folder = made_sweep(tmp_path / "planted", complete=1)
    text = folder.sweep_json.read_text("utf-8")
    folder.sweep_json.write_text(text.replace('"embedded"', '"<script>alert(1)</script>"'))
    write_report(folder)
    page = folder.report_html.read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page
