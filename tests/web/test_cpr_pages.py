"""The pages and acts of a resuscitation: reached from everywhere, delivered twice, each dose with its source."""

import html
import json
import re

import pytest

from web.web_house import House


def begin(house: House, **fields: object) -> str:
    answer = house.post_json("clinician", f"/api/cases/{house.case_id}/cpr/start", fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["cpr_id"])


def touch(house: House, cpr_id: str, entry_id: str, step: str, **fields: object):
    told = {"cpr_id": cpr_id, "entry_id": entry_id, "step": step, "at_us": house.clock.now_us(), **fields}
    return house.post("clinician", f"/cases/{house.case_id}/cpr/touches", told)


def state(house: House) -> dict:
    return house.client("clinician").get(f"/api/cases/{house.case_id}/cpr").json()


@pytest.mark.parametrize("path", ["/", "/cases", "/beds", "/rules", "/imaging", "/account", "/knowledge/sources"])
def test_every_page_leads_to_cpr(house: House, path: str) -> None:
    assert re.search(r'cpr-button"[^>]*href="/cpr"', house.client("clinician").get(path).text)


def test_a_page_about_one_dog_leads_to_its_own_in_one_press(house: House) -> None:
    own = f'href="/cases/{house.case_id}/cpr#start"'
    for path in (f"/cases/{house.case_id}", f"/cases/{house.case_id}/timeline", "/beds/Bed 1", "/", "/cpr"):
        assert own in house.client("clinician").get(path).text, path


def test_the_page_carries_what_it_needs_without_the_server(house: House) -> None:
    text = house.client("clinician").get(f"/cases/{house.case_id}/cpr").text
    kit = json.loads(html.unescape(re.search(r"data-kit='([^']*)'", text).group(1)))
    assert kit["protocol"]["cycle_us"] == 120_000_000
    assert kit["weight_kg"] == 32.0
    sources = house.ctx.knowledge.sources
    for drug in kit["drugs"]:
        assert drug["source"] in sources
        row = re.search(rf'<li data-drug="{drug["key"]}".*?</li>', text, re.DOTALL).group(0)
        assert f'/knowledge/sources/{drug["source"]}"' in row
        assert all(html.escape(one["says"], quote=False) in html.unescape(row) for one in drug["disagrees"])


def test_a_touch_delivered_twice_is_on_record_once(house: House) -> None:
    cpr_id = begin(house)
    house.clock.advance(20)
    assert touch(house, cpr_id, "e1", "airway", what="intubated").status_code == 303
    assert touch(house, cpr_id, "e1", "airway", what="intubated").status_code == 303
    (log,) = state(house)["logs"]
    assert [(entry["step"], entry["what"], entry["by"]) for entry in log["entries"]] == [
        ("airway", "intubated", "A clinician")
    ]


def test_a_start_with_its_own_id_is_the_same_start_twice_and_another_press_joins(house: House) -> None:
    assert begin(house, cpr_id="own", command_id="own") == begin(house, cpr_id="own", command_id="own") == "own"
    assert begin(house) == "own"


def test_what_was_taken_back_is_said_so_and_stays(house: House) -> None:
    cpr_id = begin(house)
    house.clock.advance(5)
    touch(house, cpr_id, "e1", "shock")
    house.post("clinician", f"/cases/{house.case_id}/cpr/withdraw", {"cpr_id": cpr_id, "entry_id": "e1"})
    assert state(house)["logs"][0]["withdrawn"] == {"e1": "touched by mistake"}
    text = house.client("clinician").get(f"/cases/{house.case_id}/cpr/{cpr_id}").text
    assert "taken back: touched by mistake" in text


def test_a_touch_that_means_nothing_is_refused_in_words(house: House) -> None:
    cpr_id = begin(house)
    answer = touch(house, cpr_id, "e1", "dance")
    assert answer.status_code == 400
    assert "step" in answer.text
    assert touch(house, cpr_id, "", "shock").status_code == 400


def test_the_record_says_what_nobody_recorded_and_takes_it(house: House) -> None:
    cpr_id = begin(house)
    house.clock.advance(60)
    touch(house, cpr_id, "e1", "stopped", what="no return of circulation")
    path = f"/cases/{house.case_id}/cpr/{cpr_id}"
    before = house.client("technician").get(path).text
    assert re.search(r"Arrest seen by somebody</dt><dd class=.missing.>not recorded", before)
    house.post(
        "clinician", f"/cases/{house.case_id}/cpr/facts", {"cpr_id": cpr_id, "key": "witnessed", "value": "<b>yes</b>"}
    )
    after = house.client("technician").get(path).text
    assert "&lt;b&gt;yes&lt;/b&gt;" in after
    titles = re.findall(r"<h2>(Hospital|Animal|Event|Outcome)</h2>", after)
    assert titles == ["Hospital", "Animal", "Event", "Outcome"]
    told = house.client("clinician").get(f"/api{path}").json()
    assert [section["title"] for section in told["sections"]] == titles
    assert house.client("clinician").get(f"/cases/{house.case_id}/cpr/unknown").status_code == 404


def test_after_circulation_the_targets_are_listed(house: House) -> None:
    cpr_id = begin(house)
    house.clock.advance(60)
    touch(house, cpr_id, "e1", "circulation")
    after = state(house)["after"]
    assert {line["key"] for line in after} >= {"post_spo2", "post_paco2_mmhg"}
    assert all(line["verdict"] == "not_known" for line in after)


def test_the_owners_wish_is_shown_where_it_counts_and_holds_nobody_back(house: House) -> None:
    base = f"/cases/{house.case_id}"
    assert "CPR wish: not on record" in house.client("clinician").get(f"{base}/cpr").text
    said = {"wish": "yellow", "said_by": "Officer Reyes", "how": "by telephone"}
    assert house.post("technician", f"{base}/cpr/wish", said).status_code == 303
    entered = house.clock.now_us()
    house.clock.advance(600)
    assert house.post("technician", f"{base}/cpr/wish", {"wish": "red", "said_by": "Officer Reyes"}).status_code == 303
    # One that was entered before it, and arrives now, does not overrule it.
    house.post("technician", f"{base}/cpr/wish", {"wish": "green", "said_by": "a neighbour", "at_us": entered})
    for path in (base, f"{base}/cpr"):
        text = house.client("clinician").get(path).text
        assert "CPR RED: do not resuscitate" in text
        assert "CPR GREEN" not in text
    assert begin(house)
    assert "CPR wish: red, do not resuscitate" in house.client("technician").get(f"{base}/timeline").text


def test_a_wish_without_a_name_is_refused(house: House) -> None:
    answer = house.post("clinician", f"/cases/{house.case_id}/cpr/wish", {"wish": "red"})
    assert answer.status_code == 400
    assert "whose wish" in answer.text
