"""The page of the second look when things go wrong or happen twice."""

import re
from concurrent.futures import Future

import pytest

from holdfast.kernel.errors import WorldError
from web.test_entries import base, entries, place_order


def test_on_a_full_disk_the_page_opens_and_says_that_it_is_not_on_record(house, monkeypatch) -> None:
    order_id = place_order(house)
    csrf = house.csrf("clinician")

    def submit(change: object) -> Future:
        future = Future()
        future.set_exception(WorldError("The disk is full, while writing the record.", "Free some space."))
        return future

    with pytest.MonkeyPatch.context() as full:
        full.setattr(house.ctx.store, "submit", submit)
        answer = house.client("clinician").get(f"{base(house)}/second-look")
        assert answer.status_code == 200
        banner = re.search(r'(?s)data-testid="not-recorded".*?</p>', answer.text).group(0)
        assert "The disk is full" in banner
        assert 'data-testid="proceed"' in answer.text
        fields = {"csrf": csrf, "order_id": order_id, "look_id": "", "decision": "hold"}
        assert house.client("clinician").post(f"{base(house)}/decision", data=fields).status_code == 503
    assert house.post("clinician", f"{base(house)}/decision", fields).status_code == 303
    assert house.ctx.book.case(house.case_id).open_order is None
    page = house.client("clinician").get(f"{base(house)}/second-look").text
    assert "not-recorded" not in page


def test_a_reload_is_no_second_look(house) -> None:
    place_order(house)
    first = house.client("clinician").get(f"{base(house)}/second-look").text
    again = house.client("clinician").get(f"{base(house)}/second-look").text
    assert len(entries(house, "SecondLookShown")) == 1
    look_id = re.search(r'data-look="([^"]*)"', first).group(1)
    assert f'data-look="{look_id}"' in again
    house.client("specialist").get(f"{base(house)}/second-look")
    assert len(entries(house, "SecondLookShown")) == 2


def test_the_case_as_json_carries_no_looks(house) -> None:
    house.client("clinician").get(f"{base(house)}/second-look")
    content = house.client("clinician").get(f"/api/cases/{house.case_id}").json()
    assert content["name"] == "Rex"
    assert "looks" not in content


def test_it_shows_how_the_fit_changed_and_says_in_sentences_why(house) -> None:
    look_at = f"{base(house)}/second-look"
    house.post("clinician", f"{base(house)}/diagnosis", {"diagnosis": "organ failure", "diagnoses_seen": "0"})
    for key in ("collapse", "gums_pale", "pulse_weak", "hypotension"):
        house.post("clinician", f"{base(house)}/findings", {"key": key, "presence": "present"})
    assert 'data-testid="fit-over-time"' not in house.client("clinician").get(look_at).text
    house.clock.advance(3600)
    for key in ("focal_pain_thoracic_wall", "pressor_response_to_palpation"):
        house.post("clinician", f"{base(house)}/findings", {"key": key, "presence": "present"})
    page = house.client("clinician").get(look_at).text
    table = re.search(r'(?s)data-testid="fit-over-time".*?</details>', page).group(0)
    assert table.count("<tr>") == 3
    sentences = re.search(r'(?s)data-testid="sentences".*?</ul>', page).group(0)
    assert "without a listed cause in" in sentences
    assert "would leave" in re.search(r'(?s)data-testid="negative".*?</p>', page).group(0)


def test_a_suggested_test_says_what_it_may_get_wrong_and_a_hold_what_it_may_change(house) -> None:
    order_id = place_order(house)
    assert order_id
    for key in ("collapse", "dyspnea", "gums_pale", "focal_pain_thoracic_wall", "pressor_response_to_palpation"):
        house.post("clinician", f"{base(house)}/findings", {"key": key, "presence": "present"})
    page = house.client("clinician").get(f"{base(house)}/second-look").text
    may_be_wrong = re.search(r'(?s)data-testid="may-be-wrong".*?</details>', page).group(0)
    assert "rib fractures" in may_be_wrong
    assert "Most worth treating now" in page.split('data-testid="hold-same"')[1][:400]
    assert "rests on our estimates" in page


def test_every_probability_leads_to_the_numbers_behind_it(house) -> None:
    house.post("clinician", f"{base(house)}/findings", {"key": "collapse", "presence": "present"})
    client = house.client("clinician")
    page = client.get(f"{base(house)}/second-look").text
    leads = set(re.findall(r'class="figure" href="([^"]+)"', page))
    assert leads
    assert {client.get(lead).status_code for lead in leads} == {200}
    assert page.count('class="figure"') == len(re.findall(r"\(\S+&ndash;\S+%\)", page))


def test_before_a_decision_the_short_tests_are_named_and_can_be_ordered(house) -> None:
    house.post("clinician", f"{base(house)}/diagnosis", {"diagnosis": "organ failure", "diagnoses_seen": "0"})
    for key in ("collapse", "gums_pale", "pulse_weak", "hypotension"):
        house.post("clinician", f"{base(house)}/findings", {"key": key, "presence": "present"})
    place_order(house)
    page = house.client("clinician").get(f"{base(house)}/second-look").text
    block = re.search(r'(?s)data-testid="before-going-on".*?</ul>', page).group(0)
    first = re.search(r'data-test="([^"]*)"', block).group(1)
    assert "Something that can be treated may be at work" in block
    assert house.ctx.knowledge.tests[first].name in re.search(r'(?s)data-testid="short-tests".*?</p>', page).group(0)
    house.post("clinician", f"{base(house)}/tests", {"test": first, "note": "from the second look"})
    page = house.client("clinician").get(f"{base(house)}/second-look").text
    again = re.search(r'(?s)data-testid="before-going-on".*?</ul>', page).group(0)
    assert "<b>Ordered.</b>" in again
