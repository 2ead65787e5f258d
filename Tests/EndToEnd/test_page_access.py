"""Tests the page with axe, with the keyboard alone, with large text, and in both colour schemes."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from page import FITS, fill, link, show_form
from test_page_forms import SCHEMAS, SHAPE, UUID

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


def violations(page):
    """Returns what axe finds, with the elements."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]


def show_results_and_errors(page, demo):
    """Brings the page to a state in which all of its parts have content."""
    page.goto(link(demo, "calculator.divide", {"a": 1, "b": 0}))
    page.click("#call")
    expect(page.locator("#result")).to_have_attribute("data-state", "error")
    page.goto(link(demo, "jobs.run", {"steps": 1000, "stepMs": 50}))
    page.click("#call")
    expect(page.locator("#call-progress-text")).to_contain_text("step")
    for part in ("#raw", "#history"):
        page.click(f"{part} summary")
    page.click("#server-toggle")
    page.fill("#server-address", "ftp://x")
    page.press("#server-address", "Enter")
    page.click("#frames-pause")
    page.fill("#chat-text", "hello")
    page.click("#chat-send")
    expect(page.locator("#chat-lines li")).not_to_have_count(0)
    page.fill("#task-input-limit", "0")
    page.click("#task-spawn")
    expect(page.locator("#task-problem")).not_to_be_empty()


@pytest.mark.parametrize(("scheme", "viewport"), [("dark", PHONE), ("light", DESK)], ids=["dark phone", "light desk"])
def test_axe_finds_nothing(demo, open_page, scheme, viewport):
    page = open_page(demo, viewport=viewport, color_scheme=scheme)
    assert violations(page) == []
    show_results_and_errors(page, demo)
    assert violations(page) == []
    page.click("#cancel")
    fill(page, "steps", "abc")
    page.click("#call")
    expect(page.locator("#param-steps-problem")).not_to_be_empty()
    assert violations(page) == []
    page.click("[data-topic='chat.room']")
    page.click("#call")
    assert violations(page) == []
    page.fill("#method-search", "no such method")
    assert violations(page) == []


def test_axe_finds_nothing_in_a_form_of_every_kind_of_value(demo, open_page):
    page = open_page(demo)
    schemas = {**SCHEMAS, "All": {"type": "object", "required": ["booking", "shapes", "prices"], "properties": {
        "booking": {"$ref": "#/components/schemas/Booking"},
        "shapes": {"type": "array", "items": SHAPE},
        "prices": {"type": "object", "additionalProperties": {"type": "integer"}},
        "tree": {"$ref": "#/components/schemas/Tree"}, "any": {}, "is": {"type": "boolean"},
    }}}
    show_form(page, {"$ref": "#/components/schemas/All"}, schemas)
    page.evaluate("""(id) => form.write({ value: {
        booking: { id, guest: { name: "Eva", email: null }, room: "suite", arrival: "soon", nights: 0, wishes: ["", "a"] },
        shapes: [{ circle: 1 }, null], prices: { a: 1, "": 2 }, tree: { value: 1, children: [{ value: 2, children: [] }] } } })""", UUID)
    page.evaluate("() => { try { form.take(); } catch {} }")
    expect(page.locator("[name='value.booking.arrival']")).to_be_focused()
    assert violations(page) == []


def press_until(page, key, selector):
    """Presses a key until an element has the focus."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.locator(selector).evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{key} does not reach {selector}")


def test_a_whole_call_is_made_with_the_keyboard_alone(demo, open_page):
    page = open_page(demo)
    press_until(page, "Tab", "#method-search")
    page.keyboard.type("divide")
    page.keyboard.press("Enter")
    expect(page.locator("[name=a]")).to_be_focused()
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_have_text("0.125")
    press_until(page, "Tab", "#copy-result")
    press_until(page, "Tab", "#history summary")
    page.keyboard.press("Enter")
    press_until(page, "Tab", ".history-repeat")
    page.keyboard.press("Enter")
    expect(page.locator("#history-list li")).to_have_count(2)
    expect(page.locator("#result")).to_have_text("0.125")


def test_the_list_of_methods_is_walked_with_the_arrows(demo, open_page):
    page = open_page(demo)
    page.focus("#method-search")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#method-name")).to_have_text(re.compile(r"\w+\.\w+"))
    expect(page.locator("#workbench :focus")).to_have_count(1)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_all_methods_are_seen_without_a_box_that_scrolls(demo, open_page, viewport):
    page = open_page(demo, viewport=viewport)
    last = page.locator("[data-method]").last
    assert last.evaluate("""(row) => {
        const boxes = [];
        for (let box = row.parentElement; box !== document.documentElement; box = box.parentElement) boxes.push(box);
        return boxes.every((box) => box === document.body || box.scrollHeight <= box.clientHeight + 1);
    }""")
    assert page.locator("h2:empty, h3:empty").locator("visible=true").count() == 0
    last.scroll_into_view_if_needed()
    last.click()
    expect(page.locator("#method-name")).to_be_in_viewport()


def test_the_page_is_never_wider_than_its_window(demo, open_page):
    page = open_page(demo, viewport=PHONE)
    show_results_and_errors(page, demo)
    # At 200 % a phone of 390 pixels has 195.
    widths = [195, 320, 390, 820, 1280, 1920]
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(FITS), width
    show_form(page, {"$ref": "#/components/schemas/Booking"}, SCHEMAS)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(FITS), width


def test_text_of_twice_the_size_fits_a_phone(demo, open_page):
    page = open_page(demo, viewport=PHONE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    show_results_and_errors(page, demo)
    assert page.evaluate(FITS)


def test_what_a_call_has_brought_comes_into_view_on_a_phone(demo, open_page):
    page = open_page(demo, viewport=PHONE, reduced_motion="reduce")
    page.goto(link(demo, "bookings.book"))
    expect(page.locator("#method-name")).to_have_text("bookings.book")
    page.locator("#call").scroll_into_view_if_needed()
    page.click("#call")
    expect(page.locator("#fields [aria-invalid='true']").first).to_be_in_viewport(ratio=1)
    expect(page.locator("#fields .problem:not(:empty)").first).to_be_in_viewport(ratio=1)
    page.goto(link(demo, "calculator.divide", {"a": 1, "b": 0}))
    expect(page.locator("#method-name")).to_have_text("calculator.divide")
    page.evaluate("""() => {
        const call = document.querySelector("#call");
        window.scrollTo(0, call.getBoundingClientRect().bottom + window.scrollY - window.innerHeight + 1);
    }""")
    expect(page.locator("#result")).not_to_be_in_viewport()
    page.click("#call")
    expect(page.locator("#result")).to_have_attribute("data-state", "error")
    expect(page.locator("#result")).to_be_in_viewport(ratio=0.5)


def test_nothing_moves_where_reduced_motion_is_preferred(demo, open_page):
    page = open_page(demo, reduced_motion="reduce")
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((element) => {
        const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(element);
        return [transitionDuration, animationDuration].some((time) => parseFloat(time) > 0) || scrollBehavior === "smooth";
    }).map((element) => element.tagName)""")
    assert moving == []
