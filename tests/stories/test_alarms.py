"""A heart stops on a simulated bed: seen and heard on every page, kept over a reload, ended by people alone."""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from holdfast.bootstrap.house import House, open_house
from holdfast.config import Config
from holdfast.gateways.hl7.client import MllpSender
from holdfast.gateways.hl7.encode import encode_message
from holdfast.record.alarm_events import AlarmRaised
from holdfast.record.events import case_stream
from holdfast.simulation.changes import SetRhythm
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenario import Scenario, Signalment
from holdfast.simulation.states import HEALTHY_REST, Rhythm, Sensor
from holdfast.usecases import beds, cases
from holdfast.usecases.context import record
from stories.browsing import signed_in
from stories.conftest import Server, start

BED = "ICU 1"
READING_MS = 1_000
"""A press on a line that moved less than that ago is not taken."""
KNOWN_S = 15
"""After so many seconds of signal eight beats alike have been seen (``signals.arrest.BEATS_KNOWN``)."""

DOG = Scenario(
    name="drill",
    title="A healthy dog whose heart will stop",
    seed=77,
    signalment=Signalment("Rex", "Malinois", "male", 72, 32.0, "", "drill"),
    begin=HEALTHY_REST,
    course=(),
    sensors=frozenset({Sensor.ECG, Sensor.OXIMETER}),
    history_min=0,
)


class Wire:
    """The dog's monitor, speaking once a second from a thread of its own."""

    def __init__(self, port: int) -> None:
        self.monitor = SimulatedMonitor(DOG, BED)
        self.seconds = 0
        self._port = port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._speak()), daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()

    def rhythm(self, rhythm: Rhythm) -> None:
        self.monitor.change(SetRhythm(rhythm), int((time.time() + 0.5) * 1e6))

    async def _speak(self) -> None:
        second = int(time.time())
        async with MllpSender("127.0.0.1", self._port) as sender:
            while not self._stop.is_set():
                await asyncio.sleep(max(0.0, second + 1.05 - time.time()))
                await sender.send(encode_message(self.monitor.message_at(second * 1_000_000)))
                second += 1
                self.seconds += 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start("serve", tmp_path_factory.mktemp("alarms"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def house(server: Server) -> Iterator[House]:
    opened = open_house(Config(data_dir=server.data_dir))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def case_id(house: House) -> str:
    beds.add_bed(house.ctx, actor="drill", bed=BED)
    beds.bind_device(house.ctx, actor="drill", device=f"HOLDFAST_SIM:{DOG.name}", bed=BED)
    return cases.admit(
        house.ctx, actor="drill", admission=cases.Admission(name="Rex", weight_kg=32.0, bed=BED, training=True)
    )


@pytest.fixture(scope="module")
def wire(server: Server, case_id: str) -> Iterator[Wire]:
    running = Wire(server.hl7_port)
    running.begin()
    yield running
    running.end()


@pytest.fixture(scope="module")
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    with signed_in(server, chromium) as page:
        yield page


def raise_on(house: House, case_id: str, alarm: str = "extreme_tachycardia") -> None:
    now_us = house.ctx.clock.now_us()
    event = AlarmRaised(
        at_us=now_us,
        alarm_id=f"drill-{alarm}",
        alarm=alarm,
        signal="",
        text="A drill",
        priority="high",
        technical=False,
        audible_when_over=False,
        since_us=now_us,
    )
    record(house.ctx, actor="holdfast", stream=case_stream(case_id), events=[event])


def wait_until_beats_are_counted(server: Server, page: Page, wire: Wire) -> None:
    """A heart that was not seen to beat for a while cannot be seen to stop: it is said that no beat was seen yet."""
    while wire.seconds < KNOWN_S:
        page.wait_for_timeout(200)
    page.goto(f"{server.address}/beds/{BED}")
    counted = page.locator("tr", has_text="Heart rate, our count")
    expect(counted).to_have_attribute("data-state", "fresh")


def bar_of(page: Page):
    return page.get_by_test_id("alarm-bar")


def asystole_in_bar(page: Page):
    return bar_of(page).get_by_test_id("alarm-asystole")


STRICT = """
const Real = window.AudioContext;
let touched = false;
window.addEventListener("pointerdown", () => { touched = true; }, true);
window.AudioContext = class extends Real {
  constructor() { super(); window.audio = this; }
  get state() { return touched ? super.state : "suspended"; }
};
"""
"""A browser that lets no page sound before a touch: Chromium takes what the test asks the page for a touch."""


def test_0_a_screen_says_that_it_cannot_sound_until_it_was_touched(server: Server, chromium: Browser, page: Page):
    untouched = chromium.new_context(storage_state=page.context.storage_state()).new_page()
    untouched.add_init_script(STRICT)
    untouched.goto(f"{server.address}/")
    bar = bar_of(untouched)
    expect(bar).to_have_attribute("data-armed", "no")
    expect(bar).to_contain_text("SOUND NOT ARMED: touch here")
    untouched.mouse.click(5, 400)
    expect(bar).to_have_attribute("data-armed", "yes")
    untouched.get_by_test_id("sound").click()
    before = int(bar.get_attribute("data-bursts") or 0)
    untouched.get_by_role("button", name="Test: high").click()
    expect(bar).to_have_attribute("data-bursts", str(before + 1))
    untouched.evaluate("window.audio.suspend()")
    expect(bar).to_contain_text("SOUND STOPPED by the browser: touch here")
    untouched.mouse.click(5, 400)
    expect(bar).to_have_attribute("data-armed", "yes")
    untouched.context.close()


def press_until_gone(page: Page, line: Locator) -> None:
    """A line that moved under the finger takes no press and says so; a person presses again."""
    for _ in range(3):
        page.wait_for_timeout(READING_MS)
        if line.count() == 0:
            return
        line.get_by_test_id("acknowledge").click()
        with contextlib.suppress(TimeoutError):
            line.wait_for(state="detached", timeout=20_000)
    expect(line).to_have_count(0)


def test_1_a_stopped_heart_is_seen_and_heard_on_every_page(server: Server, page: Page, wire: Wire) -> None:
    wait_until_beats_are_counted(server, page, wire)
    page.goto(f"{server.address}/cases")
    page.mouse.click(5, 400)
    expect(bar_of(page)).to_have_attribute("data-armed", "yes")
    wire.rhythm(Rhythm.ASYSTOLE)
    expect(asystole_in_bar(page)).to_be_visible()
    expect(asystole_in_bar(page)).to_contain_text("Rex")
    expect(asystole_in_bar(page)).to_have_attribute("data-state", "active")
    expect(bar_of(page)).to_have_attribute("data-sound", "high")
    for path in ("/", f"/beds/{BED}", "/quarantine"):
        page.goto(server.address + path)
        expect(asystole_in_bar(page)).to_be_visible()
        expect(bar_of(page)).to_have_attribute("data-wanted", "high")


def test_2_a_pause_silences_for_a_time_that_is_shown_and_a_reload_changes_nothing(server: Server, page: Page) -> None:
    page.get_by_test_id("bar-pause").click()
    expect(page.get_by_test_id("bar-paused")).to_have_text(re.compile(r"Paused: Rex [12]:[0-5]\d"))
    expect(bar_of(page)).to_have_attribute("data-sound", "")
    expect(asystole_in_bar(page)).to_have_attribute("data-state", "active")
    page.reload()
    expect(asystole_in_bar(page)).to_have_attribute("data-state", "active")
    expect(page.get_by_test_id("bar-paused")).to_contain_text("Rex")
    expect(bar_of(page)).to_have_attribute("data-wanted", "")
    page.goto(f"{server.address}/beds/{BED}")
    page.get_by_role("link", name="Alarms and limits").click()
    page.get_by_test_id("resume").click()
    expect(bar_of(page)).to_have_attribute("data-wanted", "high")


def test_3_over_and_unseen_it_stays_latched_and_looks_different(server: Server, page: Page, wire: Wire) -> None:
    wire.rhythm(Rhythm.SINUS)
    expect(asystole_in_bar(page)).to_have_attribute("data-state", "latched")
    expect(asystole_in_bar(page)).to_contain_text("It is over, nobody has seen it")
    page.reload()
    expect(asystole_in_bar(page)).to_have_attribute("data-state", "latched")
    press_until_gone(page, asystole_in_bar(page))
    expect(bar_of(page)).not_to_have_attribute("data-wanted", "high")  # another, lesser alarm may sound on


def test_4_acknowledged_it_is_silent_and_stays_in_sight_while_it_lasts(server: Server, page: Page, wire: Wire) -> None:
    wait_until_beats_are_counted(server, page, wire)
    wire.rhythm(Rhythm.ASYSTOLE)
    line = page.locator(".bed-page").get_by_test_id("alarm-asystole")
    expect(line).to_be_visible()
    button = line.get_by_test_id("acknowledge")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.wait_for_timeout(READING_MS)
    button.click()
    expect(line).to_have_attribute("data-state", "acknowledged")
    expect(line).to_contain_text("Acknowledged by Dr Ada Keller")
    expect(bar_of(page)).to_have_attribute("data-sound", "")
    page.reload()
    expect(line).to_have_attribute("data-state", "acknowledged")
    page.goto(f"{server.address}{page.get_by_role('link', name='Alarms and limits').get_attribute('href')}")
    expect(page.get_by_test_id("log-line").first).to_contain_text("Dr Ada Keller")


def test_5_the_board_brings_the_most_urgent_bed_forward_but_not_under_a_hand(
    server: Server, page: Page, house: House, wire: Wire
) -> None:
    beds.add_bed(house.ctx, actor="drill", bed="ICU 2")
    leo = cases.admit(house.ctx, actor="drill", admission=cases.Admission(name="Leo", bed="ICU 2", training=True))
    page.goto(f"{server.address}/")
    cards = page.get_by_test_id("bed-card")
    expect(cards.first).to_contain_text("Rex")
    page.mouse.move(5, 880)
    page.mouse.down()
    raise_on(house, leo)
    expect(cards.nth(1).get_by_test_id("alarm-extreme_tachycardia")).to_be_visible()
    page.wait_for_timeout(7_000)
    expect(cards.first).to_contain_text("Rex")
    expect(bar_of(page).get_by_test_id("alarm-extreme_tachycardia")).to_be_visible()
    page.mouse.up()
    expect(cards.first).to_contain_text("Leo")


PRESS_AT_ONCE = """
new MutationObserver((_, observer) => {
  const button = document.querySelector('#alarm-bar [data-testid="alarm-pause"] .ack');
  if (button) { observer.disconnect(); button.click(); }
}).observe(document, { subtree: true, childList: true });
"""


def test_6_a_press_on_a_line_that_has_just_come_is_not_taken(page: Page, house: House, wire: Wire) -> None:
    page.evaluate(PRESS_AT_ONCE)
    raise_on(house, house.ctx.book.case_on_bed("ICU 2").case_id, alarm="pause")
    line = bar_of(page).get_by_test_id("alarm-pause")
    expect(line.get_by_test_id("acknowledge")).to_have_text("It moved: press again")
    expect(line).to_have_attribute("data-state", "active")
    expect(line.get_by_test_id("acknowledge")).to_have_text("Acknowledge")


def test_7_a_lost_server_sounds_by_itself(server: Server, page: Page, wire: Wire) -> None:
    waiting = bar_of(page).locator(".alarm:not([data-state=acknowledged])")
    while waiting.count():
        page.wait_for_timeout(READING_MS)
        waiting.first.get_by_test_id("acknowledge").click()
        page.wait_for_timeout(READING_MS)
    expect(bar_of(page)).to_have_attribute("data-sound", "")
    server.process.kill()
    expect(page.locator("#stale")).to_be_visible()
    expect(bar_of(page)).to_have_attribute("data-sound", "connection")
