"""In a real browser: the loud bar is answered with one press, and a handler sends what he sees with a photograph."""

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, expect

from holdfast.record import home_events as ho
from holdfast.record.events import case_stream
from holdfast.usecases import calling, home
from made_photos import png_picture
from stories.browsing import sign_in
from stories.conftest import PATIENCE_MS, chromium, free_port
from web.web_house import PASSWORD

__all__ = ["chromium"]


@pytest.fixture
def address(house) -> Iterator[str]:
    """The house on a real socket."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(house.app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_a_call_that_nobody_answered_is_loud_on_every_page_and_one_press_ends_it(
    house, address: str, chromium: Browser
) -> None:
    desk = house.services.desk
    for name in ("Dr Osei", "Nurse Kim"):
        calling.set_contact(
            house.ctx, desk.addresses, desk.channels, actor="vet", name=name, place="clinic", by_channel={}
        )
    calling.set_list(house.ctx, actor="vet", contacts=tuple(house.ctx.book.clinic.calling.contacts))
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        sign_in(page, address, "technician", PASSWORD)
        calling.call_by_hand(house.ctx, actor="vet", case_id=house.case_id, text="He vomits blood")
        for _ in range(42):
            desk.follow(house.clock.advance(1))
        loud = page.get_by_test_id("call-nobody")
        expect(loud).to_contain_text("NOBODY ANSWERED")
        page.goto(f"{address}/beds")
        expect(loud).to_contain_text("He vomits blood")
        box = loud.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844 + 1, "it is on the screen without scrolling"
        page.get_by_test_id("answer-call").click()
        expect(page.get_by_test_id("answer-call")).to_have_count(0)
        assert problems == []
    finally:
        context.close()
    (entry,) = house.ctx.book.case(house.case_id).calls.entries.values()
    assert entry.answered_by == "A technician"


def test_a_handler_sends_what_he_sees_with_a_photograph_made_small(house, address: str, chromium: Browser) -> None:
    token = home.make_link(
        house.ctx, house.services.desk.signer, actor="vet", case_id=house.case_id, who="Officer Reyes", days=7
    )
    home.tell(house.ctx, actor="vet", case_id=house.case_id, text="He sleeps.")
    calling.set_phone(house.ctx, actor="vet", phone="+41 44 123 45 67")
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        page.goto(f"{address}/h#{token}")
        expect(page.get_by_test_id("told")).to_have_text("He sleeps.")
        assert token not in page.url, "the secret left the address"
        assert page.get_by_test_id("phone").get_attribute("href") == "tel:+41441234567"
        page.locator("summary").click()
        page.get_by_test_id("breaths").fill("17")
        page.get_by_text("dry and closed").click()
        photo = {"name": "wound.png", "mimeType": "image/png", "buffer": png_picture(2400, 1200)}
        page.locator("input[type=file]").set_input_files(photo)
        expect(page.get_by_text("The photograph has arrived.")).to_be_visible()
        page.get_by_test_id("send-observation").click()
        expect(page.get_by_test_id("advice")).to_contain_text("count again within the hour")
    finally:
        context.close()
    recorded = house.ctx.store.read_stream(case_stream(house.case_id))
    (seen,) = [item.event for item in recorded if isinstance(item.event, ho.HomeObserved)]
    assert (seen.breaths_per_min, seen.wound, seen.advice) == (34.0, "dry", "look_again")
    kept = house.services.films.read(seen.image_id)
    assert kept.startswith(b"\xff\xd8\xff"), "made anew as a JPEG, without what the camera wrote into it"
    assert len(kept) < 200_000
