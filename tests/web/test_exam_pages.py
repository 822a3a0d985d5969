"""The examination, photographs and the door of a consult, as browsers meet them."""

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from holdfast.web.app import create_app
from usecases.test_examination import PNG


def invited(house, hours: str = "24") -> str:
    """The secret of a new link."""
    form = {"name": "Dr. Ito", "question": "Does it fit?", "hours": hours}
    page = house.post("clinician", f"/cases/{house.case_id}/consult", form).text
    found = re.search(r"/consult#([^\"]+)", page)
    assert found
    return found.group(1)


def guest(house, token: str) -> TestClient:
    client = TestClient(house.app, follow_redirects=False, raise_server_exceptions=False)
    answer = client.post("/consult/open", data={"token": token})
    assert answer.status_code == 303, answer.text
    return client


def guest_csrf(client: TestClient) -> str:
    found = re.search(
        r'action="/consult/opinion".*?name="csrf" value="([0-9a-f]+)"', client.get("/consult/case").text, re.S
    )
    assert found
    return found.group(1)


def test_the_page_offers_every_system_and_says_what_was_entered(house) -> None:
    path = f"/cases/{house.case_id}/exam"
    assert "not examined" in house.client("clinician").get(path).text
    house.post("clinician", f"{path}/normal", {"system": "pulse"})
    house.post("clinician", path, {"item": "pulse_quality", "place": "left hind", "option": "weak"})
    page = house.client("clinician").get(path).text
    assert "1 not normal" in page
    assert re.search(r'aria-pressed="true" data-testid="exam-pulse_quality-left-hind-weak"', page)


def test_who_investigates_does_not_see_the_examination(house) -> None:
    assert house.client("investigator").get(f"/cases/{house.case_id}/exam").status_code == 403


def test_the_api_tells_presses_and_answers(house) -> None:
    base = f"/api/cases/{house.case_id}"
    assert house.post_json("technician", f"{base}/exam", {"item": "crt", "option": "slow"}).status_code == 201
    sent = {"place": "left:thorax_mid", "response": "vocalises", "strength": "firm"}
    assert house.post_json("technician", f"{base}/touches", sent).status_code == 201
    told = house.client("technician").get(f"{base}/exam").json()
    assert [(one["item"], one["option"]) for one in told["answers"]] == [("crt", "slow")]
    assert told["presses"]["pattern"]["kind"] == "unclear"
    (press,) = told["presses"]["presses"]
    assert press["significant"] is None
    assert press["text"]


def test_a_photograph_is_served_as_a_picture_and_nothing_else(house) -> None:
    headers = {"x-csrf-token": house.csrf("technician"), "content-type": "application/octet-stream"}
    path = f"/cases/{house.case_id}/photographs"
    kept = house.client("technician").post(f"{path}?what=scar&place=left:thorax_mid", content=PNG, headers=headers)
    assert kept.status_code == 201, kept.text
    photo_id = kept.json()["recorded"][0]["event"]["photo_id"]
    shown = house.client("clinician").get(f"{path}/{photo_id}")
    assert shown.content == PNG
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"
    refused = house.client("technician").post(path, content=b"<html><script>1</script>", headers=headers)
    assert refused.status_code == 400


def test_the_secret_of_a_link_is_kept_nowhere_and_shown_once(house) -> None:
    token = invited(house)
    everything = house.ctx.store.read_log(after_seq=0, limit=10_000, without_blocks=False)
    assert not any(token.encode() in item.body for item in everything)
    assert token not in house.client("clinician").get(f"/cases/{house.case_id}/consult").text
    told = house.client("clinician").get(f"/api/cases/{house.case_id}").text
    assert "token_sha256" not in told


def test_a_guest_reads_draws_and_leaves_an_opinion_that_the_second_look_shows(house) -> None:
    client = guest(house, invited(house))
    page = client.get("/consult/case")
    assert page.status_code == 200
    assert "Does it fit?" in page.text
    csrf = guest_csrf(client)
    drawn = client.post(
        "/consult/marks", data={"csrf": csrf, "view": "left", "path": "300,180 310,190", "words": "here"}
    )
    assert drawn.status_code == 303, drawn.text
    said = {"csrf": csrf, "stance": "doubts", "words": "One place hurts."}
    assert client.post("/consult/opinion", data=said).status_code == 303
    look = house.client("clinician").get(f"/api/cases/{house.case_id}/second-look").json()
    (opinion,) = look["opinions"]
    assert (opinion["name"], opinion["stance"], opinion["words"]) == ("Dr. Ito", "doubts", "One place hurts.")
    assert "One place hurts." in house.client("clinician").get(f"/cases/{house.case_id}/second-look").text
    assert "Dr. Ito (consult)" in house.client("clinician").get(f"/cases/{house.case_id}/timeline").text
    assert "here" in house.client("clinician").get(f"/cases/{house.case_id}/exam").text


def test_every_opening_of_the_link_is_on_record(house) -> None:
    token = invited(house)
    guest(house, token)
    guest(house, token)
    (invitation,) = house.ctx.book.case(house.case_id).consults.invitations
    assert len(invitation.opened) == 2
    assert "Opened 2 times" in house.client("clinician").get(f"/cases/{house.case_id}/consult").text


def test_a_link_opens_nothing_once_it_is_withdrawn_or_has_run_out(house) -> None:
    client = guest(house, invited(house))
    (invitation,) = house.ctx.book.case(house.case_id).consults.invitations
    house.post("clinician", f"/cases/{house.case_id}/consult/revoke", {"consult_id": invitation.consult_id})
    assert client.get("/consult/case").status_code == 403
    other = guest(house, invited(house, hours="4"))
    house.clock.advance(4 * 3600 + 1)
    assert other.get("/consult/case").status_code == 403
    assert other.get("/consult/live").status_code == 403


@pytest.mark.parametrize(
    "path", ["/", "/cases", "/cases/{}", "/cases/{}/exam", "/api/cases/{}", "/cases/{}/timeline", "/imaging"]
)
def test_a_guest_reaches_no_other_page(house, path) -> None:
    client = guest(house, invited(house))
    answer = client.get(path.format(house.case_id))
    assert answer.status_code in (303, 401)
    assert "login" in answer.headers.get("location", "login")


def test_behind_tls_too_the_token_of_a_form_is_the_guests_own(house) -> None:
    """And the cookie is taken over TLS alone, and forgotten when they leave."""
    app = create_app(replace(house.services, secure_cookies=True))
    guests = []
    for _ in range(2):
        client = TestClient(app, base_url="https://testserver", follow_redirects=False)
        answer = client.post("/consult/open", data={"token": invited(house)})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Secure-holdfast_consult=")
        assert {"Secure", "HttpOnly", "Path=/consult", "SameSite=strict"} <= set(cookie.split("; "))
        guests.append(client)
    one, other = guests
    assert guest_csrf(one) != guest_csrf(other)
    said = {"stance": "supports", "words": "forged", "csrf": guest_csrf(other)}
    assert one.post("/consult/opinion", data=said).status_code == 403
    assert one.post("/consult/leave", data={"csrf": guest_csrf(one)}).status_code == 303
    assert one.get("/consult/case").status_code == 403


def test_a_form_of_a_guest_needs_the_token_of_the_guests_own_page(house) -> None:
    client = guest(house, invited(house))
    said = {"stance": "supports", "words": "forged"}
    assert client.post("/consult/opinion", data=said).status_code == 403
    assert client.post("/consult/opinion", data={**said, "csrf": "0" * 64}).status_code == 403
    assert house.ctx.book.case(house.case_id).consults.opinions == ()


@pytest.mark.parametrize("path", ["case", "live", "presses", "look", "photographs/x"])
def test_without_the_secret_nothing_is_shown(house, path) -> None:
    client = TestClient(house.app, follow_redirects=False, raise_server_exceptions=False)
    assert client.get(f"/consult/{path}").status_code == 403
    assert client.post("/consult/open", data={"token": "guessed"}).status_code == 403


def test_a_colleague_with_an_account_leaves_an_opinion_under_the_name_of_the_account(house) -> None:
    said = {"stance": "leaves_open", "words": "Wait for the films."}
    assert house.post("specialist", f"/cases/{house.case_id}/opinions", said).status_code == 303
    (opinion,) = house.ctx.book.case(house.case_id).consults.opinions
    assert (opinion.name, opinion.consult_id) == ("A specialist", "")
