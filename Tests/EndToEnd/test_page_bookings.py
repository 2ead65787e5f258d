"""Books a room with the form that the page makes from the Swift types of the demo."""

import json

from playwright.sync_api import expect

from page import expect_result, fill

UUID = "123e4567-e89b-12d3-a456-426614174000"


def choose_booking(page):
    page.click("[data-method='bookings.book']")
    fill(page, "booking.id", UUID)
    fill(page, "booking.guest.name", "Eva")
    page.select_option("[name='booking.room']", label="suite")
    fill(page, "booking.arrival", "2030-01-31T12:00:00Z")
    fill(page, "booking.nights", "3")


def result_of(page):
    expect(page.locator("#result")).to_have_attribute("data-state", "ok")
    return json.loads(page.inner_text("#result"))


def test_a_room_is_booked_through_the_form(server, open_page):
    page = open_page(server)
    choose_booking(page)
    for wish in ("a view", "quiet"):
        page.click("[data-add='booking.wishes']")
        page.keyboard.type(wish)
    # What is null or left out does not matter here, but is sent as it was chosen.
    page.select_option("[aria-label='booking.guest.email is']", "null")
    sent = {"id": UUID, "guest": {"name": "Eva", "email": None}, "room": "suite", "arrival": "2030-01-31T12:00:00Z",
            "nights": 3, "wishes": ["a view", "quiet"]}
    assert json.loads(page.input_value("#raw-text")) == {"booking": sent}
    page.click("#call")
    result = result_of(page)
    assert {key: result[key] for key in ("room", "departure", "currency")} == {
        "room": "suite", "departure": "2030-02-03T12:00:00.000Z", "currency": "EUR"}
    assert result["guest"]["name"] == "Eva" and result["id"].lower() == UUID
    fill(page, "currency", "USD")
    page.click("#call")
    expect(page.locator("#result")).to_contain_text('"currency": "USD"')


def test_a_booking_that_does_not_fit_is_not_sent(server, open_page):
    page = open_page(server)
    choose_booking(page)
    fill(page, "booking.id", "123")
    fill(page, "booking.arrival", "tomorrow")
    fill(page, "booking.nights", "9223372036854775808")
    page.click("#call")
    expect(page.locator("#result-status")).to_have_text("not sent")
    for name in ("id", "arrival", "nights"):
        expect(page.locator(f"[id='param-booking.{name}-problem']")).not_to_be_empty()
    expect(page.locator("[name='booking.id']")).to_be_focused()


def test_a_list_of_numbers_is_summed(server, open_page):
    page = open_page(server)
    page.click("[data-method='calculator.sum']")
    for number in ("1", "2", "3.5"):
        page.click("[data-add='values']")
        page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect_result(page, "6.5")
