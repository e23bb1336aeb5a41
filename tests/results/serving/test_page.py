"""The page, as it is used: with a mouse, a finger, a picture or the keyboard alone."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Route,
    expect,
)

from datasets.drawn.pen import FORMS, drawn
from tests.datasets.sheets.made_forms import made_form
from tests.results.serving.conftest import Served
from tests.results.serving.pictures import blank, digit, encoded

Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, served: Served) -> Iterator[Open]:
    """Opens the page in contexts of their own; nothing may go wrong on any of them."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        # That the server has refused something, the browser notes by itself.
        if not message.text.startswith("Failed to load resource: the server responded with"):
            wrong.append(message.text)

    def note_request(request: Request) -> None:
        if not request.url.startswith((served.address, f"blob:{served.address}", "data:image/png")):
            wrong.append(request.url)

    def new(locale: str = "en-US", width: int = 1440, **more: object) -> Page:
        size = {"width": width, "height": 844}
        context = browser.new_context(locale=locale, viewport=size, **more)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", note_message)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", note_request)
        page.goto(served.address)
        return page

    yield new
    for context in contexts:
        context.close()
    assert wrong == []


def answer(page: Page) -> str:
    """Returns what the page says when it has read everything."""
    expect(page.locator("#reading")).to_have_attribute("aria-busy", "false")
    return page.locator("#answer").inner_text()


def points(label: int, page: Page) -> list[list[tuple[float, float]]]:
    """Returns the strokes of a digit on the pad, in pixels of the page."""
    box = page.locator("#pad").bounding_box()
    assert box
    strokes = drawn(FORMS[label][0], np.random.default_rng(0), 0)
    size, corner = np.array([0.45, 0.7]) * box["width"], np.array([0.28, 0.15]) * box["width"]
    place = np.array([box["x"], box["y"]]) + corner
    return [[(float(x), float(y)) for x, y in stroke[::8] * size + place] for stroke in strokes]


def write(label: int, page: Page) -> None:
    for stroke in points(label, page):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*point)
        page.mouse.up()


@pytest.mark.parametrize("height", [667, 844])
def test_a_telephone_shows_the_answer_without_scrolling(opened: Open, height: int) -> None:
    page = opened(width=375 if height == 667 else 390, has_touch=True)
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})  # type: ignore[index]
    write(7, page)
    assert answer(page).startswith("7, ")
    box = page.locator("#label").bounding_box()
    assert box
    assert box["y"] + box["height"] <= height
    assert page.evaluate("[scrollX, scrollY, document.documentElement.scrollWidth]")[:2] == [0, 0]


def drop(page: Page, name: str, content: bytes) -> None:
    """Drops a file on the page."""
    page.evaluate(
        """([name, content]) => {
            const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], name, {type: "image/png"}));
            for (const kind of ["dragenter", "dragover", "drop"]) {
                const options = {dataTransfer: data, bubbles: true, cancelable: true};
                document.body.dispatchEvent(new DragEvent(kind, options));
            }
        }""",
        [name, base64.b64encode(content).decode()],
    )


def test_each_written_digit_is_read_right(opened: Open) -> None:
    page = opened()
    for label in range(10):
        write(label, page)
        assert re.match(rf"{label}, (> )?[\d.]+\xa0% sure", answer(page))
        expect(page.locator("#label")).to_have_text(str(label))
        expect(page.locator("#bars .first b")).to_have_text(str(label))
        shown = page.evaluate("document.getElementById('seen-image').naturalWidth")
        assert shown == 28
        page.get_by_role("button", name="Clear").click()
        assert answer(page) == "Nothing written yet."


def test_a_finger_writes_on_a_telephone(opened: Open) -> None:
    page = opened(locale="zh-CN", width=390, has_touch=True, is_mobile=True)
    session = page.context.new_cdp_session(page)
    for stroke in points(3, page):
        for number, (x, y) in enumerate(stroke):
            kind = "touchMove" if number else "touchStart"
            session.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert re.match("3，把握 ", answer(page))
    assert page.evaluate("scrollY") == 0
    camera = page.locator("#camera")
    assert camera.get_attribute("capture") == "environment"
    expect(page.get_by_role("button", name="拍照")).to_be_visible()


def test_the_last_stroke_is_taken_back(opened: Open) -> None:
    page = opened()
    write(1, page)
    one = answer(page)
    write(7, page)
    assert answer(page) != one
    for _ in points(7, page):
        page.get_by_role("button", name="Undo").click()
    assert answer(page) == one
    page.keyboard.press("Control+z")
    assert answer(page) == "Nothing written yet."


def test_a_dropped_photograph_of_a_sheet_has_every_digit_read_and_drawn_over(opened: Open) -> None:
    page = opened()
    drop(page, "sheet.png", encoded(made_form(1, rows=2, columns=4).grey))
    assert answer(page).startswith("8 digits found: ")
    expect(page.locator("#drop")).to_be_hidden()
    expect(page.locator("#overlay polygon")).to_have_count(8)
    expect(page.locator("#digits [role=option]")).to_have_count(8)
    picture, overlay = (page.locator(each).bounding_box() for each in ("#shown", "#overlay"))
    assert picture == overlay
    page.locator("#overlay polygon").nth(5).click()
    chosen = page.locator("#digits [aria-selected=true]")
    assert chosen.evaluate("each => [...each.parentNode.children].indexOf(each)") == 5
    label = page.locator("#overlay text").nth(5).text_content()
    expect(page.locator("#label")).to_have_text(label or "")


def test_a_real_photograph_is_read(opened: Open, real_data: Path) -> None:
    page = opened(width=390)
    page.locator("#file").set_input_files(real_data / "forms" / "7.jpg")
    assert answer(page).startswith("64 digits found: 7 7 7")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_picture_without_digits_says_so(opened: Open) -> None:
    page = opened()
    drop(page, "blank.png", blank())
    assert answer(page) == "No digit found."
    expect(page.locator("#label")).to_have_text("?")


def test_what_is_no_picture_is_refused_in_the_pages_language(opened: Open) -> None:
    page = opened(locale="zh")
    drop(page, "text.png", b"no picture")
    assert answer(page).startswith("无法作为图片读取")
    page.get_by_role("button", name="清空").click()
    write(2, page)
    assert answer(page).startswith("2，")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_nothing_is_wider_than_the_window(width: int, locale: str, opened: Open) -> None:
    page = opened(locale=locale, width=width)
    for content in (digit(4), encoded(made_form(1, rows=3, columns=8).grey)):
        drop(page, "digits.png", content)
        answer(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_languages_are_switched_and_the_choice_is_kept(opened: Open) -> None:
    page = opened(locale="en-GB")
    write(4, page)
    assert answer(page).startswith("4, ")
    page.get_by_role("button", name="中文").click()
    assert answer(page).startswith("4，把握")
    assert page.locator("html").get_attribute("lang") == "zh"
    expect(page.locator("#pad")).to_have_attribute("aria-label", re.compile("书写板"))
    page.reload()
    expect(page.locator("h1")).to_have_text("这是哪个数字？")


def test_the_keyboard_alone_is_enough(opened: Open, tmp_path: Path) -> None:
    page, reached = opened(), []
    page.on("filechooser", lambda _: None)  # from now on none is opened
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.lang"))
        if reached[-1] == "pad":
            break
    assert reached == ["en", "zh", "pad"]
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    press(page, "ArrowLeft", 3)
    press(page, "Space", 1)
    expect(page.locator("#pen")).to_have_text("pen down")
    press(page, "ArrowRight", 6)
    press(page, "End", 4)
    press(page, "ArrowDown", 6)
    press(page, "Space", 1)
    expect(page.locator("#pen")).to_have_text("pen lifted")
    assert answer(page).startswith("7, ")
    page.keyboard.press("Backspace")
    assert answer(page) == "Nothing written yet."
    press(page, "Space", 1)
    page.keyboard.press("Delete")
    assert answer(page) == "Nothing written yet."
    sheet = tmp_path / "sheet.png"
    sheet.write_bytes(encoded(made_form(1, rows=1, columns=4).grey))
    page.keyboard.press("Tab")  # nothing can be undone or cleared: the next is to choose
    expect(page.get_by_role("button", name="Choose a picture")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(sheet)
    assert answer(page).startswith("4 digits found")
    page.keyboard.press("Tab")
    for key, chosen in (("ArrowRight", 1), ("End", 3), ("ArrowLeft", 2), ("Home", 0)):
        page.keyboard.press(key)
        options = page.locator("#digits [role=option]")
        expect(options.nth(chosen)).to_be_focused()
        expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")  # clears
    expect(page.locator("#pad")).to_be_focused()
    assert answer(page) == "Nothing written yet."


def press(page: Page, key: str, times: int) -> None:
    for _ in range(times):
        page.keyboard.press(key)


def test_a_server_that_is_busy_is_asked_again(opened: Open) -> None:
    page = opened()
    refused: list[Route] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route)
        route.fulfill(status=503, headers={"Retry-After": "1"}, json={"detail": "busy"})

    page.route("**/predict*", refuse_once)
    write(5, page)
    assert answer(page).startswith("5, ")
    assert refused
