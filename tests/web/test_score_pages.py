"""Scores in the browser: what is missing is said, limits are always there, what is due stands on the case."""

from holdfast.kernel.time import US_PER_H
from holdfast.record.events import Presence
from holdfast.usecases import cases


def answer(house, item: str, points: float, score: str = "mgcs") -> None:
    posted = house.post(
        "technician", f"/cases/{house.case_id}/scores", {"score": score, "item": item, "points": points}
    )
    assert posted.status_code == 303, posted.text


def test_a_score_says_what_is_missing_until_it_is_whole_and_always_its_limits(house) -> None:
    path = f"/cases/{house.case_id}/scores"
    answer(house, "motor", 6)
    answer(house, "brainstem", 5)
    page = house.client("clinician").get(path).text
    assert "between 12 and 17" in page
    assert "1 of 3 missing" in page
    answer(house, "consciousness", 5)
    page = house.client("clinician").get(path).text
    assert 'data-testid="total-mgcs">16' in page
    assert "It says nothing about irreversibility while poisoning" in page


def test_apple_stands_behind_its_caution(house) -> None:
    page = house.client("clinician").get(f"/cases/{house.case_id}/scores").text
    caution = page.index('data-testid="apple-caution"')
    assert "not designed to drive decisions about euthanasia" in page[caution:]
    assert page.index('id="score-apple_fast"') > caution


def test_the_pain_form_is_not_reproduced_its_total_is_recorded(house) -> None:
    answer(house, "total", 7, "cmps_sf")
    told = house.client("clinician").get(f"/api/cases/{house.case_id}/scores").json()
    assert told["scores"]["cmps_sf"]["total"] == 7
    assert [line["name"] for line in told["scores"]["cmps_sf"]["filled"]] == ["Total"]


def test_what_is_due_stands_on_the_case_and_on_the_board_until_it_is_done(house) -> None:
    case = f"/cases/{house.case_id}"
    cases.record_finding(house.ctx, actor="vet", case_id=house.case_id, key="seizure", presence=Presence.PRESENT)
    house.clock.advance(60)
    assert 'data-testid="scores-due"' in house.client("clinician").get(case).text
    (dog,) = house.client("clinician").get("/api/scores/due").json()["cases"]
    assert [one["score"] for one in dog["due"]] == ["mgcs"]
    for item in ("motor", "brainstem", "consciousness"):
        answer(house, item, 6)
    assert 'data-testid="scores-due"' not in house.client("clinician").get(case).text
    assert house.client("clinician").get("/api/scores/due").json()["cases"] == []
    house.clock.advance(4 * 3600 + 60)
    (again,) = house.client("clinician").get("/api/scores/due").json()["cases"]
    assert again["due"][0]["due_us"] - again["due"][0]["last_us"] == 4 * US_PER_H


def test_a_history_is_told_from_two_whole_scores_on(house) -> None:
    answer(house, "total", 9, "cmps_sf")
    house.clock.advance(4 * 3600)
    answer(house, "total", 4, "cmps_sf")
    told = house.client("clinician").get(f"/api/cases/{house.case_id}/scores").json()
    assert [one["total"] for one in told["history"]["cmps_sf"]] == [9, 4]
    assert "9 at" in house.client("clinician").get(f"/cases/{house.case_id}/scores").text
