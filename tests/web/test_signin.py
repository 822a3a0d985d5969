"""Signing in and out, forged forms, and guessing."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.usecases import accounts
from holdfast.web.app import create_app
from web.web_house import PASSWORD

WRONG = {"login": "clinician", "password": "wrong password"}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house) -> None:
    answer = house.client().post("/login", data={"login": "clinician", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_after_signing_in_one_goes_where_one_wanted_to_go(house) -> None:
    sent = house.client().get("/cases?x=1").headers["location"]
    target = parse_qs(urlsplit(sent).query)["next"][0]
    answer = house.client().post("/login", data={"login": "clinician", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/cases?x=1"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"])
def test_a_link_cannot_lead_a_signed_in_person_elsewhere(house, target) -> None:
    answer = house.client().post("/login", data={"login": "clinician", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


def test_guessing_is_slowed_down_and_forgets_after_a_while(house) -> None:
    client = house.client()
    statuses = [client.post("/login", data=WRONG).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    right = {"login": "clinician", "password": PASSWORD}
    assert client.post("/login", data=right).status_code == 429, "even the right password waits"
    assert client.post("/login", data={**right, "login": "specialist"}).status_code == 303, "others do not wait"
    house.clock.advance(5 * 60 + 1)
    assert client.post("/login", data=right).status_code == 303


def test_a_form_without_the_sessions_token_changes_nothing(house) -> None:
    client = house.client("clinician")
    answer = client.post(f"/cases/{house.case_id}/notes", data={"text": "forged"})
    assert answer.status_code == 403
    assert house.ctx.book.case(house.case_id).notes == ()


def test_a_form_from_another_site_changes_nothing(house) -> None:
    fields = {"text": "forged", "csrf": house.csrf("clinician")}
    answer = house.client("clinician").post(
        f"/cases/{house.case_id}/notes", data=fields, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert house.ctx.book.case(house.case_id).notes == ()


def test_signing_out_ends_the_session_on_the_server(house) -> None:
    client = house.client("clinician")
    token = client.cookies["holdfast_session"]
    house.post("clinician", "/logout")
    client.cookies.set("holdfast_session", token)
    assert client.get("/cases").status_code == 303


def test_an_idle_session_ends(house) -> None:
    assert house.client("clinician").get("/cases").status_code == 200
    house.clock.advance(13 * 3600)
    assert house.client("clinician").get("/cases").status_code == 303


def test_the_first_administrator_is_made_in_the_browser(house) -> None:
    assert house.client().get("/setup").headers["location"] == "/login", "there are accounts already"


def test_the_set_up_keeps_its_secret_out_of_addresses_and_in_the_form_when_something_does_not_do(
    house, tmp_path
) -> None:
    empty = SqlAccounts(tmp_path / "fresh.db")
    token = accounts.offer_setup(empty, house.ctx.ids)
    app = create_app(replace(house.services, accounts=empty))
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    assert token not in client.get(f"/setup?token={token}").text, "nothing is taken from an address"
    entered = {"token": f"http://127.0.0.1:8080/setup#{token}", "name": "Ada <b>", "login": "ada", "password": "short"}
    again = client.post("/setup", data=entered)
    assert again.status_code == 400
    assert f'value="{token}"' in again.text
    assert 'value="Ada &lt;b&gt;"' in again.text
    assert client.post("/setup", data={**entered, "token": "guessed", "password": PASSWORD}).status_code == 403
    made = client.post("/setup", data={**entered, "password": PASSWORD})
    assert made.headers["location"] == "/people"


def test_people_are_managed_by_the_administrator(house) -> None:
    fields = {"login": "new", "name": "New Vet", "role": "clinician", "password": PASSWORD}
    assert house.post("administrator", "/people", fields).status_code == 303
    assert "New Vet" in house.client("administrator").get("/people").text
    assert house.client("new").get("/account").status_code == 200
    created = house.services.accounts.by_login("new")
    house.post("administrator", f"/people/{created.account_id}/close")
    assert house.client("new").get("/cases").status_code == 303
