"""What is entered while the network comes and goes is on record, each once, in the order of entering."""

import random
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from holdfast.usecases.cases import close_case
from made_photos import png_picture
from making import StandingClock
from stories.browsing import sign_in
from stories.cable import Cable, browser_of, copied, served
from web.web_house import PASSWORD, House

ENTRIES = 200
ENTER = """async ({action, from, to}) => {
  for (let i = from; i < to; i += 1) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = action;
    form.setAttribute("action", action);
    form.dataset.keep = form.dataset.after = "stay";
    form.innerHTML = '<input name="text"><button></button>';
    form.elements.text.value = `entry ${i}`;
    document.body.append(form);
    form.requestSubmit();
    while (form.dataset.sending) await new Promise((done) => setTimeout(done, 5));
    form.remove();
  }
}"""
"""Forms as the pages have them, on a page that costs the server little."""


def waits(page: Page, count: int) -> None:
    expect(page.locator("#outbox")).to_have_attribute("data-waiting", str(count))


def write(page: Page, text: str) -> None:
    page.get_by_label("Write a note").fill(text)
    page.get_by_role("button", name="Save note").click()


def notes(house: House) -> list[str]:
    return [text for _, _, text in house.ctx.book.case(house.case_id).notes]


@pytest.fixture
def weather(request: pytest.FixtureRequest):
    """Turns the cable at random until told to stop."""
    stop = threading.Event()
    dice = random.Random(6)

    def begin(cable: Cable) -> None:
        def turn() -> None:
            while not stop.wait(dice.uniform(0.02, 0.25)):
                cable.turn(dice.choice(["open", "cut", "mute"]))

        threading.Thread(target=turn, daemon=True).start()

    yield begin, stop
    stop.set()


def test_two_hundred_entries_through_a_failing_network_are_on_record_once_and_in_order(
    tmp_path: Path, chromium: Browser, weather
) -> None:
    begin, stop = weather
    with served(tmp_path, StandingClock()) as (house, cable), browser_of(chromium, cable) as browser:
        page = browser.pages[0]
        page.goto(f"{cable.address}/account")
        action = f"/cases/{house.case_id}/notes"
        begin(cable)
        page.evaluate(ENTER, {"action": action, "from": 0, "to": ENTRIES // 2})
        # The tab is closed over what waits, and another one is opened when the network is there.
        cable.turn("cut")
        stop.set()
        page.evaluate(ENTER, {"action": action, "from": ENTRIES // 2, "to": ENTRIES // 2 + 10})
        page.close()
        cable.turn("open")
        page = browser.new_page()
        page.goto(f"{cable.address}/account")
        stop.clear()
        begin(cable)
        page.evaluate(ENTER, {"action": action, "from": ENTRIES // 2 + 10, "to": ENTRIES})
        stop.set()
        cable.turn("open")
        expect(page.locator("#outbox")).to_be_hidden()
        expect(page.locator("#outbox")).to_have_attribute("data-waiting", "0")
        assert notes(house) == [f"entry {i}" for i in range(ENTRIES)]
        assert cable.lost > 10, "no answer was lost, so nothing could have been doubled"


def test_a_case_goes_on_without_the_server_and_opens_again_from_this_browsers_copy(
    tmp_path: Path, chromium: Browser
) -> None:
    clock = StandingClock()
    with served(tmp_path, clock) as (house, cable), browser_of(chromium, cable) as browser:
        page = browser.pages[0]
        page.goto(f"{cable.address}/cases/{house.case_id}")
        copied(page, f"/cases/{house.case_id}")
        cable.turn("cut")
        expect(page.locator("#stale")).to_be_visible()
        page.get_by_test_id("chip-gums_pale-present").click()
        waits(page, 1)
        write(page, "written without a network")
        waits(page, 2)
        expect(page.get_by_test_id("outbox-count")).to_have_text("2 entries wait to be sent.")
        page.reload()
        expect(page.get_by_test_id("kept-copy")).to_be_visible()
        expect(page.locator("body.is-stale")).to_be_visible()
        waits(page, 2)
        write(page, "written on the old copy")
        waits(page, 3)
        entered = clock.now_us()
        clock.advance(3600)
        cable.turn("open")
        waits(page, 0)
        page.get_by_role("button", name="open the page as it is now").click()
        expect(page.get_by_test_id("kept-copy")).to_be_hidden()
        expect(page.locator("#notes")).to_contain_text("written on the old copy")
        assert notes(house) == ["written without a network", "written on the old copy"]
        case = house.ctx.book.case(house.case_id)
        assert [found.key for found in case.findings] == ["gums_pale"]
        # Told by the server's clock when they were entered, an hour ago, and not when they arrived.
        assert all(abs(at_us - entered) < 120_000_000 for at_us in (case.findings[0].at_us, case.notes[-1][0]))


def test_a_photograph_taken_without_the_network_is_on_record_once_with_its_moment(
    tmp_path: Path, chromium: Browser
) -> None:
    clock = StandingClock()
    with served(tmp_path, clock) as (house, cable), browser_of(chromium, cable) as browser:
        page = browser.pages[0]
        page.goto(f"{cable.address}/cases/{house.case_id}/exam")
        cable.turn("cut")
        expect(page.locator("#stale")).to_be_visible()
        page.get_by_label("What it shows").fill("the left ribs")
        picture = png_picture(1600, 1200)
        photo = {"name": "ribs.png", "mimeType": "image/png", "buffer": picture}
        page.get_by_test_id("photograph").set_input_files(photo)
        waits(page, 1)
        expect(page.locator("[data-slot=photograph]")).to_contain_text("Kept in this browser")
        page.get_by_test_id("outbox-show").click()
        expect(page.get_by_test_id("outbox-entry")).to_contain_text("photograph, the left ribs")
        entered = clock.now_us()
        page.close()  # the tab is closed over it
        clock.advance(3600)
        cable.turn("open")
        page = browser.new_page()
        page.goto(f"{cable.address}/cases/{house.case_id}/exam")
        expect(page.get_by_test_id("photo")).to_have_count(1)
        waits(page, 0)
        (kept,) = house.ctx.book.case(house.case_id).exam.photographs
        assert kept.what == "the left ribs"
        assert abs(kept.at_us - entered) < 120_000_000
        assert house.services.films.read(kept.photo_id) == picture
        # Its answer is lost on the way back: it is sent again, and nothing is doubled.
        cable.turn("mute")
        lost = cable.lost
        page.get_by_test_id("photograph").set_input_files(photo)
        waits(page, 1)
        while cable.lost == lost:
            page.wait_for_timeout(50)
        cable.turn("open")
        waits(page, 0)
        assert len(house.ctx.book.case(house.case_id).exam.photographs) == 2


def test_what_is_refused_later_stays_with_the_servers_words(tmp_path: Path, chromium: Browser) -> None:
    with served(tmp_path, StandingClock()) as (house, cable), browser_of(chromium, cable) as browser:
        page = browser.pages[0]
        page.goto(f"{cable.address}/cases/{house.case_id}")
        cable.turn("cut")
        expect(page.locator("#stale")).to_be_visible()
        write(page, "too late")
        waits(page, 1)
        close_case(house.ctx, actor="holdfast", case_id=house.case_id, outcome="transferred")
        cable.turn("open")
        expect(page.locator("#outbox")).to_have_attribute("data-refused", "1")
        page.reload()
        expect(page.locator("#outbox")).to_have_attribute("data-refused", "1")
        page.get_by_test_id("outbox-show").click()
        expect(page.get_by_test_id("outbox-entry")).to_contain_text("too late")
        expect(page.get_by_test_id("outbox-entry")).to_contain_text("is closed (transferred)")
        assert notes(house) == []


def test_after_the_sign_in_has_ended_entries_wait_for_the_one_who_made_them(tmp_path: Path, chromium: Browser) -> None:
    with served(tmp_path, StandingClock()) as (house, cable), browser_of(chromium, cable) as browser:
        page = browser.pages[0]
        page.goto(f"{cable.address}/cases/{house.case_id}")
        browser.clear_cookies()
        write(page, "by the clinician")
        waits(page, 1)
        expect(page.locator("#outbox")).to_contain_text("sign in again")
        other = browser.new_page()
        sign_in(other, cable.address, "technician", PASSWORD)
        expect(other.locator("#outbox")).to_contain_text("A clinician must sign in here")
        assert notes(house) == []
        browser.clear_cookies()
        sign_in(other, cable.address, "clinician", PASSWORD)
        waits(page, 0)
        assert [(actor, text) for _, actor, text in house.ctx.book.case(house.case_id).notes] == [
            (next(a.account_id for a in house.services.accounts.all() if a.login == "clinician"), "by the clinician")
        ]


def test_what_means_something_only_now_is_not_sent_later(tmp_path: Path, chromium: Browser) -> None:
    with served(tmp_path, StandingClock()) as (house, cable), browser_of(chromium, cable) as browser:
        page = browser.pages[0]
        page.goto(f"{cable.address}/cases/{house.case_id}")
        cable.turn("cut")
        page.locator("summary", has_text="Weight, bed").click()
        page.locator('form[action$="/bed"] select').select_option("Bed 2")
        page.get_by_role("button", name="Move").click()
        expect(page.get_by_text("Not saved: no answer came")).to_be_visible()
        waits(page, 0)
        cable.turn("open")
        assert house.ctx.book.case(house.case_id).bed == "Bed 1"
