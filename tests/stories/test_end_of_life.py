"""The end of a life in a real browser: a justified one costs few touches, and Rex's is stopped at the last minute."""

import multiprocessing
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from holdfast.bootstrap.house import House, open_house
from holdfast.cli.demo import run_monitors
from holdfast.config import Config
from holdfast.record.events import Decision
from holdfast.usecases import beds, cases, second_look
from stories.browsing import signed_in
from stories.conftest import Server, start

WATCHED_S = 20
"""The watch compares with the seconds before: they have to have been."""
SETTLED_MS = 700
"""A touch this soon after something has moved is not taken."""
PHONE = {"width": 390, "height": 844}
TARGET_PX = 44
SMALL = """smallest => [...document.querySelectorAll('.eol a, .eol button, .eol summary, .eol .segmented span')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height < smallest).map(e => e.textContent.trim())"""


@dataclass
class Finger:
    """Counts what a person touches, and the seconds that the machine took until the next thing could be touched."""

    touches: int = 0
    machine_s: float = 0.0

    def touch(self, what: Locator, then: Locator | None = None) -> None:
        began = time.monotonic()
        what.click()
        if then is not None:
            expect(then).to_be_visible()
        self.touches += 1
        self.machine_s += time.monotonic() - began


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start("serve", tmp_path_factory.mktemp("end"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def house(server: Server) -> Iterator[House]:
    opened = open_house(Config(data_dir=server.data_dir))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    with signed_in(server, chromium) as page:
        page.set_viewport_size(PHONE)
        yield page


def admit(house: House, name: str) -> str:
    admission = cases.Admission(name=name, training=True, weight_kg=32.0, owner="Mrs Hartmann", microchip="900123")
    return cases.admit(house.ctx, actor="drill", admission=admission)


def order(page: Page, server: Server, case_id: str, finger: Finger) -> None:
    """From the case to the second look."""
    page.goto(f"{server.address}/cases/{case_id}")
    finger.touch(page.locator("summary", has_text="Order end of life"))
    finger.touch(page.get_by_role("radio", name="suffering that cannot be relieved", exact=True))
    finger.touch(page.get_by_role("radio", name="Mrs Hartmann", exact=True))
    finger.touch(page.get_by_test_id("order-eol"), page.get_by_test_id("second-look-page"))


def test_a_dog_that_suffers_waits_for_eight_touches_and_no_typing(server, page, house, record_property) -> None:
    case_id, finger = admit(house, "Bruno"), Finger()
    order(page, server, case_id, finger)
    finger.touch(page.get_by_test_id("to-end-of-life"), page.get_by_test_id("end-of-life-page"))
    finger.touch(page.get_by_text("The dog suffers: go on without it"))
    form = page.get_by_test_id("without-waiting")
    before = finger.touches
    finger.touch(form.get_by_test_id("reason-suffering"))
    finger.touch(form.get_by_test_id("performed"), page.get_by_test_id("judged"))
    assert finger.touches - before == 2, "the way on is never longer than two touches"
    assert finger.touches == 8
    report(record_property, "without waiting", finger)
    expect(page.get_by_test_id("step-identity")).to_have_attribute("data-standing", "passed")


def test_a_justified_euthanasia_with_every_step_looked_at(server, page, house, record_property) -> None:
    case_id, finger = admit(house, "Senta"), Finger()
    order(page, server, case_id, finger)
    finger.touch(page.get_by_test_id("analgesia-given"))
    finger.touch(page.get_by_test_id("sedation-given"))
    # What was saved, not the words of the form.
    finger.touch(page.get_by_test_id("save-comfort"), page.get_by_text("Analgesia given, sedation given"))
    page.get_by_test_id("proceed-reason").select_option("suffering_not_relievable")
    finger.touches += 2  # a list of the browser: open it, choose
    finger.touch(page.get_by_test_id("proceed"), page.get_by_test_id("tray-ready"))
    finger.touch(page.get_by_test_id("tray-ready"), page.get_by_test_id("blind"))
    finger.touch(page.get_by_test_id("perform-form").get_by_test_id("reason-suffering"))
    finger.touch(page.get_by_test_id("performed"), page.get_by_test_id("judged"))
    assert finger.touches == 13
    report(record_property, "with pain relief, second look, decision and tray", finger)


def test_death_is_checked_confirmed_and_cared_for_on_a_phone(page, house) -> None:
    page.wait_for_timeout(SETTLED_MS)
    page.get_by_test_id("all-absent").click()
    expect(page.get_by_test_id("judged")).to_contain_text("1 of 2 checks")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("document.querySelectorAll('.eol details').forEach(fold => fold.open = true)")
    assert page.evaluate(SMALL, TARGET_PX) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_test_id("confirm_reason-seen_otherwise").click()
    page.get_by_test_id("confirm-otherwise").click()
    expect(page.get_by_test_id("eol-state")).to_have_text("Death confirmed")
    page.get_by_test_id("care-necropsy").get_by_role("button", name="accepted").click()
    expect(page.get_by_test_id("care-necropsy").locator("p").first).to_contain_text("accepted")
    page.get_by_test_id("finish-reason").fill("the family decides tomorrow")
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("eol-state")).to_have_text("Finished")


@pytest.fixture
def rex(server: Server, house: House) -> Iterator[str]:
    """Rex on a bed with his monitor running, ordered and released: he twitches when the tray is ready."""
    ctx = house.ctx
    beds.add_bed(ctx, actor="drill", bed="ICU 1")
    beds.bind_device(ctx, actor="drill", device="HOLDFAST_SIM:rex", bed="ICU 1")
    admission = cases.Admission(name="Rex", training=True, weight_kg=32.0, handler="Officer Reyes", bed="ICU 1")
    case_id = cases.admit(ctx, actor="drill", admission=admission)
    order_id = second_look.order(
        ctx, actor="drill", case_id=case_id, indication="failing", consent_by="Officer Reyes", consent_how="in_person"
    )
    reason = "treatment_tried_failed"
    go = Decision.PROCEED
    second_look.decide(ctx, actor="drill", case_id=case_id, order_id=order_id, look_id="", decision=go, reason=reason)
    config = Config(data_dir=server.data_dir, hl7_port=server.hl7_port)
    monitor = multiprocessing.get_context("spawn").Process(target=run_monitors, args=(config, [("rex", case_id)]))
    monitor.start()
    yield case_id
    monitor.terminate()
    monitor.join()


def test_rex_twitches_while_the_tray_is_ready_and_is_stopped_with_one_touch(server, page, rex: str) -> None:
    page.goto(f"{server.address}/cases/{rex}/end-of-life")
    expect(page.get_by_test_id("live-tiles").get_by_test_id("value-hr")).to_contain_text(re.compile(r"1[5-9][0-9]"))
    time.sleep(WATCHED_S)
    page.get_by_test_id("tray-ready").click()
    expect(page.get_by_test_id("eol-state")).to_have_text("The tray is ready")
    # Somebody is in the middle of an entry: the change comes all the same, and the entry stays.
    page.get_by_test_id("perform-form").get_by_test_id("reason-suffering").click()
    change = page.get_by_test_id("change").first
    expect(change).to_be_visible()
    expect(change).to_contain_text("What it is not.")
    expect(page.get_by_test_id("watch")).to_contain_text("Heart rate rose")
    expect(page.locator('[data-testid="change"][data-change="movement"]')).to_be_visible()
    expect(page.get_by_test_id("perform-form").locator("input[value=suffering]")).to_be_checked()
    expect(page.get_by_test_id("change-bar")).to_be_in_viewport()
    page.get_by_test_id("stop-bar").click()
    expect(page.get_by_test_id("eol-state")).to_have_text("Stopped")
    page.goto(f"{server.address}/cases/{rex}/timeline")
    lines = page.get_by_test_id("timeline-line")
    for words in ("The tray is ready", "Last minute: The heart rate changed", "Last minute: Movement", "Stopped"):
        expect(lines.filter(has_text=words).first).to_be_visible()


def report(record_property, name: str, finger: Finger) -> None:
    """Into the report of the tests, and onto the screen with -s."""
    record_property(name, f"{finger.touches} touches, {finger.machine_s:.1f} s of machine time")
    print(f"\n{name}: {finger.touches} touches, {finger.machine_s:.1f} s of machine time")
