"""Recovery, the handler's page by a link, the letter, and what home tells."""

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from starlette.testclient import TestClient

from holdfast.kernel.time import US_PER_H
from holdfast.knowledge.recovery_care import ADVICE, load
from holdfast.record import alarm_events as al
from holdfast.record import events as ev
from holdfast.record import home_events as ho
from holdfast.recovery.home_rules import Observed, advise
from holdfast.usecases import cases, home
from holdfast.usecases.context import record
from holdfast.usecases.home import CHOICES
from holdfast.usecases.plain_photos import PHOTO_BYTES_MAX
from holdfast.web.app import create_app
from made_photos import png_picture
from making import NOON_US

RULES = load().home


@pytest.fixture
def token(house) -> str:
    """What stands behind the # of the handler's link."""
    answer = house.post("technician", f"/cases/{house.case_id}/home/links", {"who": "Officer Reyes", "days": "7"})
    found = re.search(r'data-testid="handler-link">https://holdfast.test/h#([^<]+)<', answer.text)
    assert found, answer.text
    return found.group(1)


@pytest.fixture
def path(house, token) -> str:
    """The handler's page, opened by the link in the browser of nobody."""
    answer = house.client().post("/h/open", data={"token": token})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def csrf(client, path: str) -> str:
    found = re.search(r'name="csrf" content="([0-9a-f]{64})"', client.get(path).text)
    assert found
    return found.group(1)


def send(house, path: str, data: dict[str, str]):
    """The form of the handler's page."""
    client = house.client()
    return client.post(f"{path}/observations", data={"csrf": csrf(client, path), **data})


def told(house, kind: type) -> list:
    recorded = house.ctx.store.read_stream(ev.case_stream(house.case_id))
    return [item.event for item in recorded if isinstance(item.event, kind)]


def test_the_link_is_shown_once_and_is_nowhere_on_record(house, token) -> None:
    assert not any(token.encode() in item.body for item in house.ctx.store.read_log(limit=10_000))
    assert token not in house.client("technician").get(f"/cases/{house.case_id}/home").text


def test_the_handler_reads_a_clinicians_words_and_no_alarm(house, path) -> None:
    event = al.AlarmRaised(
        at_us=house.clock.at_us,
        alarm_id="a1",
        alarm="asystole",
        signal="",
        text="No heart beat for 4 s",
        priority="high",
        technical=False,
        audible_when_over=True,
        since_us=house.clock.at_us,
    )
    record(house.ctx, actor="holdfast", stream=ev.case_stream(house.case_id), events=[event])
    outside = house.client()
    assert "Nothing has been written yet" in outside.get(path).text
    house.post("clinician", f"/cases/{house.case_id}/home/told", {"text": "He sleeps.\n<i>Warm.</i>"})
    page = outside.get(path).text
    assert "He sleeps." in page
    assert "<i>" not in page
    assert "heart beat" not in page
    assert "asystole" not in page


def test_a_technician_cannot_speak_for_a_clinician(house) -> None:
    answer = house.post("technician", f"/cases/{house.case_id}/home/told", {"text": "He sleeps."})
    assert answer.status_code == 403


def test_no_good_news_is_suggested_while_it_gets_worse(house) -> None:
    page = f"/cases/{house.case_id}/home"
    house.post("technician", f"/cases/{house.case_id}/recovery/marks", {"sign": "ear"})
    assert "has moved an ear" in house.client("clinician").get(page).text
    began = ev.MonitorConditionBegan(at_us=house.clock.at_us, condition="deterioration", text="Getting worse")
    record(house.ctx, actor="holdfast", stream=ev.case_stream(house.case_id), events=[began])
    assert "has moved an ear" not in house.client("clinician").get(page).text
    assert told(house, ho.HandlerTold) == [], "a suggestion shows itself to nobody"


def test_a_link_ends_by_itself_and_when_it_is_closed(house, path) -> None:
    outside = house.client()
    assert outside.get(path).status_code == 200
    house.clock.advance(7 * 24 * 3600)
    assert outside.get(path).status_code == 404
    house.clock.advance(-7 * 24 * 3600)
    link_id = next(iter(house.ctx.book.case(house.case_id).home.links))
    house.post("technician", f"/cases/{house.case_id}/home/links/{link_id}/revoke", {"why": "telephone lost"})
    for one in (path, f"{path}/photo", f"{path}/letter.pdf"):
        assert outside.get(one).status_code == 404
    assert outside.post(f"{path}/observations", data={"note": "x"}).status_code == 404


@pytest.mark.parametrize("change", [lambda t: t[:-1] + "x", lambda t: f"x{t}", lambda t: "a.b.c", lambda t: ""])
def test_a_link_that_we_did_not_make_opens_nothing(house, token, change) -> None:
    answer = house.client().post("/h/open", data={"token": change(token)})
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


def test_the_secret_of_the_link_stands_in_no_address(house, token, path) -> None:
    """Nor does the page's own address open anything without it."""
    assert token not in path
    assert token not in house.client().get(path).text
    for address in ("/h", f"/h/{token}", path):
        stranger = TestClient(house.app, follow_redirects=False, raise_server_exceptions=False)
        assert stranger.get(address).status_code == (200 if address == "/h" else 404)
    assert told(house, ho.HandlerLinkOpened) != [], "by the one who has the link"


def test_the_whole_link_can_be_pasted_where_no_script_runs(house, token) -> None:
    door = house.client().get("/h").text
    assert "Copy the whole link and paste it here" in door
    answer = house.client().post("/h/open", data={"token": f" https://holdfast.test/h#{token}\n"})
    assert house.client().get(answer.headers["location"]).status_code == 200


def test_links_of_two_animals_do_not_meet_in_one_browser(house, path) -> None:
    """What is sent from the page of one is never written to the other, and each stays open."""
    other = cases.admit(house.ctx, actor="holdfast", admission=cases.Admission(name="Bella"))
    second = home.make_link(
        house.ctx, house.services.desk.signer, actor="vet", case_id=other, who="Officer Reyes", days=7
    )
    client = house.client()
    bella = client.post("/h/open", data={"token": second}).headers["location"]
    assert "<h1>Rex</h1>" in client.get(path).text
    assert "<h1>Bella</h1>" in client.get(bella).text
    forged = client.post(f"{bella}/observations", data={"csrf": csrf(client, path), "note": "He ate."})
    assert forged.status_code == 403
    client.cookies.set("holdfast_home", second, path=path)
    assert client.get(path).status_code == 404


def test_what_is_posted_needs_the_token_of_the_handlers_own_page(house, path) -> None:
    client = house.client()
    assert client.post(f"{path}/observations", data={"note": "forged"}).status_code == 403
    photo = {"content": png_picture(), "headers": {"content-type": "image/png"}}
    assert client.post(f"{path}/photo", **photo).status_code == 403
    assert told(house, ho.HomeObserved) == []


def test_the_cookie_of_a_link_goes_to_its_own_pages_alone_and_ends_with_it(house, token) -> None:
    app = create_app(replace(house.services, secure_cookies=True))
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    answer = client.post("/h/open", data={"token": token})
    cookie = answer.headers["set-cookie"].split("; ")
    assert cookie[0].startswith("__Secure-holdfast_home=")
    path = answer.headers["location"]
    assert {"Secure", "HttpOnly", f"Path={path}", "SameSite=strict", f"Max-Age={7 * 24 * 3600}"} <= set(cookie)
    assert client.get(path).status_code == 200


def test_that_the_page_was_read_is_on_record_but_does_not_fill_it(house, path) -> None:
    for _ in range(5):
        house.client().get(path)
    assert len(told(house, ho.HandlerLinkOpened)) == 1
    house.clock.advance(3600)
    house.client().get(path)
    assert len(told(house, ho.HandlerLinkOpened)) == 2


def test_the_link_is_checked_before_a_photograph_is_read(house, path) -> None:
    """Who has no link cannot make the house hold megabytes: the link is answered before the size."""
    headers = {"content-type": "image/jpeg", "x-csrf-token": csrf(house.client(), path)}
    too_large = {"content": b"\xff" * (PHOTO_BYTES_MAX + 1), "headers": headers}
    assert house.client().post("/h/nobody/photo", **too_large).status_code == 404
    assert house.client().post(f"{path}/photo", **too_large).status_code == 413


def test_a_photograph_of_this_case_and_of_no_other_picture(house, path) -> None:
    headers = {"content-type": "image/png", "x-csrf-token": house.csrf("technician")}
    answer = house.client("technician").post(
        f"/cases/{house.case_id}/home/photo", content=png_picture(), headers=headers
    )
    assert answer.status_code == 200, answer.text
    shown = house.client().get(f"{path}/photo")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    secret = house.services.films.keep(b"an X-ray of another dog")
    assert house.client("technician").get(f"/cases/{house.case_id}/home/files/{secret}").status_code == 404
    assert send(house, path, {"photo": f"{secret}.guess", "note": "x"}).status_code == 400
    headers["x-csrf-token"] = csrf(house.client(), path)
    no_picture = house.client().post(f"{path}/photo", content=b"<svg/>", headers=headers)
    assert no_picture.status_code == 400


def test_what_home_tells_is_on_the_record_with_advice_and_calls_when_it_worries(house, path) -> None:
    house.post("clinician", "/calls/contacts", {"name": "Dr Osei", "place": "clinic"})
    house.post("clinician", "/calls/order", {"contacts": list(house.ctx.book.clinic.calling.contacts)})
    outside = house.client()
    send(house, path, {"breaths": "12", "seconds": "30", "appetite": "all"})
    assert "Go on as before" in outside.get(path).text
    assert house.client("clinician").get("/api/calls").json()["standing"] == []
    send(house, path, {"gums": "pale_or_blue"})
    assert "Come now" in outside.get(path).text
    (call,) = house.client("clinician").get("/api/calls").json()["standing"]
    assert (call["cause"], call["priority"]) == ("home", "high")
    assert "Gums pale" in call["text"]
    page = house.client("clinician").get(f"/cases/{house.case_id}/home").text
    assert "24 breaths/min" in page


def test_home_can_still_tell_when_the_case_is_closed(house, path) -> None:
    house.post("clinician", f"/cases/{house.case_id}/close", {"outcome": "home"})
    assert send(house, path, {"note": "He ate."}).status_code == 303
    assert told(house, ho.HomeObserved)[0].note == "He ate."


@pytest.mark.parametrize("data", [{}, {"breaths": "x"}, {"breaths": "900"}, {"gait": "flies"}, {"note": "\x00"}])
def test_what_cannot_be_is_refused_and_not_recorded(house, path, data) -> None:
    assert send(house, path, data).status_code == 400
    assert told(house, ho.HomeObserved) == []


def test_the_letter_holds_what_is_on_record_and_only_ordered_medicines(house, path) -> None:
    base = f"/cases/{house.case_id}"
    house.post("clinician", f"{base}/treatments", {"category": "analgesic", "what": "methadone"})
    house.post("clinician", f"{base}/home/medicines", {"medicine": "Green tablets", "how": "one in the morning"})
    house.post("clinician", f"{base}/home/letter", {"diagnosis": "metal between two ribs", "words": "Keep him quiet."})
    data = house.client().get(f"{path}/letter.pdf")
    assert data.headers["content-type"] == "application/pdf"
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data.content)).pages).split())
    for words in ("metal between two ribs", "Given here: methadone", "Green tablets: one in the morning", "Keep him"):
        assert words in text, words
    assert "Gums pale, grey or blue: come now." in text
    order_id = house.ctx.book.case(house.case_id).home.at_home[0].order_id
    house.post("clinician", f"{base}/home/medicines/{order_id}/stop", {"reason": "vomits"})
    house.post("clinician", f"{base}/home/letter", {"diagnosis": "metal"})
    assert told(house, ho.DischargeWritten)[-1].medicines == ()


def test_a_first_sign_is_one_touch_and_can_be_taken_back(house) -> None:
    base = f"/cases/{house.case_id}/recovery"
    answer = house.post("technician", f"{base}/marks", {"sign": "paw"})
    assert answer.status_code == 303
    mark = told(house, ho.RecoveryMarked)[0]
    assert "✓ Paw" in house.client("technician").get(base).text
    house.post("technician", f"{base}/marks/{mark.mark_id}/withdraw", {})
    assert "✓ Paw" not in house.client("technician").get(base).text
    assert house.post("technician", f"{base}/marks", {"sign": "wing"}).status_code == 400


def test_every_rule_and_time_has_its_pedigree() -> None:
    for one in load().graded:
        assert one.source if one.grade != "estimate" else one.note, one.key


FIELDS = {name: st.sampled_from(("", *choices)) for name, choices in CHOICES.items()}
OBSERVED = st.builds(
    Observed,
    at_us=st.integers(NOON_US, NOON_US + 72 * US_PER_H),
    breaths_per_min=st.none() | st.floats(4, 250),
    **FIELDS,
)


@given(now=OBSERVED, earlier=st.lists(OBSERVED, max_size=4))
def test_the_gravest_rule_that_speaks_is_the_advice_and_seeing_more_never_softens_it(now, earlier) -> None:
    advised = advise(RULES, now, earlier)
    if advised.rules:
        assert ADVICE.index(advised.advice) == min(ADVICE.index(rule.advice) for rule in advised.rules)
    else:
        assert advised.advice == "go_on"
    with_more = advise(RULES, now, [*earlier, now])
    assert ADVICE.index(with_more.advice) <= ADVICE.index(advised.advice)


@pytest.mark.parametrize(
    ("rates", "advice"),
    [((24,), "go_on"), ((30,), "go_on"), ((34,), "look_again"), ((34, 33), "today"), ((45,), "today"), ((70,), "now")],
)
def test_a_resting_breathing_rate(rates, advice) -> None:
    seen = [Observed(NOON_US + n * US_PER_H, float(rate)) for n, rate in enumerate(rates)]
    assert advise(RULES, seen[-1], seen[:-1]).advice == advice


def test_what_the_board_orders_is_offered_for_home_and_goes_home_only_by_a_clinicians_hand(house, path) -> None:
    base = f"/cases/{house.case_id}"
    drug = {"order_kind": "drug", "what": "Amoxicillin", "amount": "250 mg", "route": "by mouth", "every_h": "12"}
    house.post("clinician", f"{base}/treatment-orders", drug)
    house.post("clinician", f"{base}/treatment-orders", {"order_kind": "feed", "what": "Chicken", "every_h": "6"})
    house.post(
        "clinician", f"{base}/treatment-orders/decline",
        {"what": "Blood", "declined_by": "Officer Reyes", "explained": "he may need it"},
    )  # fmt: skip
    fed = next(one for one in house.ctx.book.case(house.case_id).plan.orders.values() if one.ordered.what == "Chicken")
    given = {"order_id": fed.ordered.order_id, "due_us": fed.ordered.first_us}
    assert house.post("clinician", f"{base}/treatment-orders/give", given).status_code == 303
    page = house.client("clinician").get(f"{base}/home").text
    assert page.count('data-testid="from-board"') == 1
    assert 'value="250 mg, by mouth, every 12 h"' in page
    house.post("clinician", f"{base}/home/letter", {"diagnosis": "pneumonia"})
    letter = told(house, ho.DischargeWritten)[-1]
    assert letter.medicines == (), "what the board orders goes home by nobody's hand"
    assert {"Fed: Chicken", "Declined: Blood (by Officer Reyes)"} <= set(letter.done)
    house.post("clinician", f"{base}/home/medicines", {"medicine": "Amoxicillin", "how": "one every 12 h"})
    assert 'data-testid="from-board"' not in house.client("clinician").get(f"{base}/home").text
    house.post("clinician", f"{base}/home/letter", {"diagnosis": "pneumonia"})
    assert told(house, ho.DischargeWritten)[-1].medicines == ("Amoxicillin: one every 12 h",)
