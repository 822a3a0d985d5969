"""Calls in pages: people and order, the bar of every page, the link of a message, and what the API says."""

import re

import pytest
from starlette.testclient import TestClient

from fake_calling import FakeChannels
from holdfast.record import alarm_events as al
from holdfast.record import events as ev
from holdfast.usecases.context import record

ROUND = 10 + 3 * 20


@pytest.fixture
def list_of_three(house):
    for name in ("Dr Osei", "Nurse Kim", "Dr Lee"):
        house.post("clinician", "/calls/contacts", {"name": name, "place": "clinic", "to_ntfy": f"topic-{name[-3:]}"})
    contacts = list(house.ctx.book.clinic.calling.contacts)
    house.post("clinician", "/calls/order", {"contacts": contacts, "why": "tonight"})
    return house


def alarm(house) -> None:
    event = al.AlarmRaised(
        at_us=house.clock.at_us,
        alarm_id="a1",
        alarm="asystole",
        signal="",
        text="No heart beat <b>for</b> 4 s",
        priority="high",
        technical=False,
        audible_when_over=True,
        since_us=house.clock.at_us,
    )
    record(house.ctx, actor="holdfast", stream=ev.case_stream(house.case_id), events=[event])


def seconds(house, count: int) -> None:
    for _ in range(count):
        house.services.desk.follow(house.clock.advance(1))


def sent(house) -> FakeChannels:
    return house.services.desk.channels


def opened(house) -> str:
    """The page that the link of the first message opens, in the browser of nobody."""
    answer = house.client().post("/c/open", data={"token": sent(house).sent[0].link.partition("#")[2]})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def bar(house, login: str = "technician") -> str:
    found = re.search(r'<aside id="calls-bar".*?</aside>', house.client(login).get("/").text, re.DOTALL)
    assert found
    return found.group(0)


def test_without_a_list_the_page_says_that_nobody_is_called(house) -> None:
    assert 'data-testid="no-list"' in house.client("clinician").get("/calls").text


def test_an_address_is_shown_nowhere(list_of_three) -> None:
    for path in ("/calls", "/api/calls", f"/cases/{list_of_three.case_id}/calls"):
        assert "topic-" not in list_of_three.client("administrator").get(path).text


def test_every_page_says_who_is_called_and_then_that_nobody_answered(list_of_three) -> None:
    house = list_of_three
    alarm(house)
    seconds(house, 12)
    assert "Calling Dr Osei" in bar(house)
    assert "<b>for</b>" not in bar(house), "what a device says is text"
    asked = house.client("technician").get("/calls/bar").text
    assert "Calling Dr Osei" in asked
    assert "answer-call" in asked
    seconds(house, ROUND)
    assert "NOBODY ANSWERED" in bar(house)
    assert "Dr Osei, Nurse Kim, Dr Lee" in bar(house)
    (call,) = house.client("technician").get("/api/calls").json()["standing"]
    assert all(person["words"].endswith("no answer") for person in call["people"])


def test_an_answer_on_a_page_ends_the_calling_and_names_who(list_of_three) -> None:
    house = list_of_three
    alarm(house)
    seconds(house, 12)
    (call,) = house.client("technician").get("/api/calls").json()["standing"]
    answer = house.post_json("technician", f"/api/cases/{house.case_id}/calls/{call['call_id']}/answer", {})
    assert answer.status_code == 201
    assert "call-line" not in bar(house)
    page = house.client("technician").get(f"/cases/{house.case_id}/calls").text
    assert "A technician answered" in page
    second = house.post_json("clinician", f"/api/cases/{house.case_id}/calls/{call['call_id']}/answer", {})
    assert second.status_code == 400
    assert "A technician has answered already" in second.text


def test_the_link_of_a_message_needs_no_account_and_is_used_up(list_of_three) -> None:
    house = list_of_three
    alarm(house)
    seconds(house, 12)
    outside = house.client()
    path = opened(house)
    page = outside.get(path).text
    assert "I am coming" in page
    (call,) = house.client("clinician").get("/api/calls").json()["standing"]
    assert call["people"][0]["state"] == "sent", "a program that looks at links is no person"
    assert outside.post(f"{path}/seen").status_code == 403, "only the page itself says so"
    csrf = re.search(r'data-csrf="([0-9a-f]{64})"', page).group(1)
    assert outside.post(f"{path}/seen", headers={"x-csrf-token": csrf}).status_code == 204
    (call,) = house.client("clinician").get("/api/calls").json()["standing"]
    assert call["people"][0]["state"] == "seen"
    assert outside.post(f"{path}/answer").status_code == 403
    assert outside.post(f"{path}/answer", data={"csrf": csrf}).headers["location"] == path
    assert "Dr Osei comes" in outside.get(path).text
    assert "I am coming" not in outside.get(path).text
    assert outside.get(path[:-1] + "2").status_code == 404


def test_the_secret_of_a_message_stands_behind_the_sign_that_no_server_sees(list_of_three) -> None:
    house = list_of_three
    alarm(house)
    seconds(house, 12)
    address, _, token = sent(house).sent[0].link.partition("#")
    assert address == "https://holdfast.test/c"
    path = opened(house)
    assert token.rpartition(".")[2] not in path + house.client().get(path).text
    stranger = TestClient(house.app, follow_redirects=False, raise_server_exceptions=False)
    assert [stranger.get(one).status_code for one in ("/c", path)] == [200, 404]
    assert stranger.post("/c/open", data={"token": f"{token}x"}).status_code == 404


def test_a_link_of_a_message_opens_nothing_else(list_of_three) -> None:
    house = list_of_three
    alarm(house)
    seconds(house, 12)
    outside = house.client()
    outside.get(opened(house))
    assert outside.get(f"/cases/{house.case_id}").status_code == 303


def test_somebody_can_be_called_by_hand_and_a_call_ends_with_a_reason(list_of_three) -> None:
    house = list_of_three
    house.post("technician", f"/cases/{house.case_id}/calls", {"text": "He vomits blood"})
    seconds(house, 1)
    assert "He vomits blood" in bar(house)
    (call,) = house.client("technician").get("/api/calls").json()["standing"]
    where = f"/cases/{house.case_id}/calls/{call['call_id']}/withdraw"
    assert house.post("technician", where).status_code == 400
    assert house.post("technician", where, {"why": "it was jam"}).status_code == 303
    assert "call-line" not in bar(house)


def test_the_timeline_tells_the_whole_call(list_of_three) -> None:
    house = list_of_three
    alarm(house)
    seconds(house, ROUND + 5)
    text = house.client("clinician").get(f"/cases/{house.case_id}/timeline").text
    for words in ("Calling: No heart beat", "Called number 3", "ntfy: sent", "Nobody answered: the list has ended"):
        assert words in text, words
