"""Rex, in a real browser against a real server: admit, watch, touch, order, look, hold; tamper and be found out."""

import json
import multiprocessing
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from holdfast.cli.demo import run_monitors
from holdfast.config import Config
from stories.browsing import signed_in
from stories.conftest import Server, start

BED = "ICU 1"
DEVICE = "HOLDFAST_SIM:rex"
FOUND_AT_NIGHT = ("lethargy", "collapse", "gums_pale", "crt_prolonged", "pulse_weak")
TARGET_PX = 44
SMALL_TARGETS = """smallest => [...document.querySelectorAll('.look a, .look button, .look summary, .look select')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height < smallest).map(e => e.textContent.trim())"""
ALSO_FOUND = ("multi_organ", "no_response_to_oxygen", "no_response_to_fluids", "sudden_deterioration_overnight")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start("serve", tmp_path_factory.mktemp("rex"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    with signed_in(server, chromium) as page:
        yield page


@pytest.fixture(scope="module")
def case_id(server: Server, page: Page) -> Iterator[str]:
    """Rex admitted on a bed with a bound monitor, the hour before already on record, the monitor running."""
    page.goto(f"{server.address}/beds")
    page.get_by_label("Name on the door").fill(BED)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_test_id("bed-row").filter(has_text=BED)).to_be_visible()
    page.get_by_label("Device key").fill(DEVICE)
    page.locator("select[name=bed]").select_option(BED)
    page.get_by_role("button", name="Bind").click()
    expect(page.get_by_test_id("bed-row").filter(has_text=DEVICE)).to_be_visible()
    page.goto(f"{server.address}/cases/new")
    page.locator("input[name=name]").fill("Rex")
    page.get_by_label("Bed").select_option(BED)
    page.get_by_label("Weight, kg").fill("32")
    page.get_by_label("Breed").fill("Belgian Malinois")
    page.get_by_label("Age, years").fill("6")
    page.get_by_label("Handler").fill("Officer Reyes")
    page.get_by_label("Working dog").check()
    page.get_by_label("Training case").check()
    page.get_by_role("button", name="Admit").click()
    page.wait_for_url(re.compile(r"/cases/[a-z0-9]{12}"))
    case_id = re.search(r"/cases/([a-z0-9]{12})", page.url).group(1)  # type: ignore[union-attr]
    config = Config(data_dir=server.data_dir, hl7_port=server.hl7_port)
    monitor = multiprocessing.get_context("spawn").Process(target=run_monitors, args=(config, [("rex", case_id)]))
    monitor.start()
    yield case_id
    monitor.terminate()
    monitor.join()


def look_at_case(page: Page, server: Server, case_id: str) -> None:
    page.goto(f"{server.address}/cases/{case_id}")


def press(page: Page, side: str, region: str, strength: str, response: str) -> None:
    before = page.get_by_test_id("touch").count()
    page.get_by_test_id(f"region-{side}-{region}").first.click()
    page.get_by_test_id(f"strength-{strength}").click()
    page.get_by_test_id(f"response-{response}").click()
    page.get_by_test_id("save-touch").click()
    expect(page.get_by_test_id("touch")).to_have_count(before + 1)


def test_1_the_monitor_is_seen_moving_on_the_bed(server: Server, page: Page, case_id: str) -> None:
    page.goto(f"{server.address}/beds/{BED}")
    expect(page.get_by_test_id("band").first).to_contain_text(re.compile("simulated", re.IGNORECASE))
    canvas = page.locator("canvas").first
    expect(canvas).to_be_visible()
    expect(page.get_by_test_id("value-hr").first).to_contain_text(re.compile(r"1[5-9][0-9]"))
    first = canvas.screenshot()
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 2500))")
    assert canvas.screenshot() != first, "the trace does not move"


def test_2_the_night_team_s_findings_and_diagnosis_go_on_record(server: Server, page: Page, case_id: str) -> None:
    look_at_case(page, server, case_id)
    for key in FOUND_AT_NIGHT:
        chip = page.get_by_test_id(f"chip-{key}-present")
        chip.click()
        expect(page.get_by_test_id(f"chip-{key}-present")).to_have_attribute("aria-pressed", "true")
    for key in ALSO_FOUND:
        form = page.get_by_test_id("any-finding")
        form.get_by_test_id("finding-search").fill(key)
        form.get_by_role("button", name="Record").click()
        expect(page.get_by_test_id(f"finding-{key}")).to_be_visible()
    page.get_by_test_id("diagnosis-input").fill("Multiple organ dysfunction, cause not found")
    page.get_by_test_id("diagnosis-save").click()
    expect(page.get_by_test_id("working")).to_contain_text("Multiple organ dysfunction")


def test_3_he_answers_to_a_press_in_one_place_only(server: Server, page: Page, case_id: str) -> None:
    look_at_case(page, server, case_id)
    for region in ("abdomen_mid", "shoulder", "hindlimb_upper"):
        press(page, "left", region, "firm", "none")
    time.sleep(31)  # the seconds that are compared must not hold an earlier press
    press(page, "left", "thorax_mid", "firm", "flinches")
    time.sleep(15)
    look_at_case(page, server, case_id)
    expect(page.get_by_test_id("touch").first).to_contain_text("beyond the usual spread")


def test_4_the_second_look_says_what_does_not_fit_and_what_to_do(server: Server, page: Page, case_id: str) -> None:
    look_at_case(page, server, case_id)
    page.locator("summary", has_text="Order end of life").click()
    page.get_by_test_id("eol-indication").fill("organ failure, no response to treatment")
    page.get_by_test_id("eol-consent-by").fill("Officer Reyes")
    page.get_by_test_id("eol-consent-how").select_option("in_person")
    page.get_by_test_id("order-eol").click()
    expect(page.get_by_test_id("second-look-page")).to_be_visible()
    expect(page.get_by_test_id("comfort")).to_be_visible()
    expect(page.get_by_test_id("verdict").first).to_contain_text("does not fit")
    unexplained = page.get_by_test_id("unexplained")
    expect(unexplained.locator("[data-finding=focal_pain_thoracic_wall]")).to_have_count(1)
    expect(unexplained.locator("[data-finding=pressor_response_to_palpation]")).to_have_count(1)
    assert page.get_by_test_id("next-test").first.get_attribute("data-test") == "thoracic_radiographs"
    causes = page.get_by_test_id("not-excluded").locator("[data-disease]")
    keys = [c.get_attribute("data-disease") or "" for c in causes.all()]
    assert any("projectile_thorax" in key or "foreign_body_thorax" in key for key in keys), keys
    expect(page.get_by_test_id("proceed")).to_be_enabled()


def test_5_on_a_phone_everything_can_be_touched_and_nothing_is_cut_off(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('.look details').forEach(fold => fold.open = true)")
    small = page.evaluate(SMALL_TARGETS, TARGET_PX)
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_test_id("may-be-wrong").first).to_contain_text("missed in")
    expect(page.get_by_test_id("hold-same")).to_contain_text("Most worth treating now")
    page.set_viewport_size({"width": 1366, "height": 900})


def test_6_hold_is_one_touch_and_on_the_record(server: Server, page: Page, case_id: str) -> None:
    page.get_by_test_id("analgesia-being_given").click()
    page.get_by_test_id("sedation-not_needed").click()
    page.get_by_test_id("save-comfort").click()
    expect(page.get_by_test_id("comfort")).to_contain_text("being given")
    page.get_by_test_id("hold").click()
    expect(page.get_by_test_id("decision-hold")).to_be_visible()
    page.goto(f"{server.address}/cases/{case_id}/timeline")
    lines = page.get_by_test_id("timeline-line")
    for words in ("Admitted: Rex", "Working diagnosis", "flinches", "End of life ordered", "Second look shown", "Held"):
        expect(lines.filter(has_text=words).first).to_be_visible()


def test_7_the_record_verifies_and_one_changed_byte_is_named(server: Server, page: Page, case_id: str) -> None:
    server.stop()
    assert verify(server.data_dir)["ok"] is True
    database = server.data_dir / "holdfast.db"
    with sqlite3.connect(database) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        rows = connection.execute(
            "SELECT seq, version, body FROM event WHERE stream = ?", (f"case/{case_id}",)
        ).fetchall()
        seq, version, body = next(row for row in rows if b"touch_recorded" in row[2] and b"flinches" in row[2])
        connection.execute("UPDATE event SET body = ? WHERE seq = ?", (body.replace(b"flinches", b"flinchez"), seq))
    connection.close()
    report = verify(server.data_dir)
    assert report["ok"] is False
    said = json.dumps(report)
    assert f"case/{case_id}" in said
    assert f"event {version}" in said


def verify(data_dir: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", "verify", "--data", str(data_dir), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) == report["ok"]
    return report
