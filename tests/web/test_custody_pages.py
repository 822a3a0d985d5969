"""Items of evidence in the browser: entered, labelled, handed over, judged; breaks are told, then shown for good."""

import re

import pytest

from holdfast.record import custody_events as cu
from made_pictures import photograph
from web.evidence_steps import picture, removed, sealed, step
from web.web_house import House


def told(house: House, item: str) -> dict:
    return house.client("clinician").get(f"/api{item}").json()


def test_a_removal_keeps_its_photograph_and_says_what_the_entry_lacks(house: House) -> None:
    digest = picture(house)
    item = removed(house, photograph=digest, scaled=digest, scale="ruler, mm", length_mm="6.1", width_mm="9.2")
    page = house.client("clinician").get(item).text
    assert "9.2 x 6.1 mm" in page
    assert "Chest wall" in page
    assert "The exact place in the body is not described." in page
    assert "No photograph" not in page
    answer = house.client("clinician").get(f"{item}/pictures/{digest}")
    assert (answer.content, answer.headers["content-type"]) == (photograph(), "image/png")


def test_only_pictures_that_an_entry_names_can_be_had(house: House) -> None:
    item, stray = removed(house), picture(house, photograph(grey=10))
    assert house.client("clinician").get(f"{item}/pictures/{stray}").status_code == 404


@pytest.mark.parametrize("data", [b"%PDF-1.4 no photograph", photograph()[:-20], b"<svg onload='alert(1)'/>"])
def test_what_is_no_photograph_is_refused(house: House, data: bytes) -> None:
    headers = {"x-csrf-token": house.csrf("clinician"), "content-type": "application/octet-stream"}
    target = f"/cases/{house.case_id}/items/photographs"
    assert house.client("clinician").post(target, content=data, headers=headers).status_code == 400


def test_a_photograph_that_was_never_sent_is_no_evidence(house: House) -> None:
    fields = {"description": "metal", "photograph": "ab" * 32}
    answer = house.post("clinician", f"/cases/{house.case_id}/items", fields)
    assert answer.status_code == 400
    assert "Send it first" in answer.text


def test_the_receiver_of_the_house_confirms_under_the_own_account_only(house: House) -> None:
    item = sealed(house)
    step(house, item, "offer", to="A technician", purpose="to the safe", seal="S-4711")
    same = step(house, item, "accept", by="A technician", seal="S-4711", intact="true", identification="known")
    assert same.status_code == 400
    assert "confirmed by word of mouth only" in same.text
    assert step(house, item, "accept", "technician", seal="S-4711", intact="true").status_code == 303
    assert told(house, item)["holder"] == "A technician"
    assert told(house, item)["breaks"] == []
    events = [one["event"] for one in told(house, item)["facts"]]
    assert [one["confirmed"]["how"] for one in events if "confirmed" in one] == ["account", "account"]


def test_a_break_is_told_then_written_with_its_explanation_and_stays(house: House) -> None:
    item = sealed(house)
    fields = {"to": "Det. Alvarez", "organisation": "City Police", "purpose": "file", "seal": "S-9"}
    refused = step(house, item, "offer", **fields)
    assert refused.status_code == 400
    assert "The seal read is S-9, the one on record is S-4711." in refused.text
    assert step(house, item, "offer", **fields, explanation="sealed anew in a hurry").status_code == 303
    digest = picture(house)
    accepted = {"by": "Det. Alvarez", "identification": "badge 9", "signature": digest, "intact": "true"}
    assert step(house, item, "accept", **accepted, seal="S-4711").status_code == 303
    page = house.client("technician").get(item).text
    assert page.count('data-testid="break"') == 1
    assert "sealed anew in a hurry" in page
    assert "with <b>Det. Alvarez</b> (City Police)" in page


def test_an_opinion_is_no_fact_and_a_withdrawn_one_stays_readable(house: House) -> None:
    item = sealed(house)
    step(house, item, "opinion", text="projectile, weeks to months", by="Dr Lind", basis="scar")
    (opinion,) = told(house, item)["opinions"]
    assert opinion["event"]["kind"] == "custody_opinion_stated.1"
    opinion_id = opinion["event"]["opinion_id"]
    step(house, item, "withdraw", opinion_id=opinion_id, reason="the slides were mixed up", by="Dr Lind")
    page = house.client("clinician").get(item).text
    assert "<s>projectile, weeks to months</s>" in page
    assert "the slides were mixed up" in page
    assert len(told(house, item)["facts"]) == 2


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("seal", {"bag": "B"}),
        ("store", {"conditions": "dry"}),
        ("offer", {"purpose": "file"}),
        ("opinion", {"basis": "scar"}),
        ("dispose", {"how": "burnt"}),
        ("correct", {"version": "3", "field": "colour", "value": "red", "reason": "wrong"}),
    ],
)
def test_an_entry_that_says_nothing_is_refused_and_what_was_typed_is_kept(house: House, act: str, fields: dict) -> None:
    item = removed(house)
    answer = step(house, item, act, **fields)
    assert answer.status_code == 400
    assert next(iter(fields.values())) in answer.text
    assert len(told(house, item)["facts"]) == 1


def test_the_label_says_in_letters_what_its_code_opens(house: House) -> None:
    item = sealed(house)
    page = house.client("technician").get(f"{item}/label").text
    assert "Bag B-17" in page
    assert f"http://testserver{item}" in page
    assert house.client("technician").get(f"{item}/label.pdf").content.startswith(b"%PDF")
    code = house.client("technician").get(f"{item}/label.svg")
    assert code.headers["content-type"].startswith("image/svg+xml")


def test_the_same_entry_sent_twice_is_one_step(house: House) -> None:
    item = removed(house)
    for _ in range(2):
        step(house, item, "seal", bag="B", seal="S", command_id="once")
    assert len(told(house, item)["facts"]) == 2
    assert told(house, item)["breaks"] == []


def test_what_somebody_typed_cannot_act_in_the_browser(house: House) -> None:
    item = removed(house, description="<script>alert(1)</script>", site="<img src=x onerror=alert(2)>")
    for path in (item, f"{item}/label", f"/cases/{house.case_id}/items"):
        page = house.client("clinician").get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert house.client("clinician").get(f"{item}/label.pdf").status_code == 200


def test_json_and_form_are_the_same_act(house: House) -> None:
    item = removed(house)
    content = {"bag": "B", "seal": "S", "at_us": house.clock.now_us() - 60_000_000, "explanation": "typed in later"}
    assert house.post_json("technician", f"/api{item}/seal", content).status_code == 201
    (sealing,) = [one for one in told(house, item)["facts"] if one["event"]["kind"] == "custody_item_sealed.1"]
    assert sealing["event"]["by"] == "A technician"
    assert any("before a step that was entered earlier" in text for text in sealing["breaks"])


def test_every_step_has_an_act(house: House) -> None:
    """No event of custody that only a program could write."""
    item = removed(house)
    page = house.client("clinician").get(item).text
    step(house, item, "seal", bag="B", seal="S")
    page += house.client("clinician").get(item).text
    step(house, item, "offer", to="X", purpose="y", seal="S")
    page += house.client("clinician").get(item).text
    step(house, item, "refuse", reason="not at the door", by="X")
    step(house, item, "store", place="safe", conditions="dry")
    page += house.client("clinician").get(item).text
    step(house, item, "opinion", text="metal", by="Dr Lind", basis="look")
    page += house.client("clinician").get(item).text
    forms = set(re.findall(r'data-testid="form-([a-z]+)"', page)) | {"create"}
    assert len(forms) == len((cu.ANY_CUSTODY_FACT | cu.ANY_CUSTODY_OPINION).__args__)
