"""A resuscitation in a real browser: the same clock as on the server, and a network that is cut in the middle."""

import random
from dataclasses import asdict
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.care import Care
from holdfast.record.cpr_events import CprStep
from holdfast.record.cpr_log import CprLog
from holdfast.resuscitation.clock import clock
from holdfast.resuscitation.drugs import drug_rows
from holdfast.resuscitation.kit import kit
from holdfast.resuscitation.protocol import protocol
from holdfast.usecases import resuscitations as cpr
from making import StandingClock
from resuscitation.logs import T0_US, log_of, step
from stories.cable import FlowingClock, browser_of, copied, served
from web.web_house import House, knowledge

PHONE = {"width": 390, "height": 844}
WHAT = {
    CprStep.RHYTHM: ("asystole", "pea", "vf", "pvt"),
    CprStep.DRUG: ("epinephrine_cpr", "vasopressin_cpr", "atropine_cpr", "other"),
    CprStep.COMPRESSOR: ("Ana", "Ben"),
    CprStep.COMPRESSIONS: ("", "Ben"),
}
ASK = """async ({logs, kit}) => {
  const { clockAt } = await import("/static/cpr_clock.js");
  return logs.map(({ log, moments }) => moments.map((now) => clockAt(log, kit, now)));
}"""


def random_log(dice: random.Random) -> CprLog:
    touches = []
    for _ in range(dice.randrange(14)):
        kind = dice.choice(list(CprStep))
        amount = dice.choice((9.0, 18.0, 25.0)) if kind is CprStep.ETCO2 else None
        touches.append(step(kind, dice.randrange(0, 900, 5), dice.choice(WHAT.get(kind, ("",))), amount))
    return log_of(*touches)


def as_sent(log: CprLog) -> dict[str, object]:
    assert log.started is not None
    entries = [{**asdict(entry), "step": entry.step.value} for entry in log.entries]
    return {"started": {"at_us": log.started.at_us}, "entries": entries, "withdrawn": {}}


def on_server(log: CprLog, care: Care, now_us: int) -> dict[str, object]:
    rows = drug_rows(log, care, "dog", 34.0, now_us)
    told = clock(log, protocol(care), rows, now_us)
    assert told is not None
    return {
        "phase": told.phase.value,
        "elapsedUs": told.elapsed_us,
        "phaseUs": told.phase_us,
        "cycle": told.cycle,
        "leftUs": told.cycle_left_us,
        "compressor": told.compressor,
        "etco2": told.etco2_mmhg,
        "prompts": [asdict(prompt) for prompt in told.prompts],
        "drugs": [(row.dose.key, row.given, row.due.value, row.due_us) for row in rows],
    }


def test_the_browser_and_the_server_say_the_same_of_every_log(tmp_path: Path, chromium: Browser) -> None:
    dice = random.Random(610)
    care = knowledge().care
    made = [random_log(dice) for _ in range(150)]
    moments = [T0_US + dice.randrange(1, 1000) * US_PER_S for _ in range(6)]
    with served(tmp_path, StandingClock()) as (_, cable), browser_of(chromium, cable) as browser:
        logs = [{"log": as_sent(log), "moments": moments} for log in made]
        told = browser.pages[0].evaluate(ASK, {"logs": logs, "kit": kit(care, "dog", 34.0)})
    for log, answers in zip(made, told, strict=True):
        for now_us, answer in zip(moments, answers, strict=True):
            answer["drugs"] = [(d["drug"]["key"], d["given"], d["due"], d["dueUs"]) for d in answer["drugs"]]
            expected = on_server(log, care, now_us)
            assert {key: answer[key] for key in expected} == expected


def test_the_browser_works_out_the_amounts_that_the_server_does(tmp_path: Path, chromium: Browser) -> None:
    care = knowledge().care
    made = kit(care, "dog", 7.3)
    ask = """async (kit) => {
      const { amountFor, joulesFor } = await import("/static/cpr_clock.js");
      const joules = kit.shocks.map((one) => [0, 2].map((given) => joulesFor(one, kit.weight_kg, given)));
      return [kit.drugs.map((drug) => amountFor(drug, kit.weight_kg)), joules];
    }"""
    with served(tmp_path, StandingClock()) as (_, cable), browser_of(chromium, cable) as browser:
        amounts, joules = browser.pages[0].evaluate(ask, made)
    for drug, told in zip(made["drugs"], amounts, strict=True):
        assert (told is None) == (drug["amount"] is None), drug["key"]
        if told is not None:
            expected = drug["amount"]
            assert told["unit"] == expected["unit"]
            assert (told["low"], told["high"]) == pytest.approx((expected["low"], expected["high"]))
            assert (told["lowMl"] is None) == (expected["low_ml"] is None), drug["key"]
            if told["lowMl"] is not None:
                assert (told["lowMl"], told["highMl"]) == pytest.approx((expected["low_ml"], expected["high_ml"]))
    assert joules == [pytest.approx([one["first_j"], one["next_j"]]) for one in made["shocks"]]


def pass_time(page: Page, clock: FlowingClock, seconds: int) -> None:
    """On both clocks at once."""
    clock.advance(seconds)
    page.clock.fast_forward(seconds * 1000)
    page.wait_for_timeout(600)  # the page's pulse


def touch(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_test_id(name).click()


def on_record(house: House) -> list[tuple[str, str]]:
    (log,) = house.ctx.book.case(house.case_id).resuscitations.values()
    return [(entry.step.value, entry.what) for entry in log.standing]


def test_four_cycles_with_the_network_cut_in_the_middle_are_on_record_once_and_in_order(
    tmp_path: Path, chromium: Browser
) -> None:
    clock = FlowingClock()
    with (
        served(tmp_path, clock) as (house, cable),
        browser_of(chromium, cable, from_us=clock.now_us(), viewport=PHONE) as browser,
    ):
        page = browser.pages[0]
        page.goto(f"{cable.address}/")
        # One press.
        page.get_by_test_id("cpr-Bed 1").click()
        expect(page.get_by_test_id("cpr-phase")).to_have_text("COMPRESS")
        expect(page.locator("[data-drug=epinephrine_cpr]")).to_contain_text("0.32 mg")
        pass_time(page, clock, 30)
        touch(page, "step-airway-intubated", "give-epinephrine_cpr")
        pass_time(page, clock, 76)
        prompts = page.get_by_test_id("cpr-prompts")
        expect(prompts).to_contain_text("Next compressor, get ready")
        pass_time(page, clock, 15)
        expect(prompts).to_contain_text("Look at the rhythm and change the compressor")
        touch(page, "step-rhythm_check", "step-rhythm-vf")
        expect(prompts).to_contain_text("Shock, then compress at once")
        copied(page, f"/cases/{house.case_id}/cpr")
        before = len(on_record(house))
        cable.turn("cut")
        touch(page, "shock-defibrillation_biphasic_external", "step-compressions")
        expect(page.get_by_test_id("cpr-cycle")).to_have_text("cycle 2")
        pass_time(page, clock, 120)
        # The phone went to sleep and the page is loaded again: from this browser's copy, and the clock has gone on.
        page.reload()
        expect(page.get_by_test_id("kept-copy")).to_be_visible()
        expect(page.get_by_test_id("cpr-cycle")).to_have_text("cycle 2")
        expect(prompts).to_contain_text("Look at the rhythm")
        touch(page, "step-rhythm_check", "step-rhythm-asystole", "step-compressions")
        pass_time(page, clock, 60)
        expect(prompts).to_contain_text("is due")
        touch(page, "give-epinephrine_cpr")
        pass_time(page, clock, 61)
        assert len(on_record(house)) <= before + 1
        cable.turn("open")
        touch(page, "step-rhythm_check", "step-rhythm-pea", "step-compressions")
        expect(page.get_by_test_id("cpr-cycle")).to_have_text("cycle 4")
        pass_time(page, clock, 90)
        touch(page, "step-circulation")
        expect(page.get_by_test_id("cpr-phase")).to_have_text("CIRCULATION")
        expect(page.get_by_test_id("cpr-after")).to_be_visible()
        expect(page.locator("#outbox")).to_have_attribute("data-waiting", "0")
        assert on_record(house) == [
            ("airway", "intubated"),
            ("drug", "epinephrine_cpr"),
            ("rhythm_check", ""),
            ("rhythm", "vf"),
            ("shock", "defibrillation_biphasic_external"),
            ("compressions", ""),
            ("rhythm_check", ""),
            ("rhythm", "asystole"),
            ("compressions", ""),
            ("drug", "epinephrine_cpr"),
            ("rhythm_check", ""),
            ("rhythm", "pea"),
            ("compressions", ""),
            ("circulation", ""),
        ]
        (log,) = house.ctx.book.case(house.case_id).resuscitations.values()
        assert log.began_us is not None
        shock = next(entry for entry in log.standing if entry.step is CprStep.SHOCK)
        assert (shock.amount, shock.unit) == (64.0, "J")
        # Told when they were touched, not when they arrived: the shock of two minutes came in after six.
        assert 110 < (shock.at_us - log.began_us) / US_PER_S < 150
        page.get_by_role("link", name="Record for reading").click()
        record = page.get_by_test_id("cpr-record")
        expect(record).to_contain_text("Cycles of compressions")
        expect(page.get_by_test_id("record-line")).to_have_count(14)
        page.emulate_media(media="print")
        expect(page.get_by_text("What no touch says")).to_be_hidden()


def test_one_press_on_the_board_begins_with_the_server_gone(tmp_path: Path, chromium: Browser) -> None:
    with served(tmp_path, FlowingClock()) as (house, cable), browser_of(chromium, cable, viewport=PHONE) as browser:
        page = browser.pages[0]
        copied(page, f"/cases/{house.case_id}/cpr")  # the board leads there; nobody has opened it
        cable.turn("cut")
        pressed_us = house.ctx.clock.now_us()
        page.get_by_test_id("cpr-Bed 1").click()
        expect(page.get_by_test_id("cpr-phase")).to_have_text("COMPRESS")
        expect(page.get_by_test_id("cpr-net")).to_contain_text("NO SERVER")
        expect(page.locator("[data-drug=epinephrine_cpr]")).to_contain_text("0.32 mg")
        touch(page, "step-access-io", "give-epinephrine_cpr")
        assert house.ctx.book.case(house.case_id).resuscitations == {}
        cable.turn("open")
        expect(page.locator("#outbox")).to_have_attribute("data-waiting", "0")
        (log,) = house.ctx.book.case(house.case_id).resuscitations.values()
        assert [(e.step.value, e.what, e.route) for e in log.standing] == [
            ("access", "io", ""),
            ("drug", "epinephrine_cpr", "IO"),
        ]
        assert log.began_us is not None
        assert 0 <= log.began_us - pressed_us < 30 * US_PER_S


def test_a_slow_answer_does_not_turn_the_order_of_touches_round(tmp_path: Path, chromium: Browser) -> None:
    ask = """async () => {
      const { heard, nowUs } = await import("/static/server_clock.js");
      const at = (ms) => ms * 1000;
      const now = Date.now();
      heard(at(now + 60000), now - 10, now);         // a quick one: a minute ahead
      const first = nowUs();
      heard(at(now + 58000), now - 5000, now);       // the answer was made early and came late
      const second = nowUs();
      heard(at(now - 3600000), now - 10, now);       // somebody set a clock by an hour
      return [first - at(now), second - first, nowUs() - at(now)];
    }"""
    with served(tmp_path, StandingClock()) as (_, cable), browser_of(chromium, cable) as browser:
        ahead, step_on, after = browser.pages[0].evaluate(ask)
    assert abs(ahead / US_PER_S - 60) < 1
    assert 0 <= step_on < US_PER_S
    assert abs(after / US_PER_S + 3600) < 1


def test_two_devices_on_one_resuscitation_agree(tmp_path: Path, chromium: Browser) -> None:
    with served(tmp_path, FlowingClock()) as (house, cable), browser_of(chromium, cable) as browser:
        one = browser.pages[0]
        one.goto(f"{cable.address}/cases/{house.case_id}/cpr#start")
        expect(one.get_by_test_id("cpr-phase")).to_have_text("COMPRESS")
        with browser_of(chromium, cable, "technician") as elsewhere:
            two = elsewhere.pages[0]
            expect(one.locator("#outbox")).to_have_attribute("data-waiting", "0")
            two.goto(f"{cable.address}/cases/{house.case_id}/cpr#start")
            touch(two, "step-airway-intubated")
            touch(one, "give-epinephrine_cpr")
            for page in (one, two):
                expect(page.get_by_test_id("cpr-log").locator("li")).to_have_count(2)
            two.get_by_test_id("cpr-log").locator("li", has_text="airway").get_by_text("Take back").click()
            expect(one.get_by_test_id("cpr-log")).to_contain_text("taken back")
        assert len(house.ctx.book.case(house.case_id).resuscitations) == 1


def test_two_that_began_apart_are_brought_together_by_a_touch(tmp_path: Path, chromium: Browser) -> None:
    with served(tmp_path, FlowingClock()) as (house, cable), browser_of(chromium, cable) as browser:
        one = browser.pages[0]
        one.goto(f"{cable.address}/cases/{house.case_id}/cpr")
        expect(one.get_by_test_id("cpr-start")).to_be_visible()
        cable.turn("cut")
        one.get_by_test_id("cpr-start").click()
        touch(one, "step-airway-intubated")
        # Later than any error of the browser's idea of the time, so that the browser's own log is the older one.
        house.ctx.clock.advance(5)
        mine = cpr.start(house.ctx, actor="holdfast", case_id=house.case_id, cpr_id="elsewhere")
        cable.turn("open")
        one.get_by_test_id("cpr-join").click()
        expect(one.get_by_test_id("cpr-other")).to_be_hidden()
        expect(one.locator("#outbox")).to_have_attribute("data-waiting", "0")
        case = house.ctx.book.case(house.case_id)
        assert len(case.resuscitations) == 2
        assert cpr.running(case, house.ctx.clock.now_us() + US_PER_S).cpr_id != mine
        assert case.resuscitations[mine].standing[-1].what == "logged together with another device"
