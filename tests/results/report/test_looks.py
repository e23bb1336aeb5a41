"""Nothing on a report's page collides, runs out of it or fades, at any width, light or dark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from results.report.page import write_report
from results.report.words import languages
from results.store.folder import SweepFolder
from tests.results.made_sweep import made_sweep

WIDTHS = (390, 1280)
KINDS: dict[str, dict[str, Any]] = {
    "complete": {"complete": 9, "pruned": 9, "failed": 2},
    "one": {"complete": 1},
    "failed": {"complete": 0, "failed": 3},
}

# Of each two pieces of text whose boxes share more than a pixel each way: what they say.
OVERLAPS = """() => {
  const boxes = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || ["STYLE", "TITLE"].includes(node.parentElement.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects())
      if (box.width > 1 && box.height > 1) boxes.push([node, box]);
  }
  const found = [];
  boxes.forEach(([one, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (one !== other && across > 1 && down > Math.min(a.height, b.height) / 3)
      found.push([one.data.trim(), other.data.trim()]);
  }));
  return found;
}"""

# Text with less contrast than WCAG 2.2 asks for (4.5 to 1), against the page or the cell behind it.
FAINT = """() => {
  const channel = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(c => channel(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.body.querySelectorAll("*")]
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(each => {
      const [a, b] = [light(getComputedStyle(each).color), light(behind(each))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return [each.textContent.trim().slice(0, 40), contrast];
    }).filter(([, contrast]) => contrast < 4.5);
}"""

Opened = Callable[..., Page]


@pytest.fixture(scope="module", params=[(k, lang) for k in KINDS for lang in languages()], ids=str)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SweepFolder:
    kind, language = request.param
    made = made_sweep(tmp_path_factory.mktemp("runs") / kind, **KINDS[kind])
    write_report(made, language)
    return made


def opened(browser: Browser, path: Path, width: int, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_overlaps_or_fades_and_nothing_scrolls_sideways(
    folder: SweepFolder, browser: Browser, width: int, scheme: str
) -> None:
    page = opened(browser, folder.report_html, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(FAINT) == []
    page.context.close()


def test_no_label_of_a_figure_overlaps_another(folder: SweepFolder, browser: Browser) -> None:
    page = opened(browser, folder.report_html, 900)
    for path in sorted(folder.figures.glob("*.svg")):
        page.goto(path.as_uri())
        assert page.evaluate(OVERLAPS) == [], path.name
    page.context.close()


def test_what_overlaps_and_what_fades_is_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<p style='margin: 0'>one</p><p style='margin: -1em 0 0; color: #ccc'>other</p>"
    )
    assert page.evaluate(OVERLAPS) == [["one", "other"]]
    assert [text for text, _ in page.evaluate(FAINT)] == ["other"]
    page.set_content("<svg><text x=9 y=20>one</text><text x=20 y=22>other</text></svg>")
    assert page.evaluate(OVERLAPS) == [["one", "other"]]
    page.close()
