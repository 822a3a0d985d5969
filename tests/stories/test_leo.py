"""Leo's rally in a real browser: an old dog on the table, the tray ready, and numbers that come up and stay up.

Holdfast says so and promises nothing; a person decides. His record is simulated, and the clock is put forward."""

from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import structs
from playwright.sync_api import Browser, expect

from holdfast.kernel.time import US_PER_MIN
from holdfast.record import events as ev
from holdfast.simulation.changes import Timed
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenarios import ALL
from holdfast.usecases import beds, cases
from holdfast.usecases.course_watch import CourseWatch
from holdfast.usecases.flushing import Flusher
from holdfast.usecases.ingest import Incoming, Intake
from holdfast.usecases.tray_watch import TrayWatch
from stories.cable import FlowingClock, browser_of, served
from web.web_house import House

BED = "Bed 2"
RALLY_MIN = 52
"""So long after the order his numbers have been up for the half hour that the rule asks for, and some minutes."""
PROMISES = ("will recover", "survive", "prognosis", "hope")


@dataclass
class Bedside:
    """Leo's monitor and the duties of the house, along a clock that is put forward."""

    house: House
    clock: FlowingClock
    case_id: str

    def __post_init__(self) -> None:
        ctx, leo = self.house.ctx, ALL["leo"]
        # What he does from the live moment on is over in the hours before it; waves are not needed for a rule of hours.
        course = tuple(Timed(one.at_s - RALLY_MIN * 60, one.change) for one in leo.course)
        monitor = SimulatedMonitor(replace(leo, course=course, history_min=RALLY_MIN + 70), "", run_id="story")
        history = monitor.history(self.clock.now_us() + RALLY_MIN * US_PER_MIN)
        self.messages = [structs.replace(one, waves=()) for one in history]
        beds.bind_device(ctx, actor="drill", device=monitor.device, bed=BED)
        self.intake, self.flusher = Intake(ctx), Flusher(ctx, lambda text, error: None)
        self.courses, self.trays = CourseWatch(ctx), TrayWatch(ctx, self.house.ward.view)

    def go_on(self, minutes: float = 0) -> None:
        """Everything that the monitor says in these minutes, and then what the house does once a second."""
        self.clock.at_us += int(minutes * US_PER_MIN)
        now_us = self.clock.now_us()
        while self.messages and self.messages[0].sent_us <= now_us:
            message = self.messages.pop(0)
            raw = message.control_id.encode()
            submitted = self.intake.receive(Incoming(raw, "sim", message.sent_us, message, "", message.control_id))
            assert submitted.held is not None, submitted.text
            self.house.ward.hear(submitted.held)
        self.flusher.flush_due(now_us)
        self.house.ward.tick(now_us)
        self.courses.follow(now_us, self.house.ward.tell)
        self.house.ctx.book.catch_up()
        self.trays.follow(now_us)


def test_leo_rallies_while_the_tray_is_ready_and_is_looked_at_again(tmp_path: Path, chromium: Browser) -> None:
    clock = FlowingClock()
    with served(tmp_path, clock) as (house, cable), browser_of(chromium, cable) as browser:
        leo = cases.Admission(**ALL["leo"].signalment.form(), bed=BED)
        case_id = cases.admit(house.ctx, actor="drill", admission=leo)
        cases.set_working_diagnosis(house.ctx, actor="drill", case_id=case_id, diagnosis="terminal_decline_of_old_age")
        bedside = Bedside(house, clock, case_id)
        bedside.go_on()
        page = browser.pages[0]
        page.goto(f"{cable.address}/cases/{case_id}")
        page.locator("summary", has_text="Order end of life").click()
        page.get_by_role("radio", name="dying now", exact=True).click()
        page.get_by_role("radio", name="The Hartmann family", exact=True).click()
        page.get_by_test_id("order-eol").click()
        expect(page.get_by_test_id("second-look-page")).to_be_visible()
        expect(page.get_by_test_id("standing-sustained_improvement")).to_have_count(0)
        page.get_by_test_id("proceed-reason").select_option("suffering_not_relievable")
        page.get_by_test_id("proceed").click()
        page.get_by_test_id("tray-ready").click()
        expect(page.get_by_test_id("eol-state")).to_have_text("The tray is ready")
        bedside.go_on()

        bedside.go_on(RALLY_MIN)
        change = page.locator('[data-testid="change"][data-change="rally"]')
        expect(change).to_be_visible()
        expect(change).to_contain_text("A reason to look again and to measure again")
        expect(change).to_contain_text("No promise")
        page.get_by_role("link", name="Second look with what is known now").click()
        rally = page.get_by_test_id("standing-sustained_improvement")
        expect(rally).to_contain_text("Look again, measure again.")
        expect(rally).to_contain_text("with no treatment on record before it")
        expect(rally).to_contain_text("This promises nothing")
        said = page.locator("main").inner_text().lower()
        assert not [word for word in PROMISES if word in said]
        page.go_back()
        page.get_by_test_id("stop-bar").click()
        expect(page.get_by_test_id("eol-state")).to_have_text("Stopped")
        page.goto(f"{cable.address}/cases/{case_id}/timeline")
        lines = page.get_by_test_id("timeline-line")
        for words in ("The tray is ready", "Look again: better for", "The dog got better", "Stopped"):
            expect(lines.filter(has_text=words).first).to_be_visible()
    told = [
        one.event.text
        for one in house.ctx.store.read_stream(ev.case_stream(case_id))
        if isinstance(one.event, ev.MonitorConditionBegan) and one.event.condition == "sustained_improvement"
    ]
    assert len(told) == 1
