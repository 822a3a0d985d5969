"""What an outbox relies on: the token of a new sign-in, entries that carry their moment, forms never sent late."""

import re
from pathlib import Path

import pytest

import holdfast.web
from web.web_house import House

TEMPLATES = Path(holdfast.web.__file__).parent / "templates"
ONLY_NOW = ("/alarms/", "/decision", "/order", "/comfort", "/bed", "/close", "/diagnosis", "/corrections", "/ladder")


def test_a_browser_learns_whose_sign_in_it_has_and_nobody_else_does(house: House) -> None:
    told = house.client("technician").get("/api/session").json()
    assert told["name"] == "A technician"
    assert told["csrf"] == house.csrf("technician")
    assert told["server_us"] == house.clock.now_us()
    assert house.client().get("/api/session").status_code == 401


def test_the_worker_lies_where_it_can_answer_for_every_page(house: House) -> None:
    answer = house.client().get("/sw.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "worker-src" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_what_means_something_only_now_is_marked_so(template: Path) -> None:
    forms = re.findall(r"<form[^>]*data-keep[^>]*>", template.read_text())
    base = re.search(r"set base = ([^%]*)", template.read_text())
    for form in forms:
        action = (base.group(1) if base else "") + (re.search(r'action="([^"]*)"', form) or [""])[0]
        if any(part in action for part in ONLY_NOW) or 'data-slot="pause"' in form:
            assert "data-now" in form, form


def test_every_entry_of_a_case_can_say_when_it_was_made(house: House) -> None:
    entered = house.clock.now_us() + 1_000_000
    house.clock.advance(3600)
    base = f"/cases/{house.case_id}"
    for act, fields in {
        "notes": {"text": "late"},
        "weight": {"weight_kg": "31"},
        "tests": {"test": "lactate"},
        "treatments": {"category": "fluid", "what": "crystalloid"},
        "findings": {"key": "gums_pale", "presence": "present"},
        "imaging": {"modality": "DX", "what": "thorax"},
    }.items():
        answer = house.post("clinician", f"{base}/{act}", {**fields, "at_us": entered, "command_id": f"c-{act}"})
        assert answer.status_code == 303, (act, answer.text)
    case = house.ctx.book.case(house.case_id)
    assert case.notes[-1][0] == case.weight_at_us == case.tests[-1].at_us == entered
    assert case.treatments[-1].at_us == case.findings[-1].at_us == entered


def test_what_arrives_late_does_not_overrule_what_was_seen_after_it(house: House) -> None:
    before = house.clock.now_us() + 1_000_000
    house.clock.advance(3600)
    base = f"/cases/{house.case_id}"
    house.post("clinician", f"{base}/weight", {"weight_kg": "30"})
    house.post("clinician", f"{base}/findings", {"key": "gums_pale", "presence": "absent"})
    house.post("clinician", f"{base}/weight", {"weight_kg": "33", "at_us": before})
    house.post("clinician", f"{base}/findings", {"key": "gums_pale", "presence": "present", "at_us": before})
    case = house.ctx.book.case(house.case_id)
    assert case.weight_kg == 30
    assert [(found.key, found.presence) for found in case.standing_findings] == [("gums_pale", "absent")]
    assert len(case.findings) == 2
