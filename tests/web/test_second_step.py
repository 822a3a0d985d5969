"""Signing in with a code, saying again who one is, where one is signed in, and what the logs say of it."""

import logging
import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from holdfast.usecases import totp
from holdfast.usecases.accounts import FRESH_US, SESSION_LONGEST_US, Role
from holdfast.usecases.passwords import check_password
from holdfast.web.app import create_app
from web.web_house import PASSWORD

COOKIE = "holdfast_session"


def code_of(house, login: str, steps: int = 0) -> str:
    account = house.services.accounts.by_login(login)
    secret = house.services.sign_in.factors.of(account.account_id).secret
    return totp.code_at(secret, totp.step_at(house.clock.now_us()) + steps)


def enrol(house, login: str) -> list[str]:
    """Set up a second factor as a person does; returns the recovery codes."""
    house.post(login, "/account/second-factor")
    shown = house.client(login).get("/account/second-factor").text
    assert "data:image/svg+xml;base64," in shown
    answer = house.post(login, "/account/second-factor/first-code", {"one_time_password": code_of(house, login)})
    assert answer.status_code == 200, answer.text
    house.clock.advance(30)
    return re.findall(r"<code>(\d+-\w+)</code>", answer.text)


def begin(house, login: str) -> TestClient:
    """A browser whose password was right."""
    client = house.client()
    client.cookies.clear()
    answer = client.post("/login", data={"login": login, "password": PASSWORD, "next": "/cases"})
    assert answer.headers["location"] == "/login/code"
    return client


def give(client: TestClient, code: str):
    return client.post("/login/code", data={"one_time_password": code})


def test_with_a_second_factor_the_password_alone_opens_nothing(house) -> None:
    enrol(house, "clinician")
    client = begin(house, "clinician")
    assert COOKIE not in client.cookies
    assert client.get("/cases").status_code == 303
    assert give(client, "000000").status_code == 403
    assert COOKIE not in client.cookies
    answer = give(client, code_of(house, "clinician"))
    assert answer.headers["location"] == "/cases"
    assert client.get("/cases").status_code == 200


def test_the_second_step_belongs_to_the_browser_that_made_the_first_and_ends(house) -> None:
    enrol(house, "clinician")
    assert give(house.client(), code_of(house, "clinician")).headers["location"] == "/login"
    client = begin(house, "clinician")
    house.clock.advance(301)
    assert give(client, code_of(house, "clinician")).headers["location"] == "/login"
    assert COOKIE not in client.cookies


def test_codes_are_guessed_slowly_wherever_the_guesses_come_from(house) -> None:
    enrol(house, "clinician")
    for _ in range(5):
        assert give(begin(house, "clinician"), "000000").status_code == 403
    answer = give(begin(house, "clinician"), code_of(house, "clinician"))
    assert "Too many attempts" in answer.text
    house.clock.advance(5 * 60 + 1)
    assert give(begin(house, "clinician"), code_of(house, "clinician")).status_code == 303


def test_a_recovery_code_signs_in_once(house) -> None:
    codes = enrol(house, "clinician")
    assert give(begin(house, "clinician"), codes[0]).status_code == 303
    assert give(begin(house, "clinician"), codes[0]).status_code == 403


def test_a_role_that_must_have_one_reaches_nothing_before_it_has_it(house) -> None:
    sign_in = replace(house.services.sign_in, required=frozenset({Role.TECHNICIAN}))
    house.app = create_app(replace(house.services, sign_in=sign_in))
    assert house.client("clinician").get("/cases").status_code == 200
    client = house.client("technician")
    assert client.get("/cases").headers["location"] == "/account/second-factor?next=%2Fcases"
    refused = house.post("technician", f"/cases/{house.case_id}/notes", {"text": "kept"})
    assert refused.status_code == 403
    assert "kept" in refused.text, "what was typed is not lost"
    enrol(house, "technician")
    assert client.get("/cases").status_code == 200


def test_an_administrator_takes_away_a_lost_second_factor_and_its_sessions(house) -> None:
    enrol(house, "clinician")
    account = house.services.accounts.by_login("clinician")
    answer = house.post("administrator", f"/people/{account.account_id}/second-factor/remove")
    assert answer.headers["location"] == "/people"
    assert house.client("clinician").get("/cases").status_code == 303, "signed out"
    client = house.client()
    answer = client.post("/login", data={"login": "clinician", "password": PASSWORD})
    assert answer.headers["location"] == "/"


def test_after_a_while_accounts_are_changed_only_by_who_says_again_who_they_are(house) -> None:
    admin = house.client("administrator")
    house.clock.advance(FRESH_US / 1e6 + 1)
    assert admin.get("/people").headers["location"] == "/prove?next=%2Fpeople"
    fields = {"login": "new", "name": "New Vet", "role": "clinician", "password": "the dog is well"}
    refused = house.post("administrator", "/people", fields)
    assert refused.status_code == 403
    assert "New Vet" in refused.text, "what was typed is not lost"
    assert house.services.accounts.by_login("new") is None
    assert house.post("administrator", "/prove", {"password": "wrong"}).status_code == 403
    before, csrf = admin.cookies[COOKIE], house.csrf("administrator")
    answer = house.post("administrator", "/prove", {"password": PASSWORD, "next": "/people"})
    assert answer.headers["location"] == "/people"
    assert admin.cookies[COOKIE] != before, "a new token"
    assert house.csrf("administrator") == csrf, "forms that are open elsewhere still work"
    assert house.post("administrator", "/people", fields).headers["location"] == "/people"
    stolen = house.client()
    stolen.cookies.set(COOKIE, before)
    assert stolen.get("/people").headers["location"].startswith("/login"), "the old token is worth nothing"


def test_proof_asks_for_the_code_too_where_there_is_one(house) -> None:
    enrol(house, "administrator")
    house.clock.advance(FRESH_US / 1e6 + 1)
    assert house.post("administrator", "/prove", {"password": PASSWORD}).status_code == 403
    fields = {"password": PASSWORD, "one_time_password": code_of(house, "administrator")}
    assert house.post("administrator", "/prove", fields).status_code == 303


def test_care_never_asks_again_who_one_is(house) -> None:
    client = house.client("clinician")
    for _ in range(10):
        house.clock.advance(11 * 3600)
        assert client.get(f"/cases/{house.case_id}").status_code == 200
    assert house.post("clinician", f"/cases/{house.case_id}/notes", {"text": "sleeps"}).status_code == 303


def test_a_session_ends_after_a_week_however_busy_it_is(house) -> None:
    client = house.client("clinician")
    for _ in range(int(SESSION_LONGEST_US / 1e6 / 3600 / 8)):
        assert client.get("/cases").status_code == 200
        house.clock.advance(8 * 3600)
    house.clock.advance(1)
    assert client.get("/cases").status_code == 303


def test_signing_in_again_ends_the_session_before_it(house) -> None:
    client = house.client("clinician")
    before = client.cookies[COOKIE]
    client.post("/login", data={"login": "clinician", "password": PASSWORD})
    assert client.cookies[COOKIE] != before
    account = house.services.accounts.by_login("clinician")
    assert len(house.services.accounts.sessions_of(account.account_id)) == 1


def test_somebody_sees_where_they_are_signed_in_and_ends_all_of_it(house) -> None:
    other = house.client()
    other.post("/login", data={"login": "clinician", "password": PASSWORD})
    shown = house.client("clinician").get("/account").text
    assert shown.count('data-testid="session"') == 2
    assert shown.count("this browser") == 1
    house.post("clinician", "/account/sessions/end")
    assert other.get("/cases").status_code == house.client("clinician").get("/cases").status_code == 303


def test_a_first_password_opens_only_the_way_to_ones_own_and_not_for_long(house) -> None:
    for login in ("new", "late"):
        fields = {"login": login, "name": login, "role": "clinician", "password": PASSWORD}
        assert house.post("administrator", "/people", fields).status_code == 303
    client = house.client("new")
    assert client.get("/cases").headers["location"].startswith("/account")
    assert "chosen by somebody else" in client.get("/account").text
    assert house.post("new", f"/cases/{house.case_id}/notes", {"text": "typed"}).status_code == 403
    same = {"password_old": PASSWORD, "password_new": PASSWORD, "password_again": PASSWORD}
    assert house.post("new", "/account/password", same).status_code == 400, "it cannot become one's own"
    own = "the dog is well"
    changed = {"password_old": PASSWORD, "password_new": own, "password_again": own}
    assert house.post("new", "/account/password", changed).status_code == 303
    client.post("/login", data={"login": "new", "password": own})
    assert client.get("/cases").status_code == 200
    house.clock.advance(7 * 24 * 3600 + 1)
    answer = house.client().post("/login", data={"login": "late", "password": PASSWORD})
    assert answer.status_code == 403
    assert "not changed in time" in answer.text


def test_an_administrator_signs_somebody_out(house) -> None:
    client = house.client("technician")
    account = house.services.accounts.by_login("technician")
    house.post("administrator", f"/people/{account.account_id}/sessions/end")
    assert client.get("/cases").status_code == 303


def test_behind_tls_cookies_are_bound_to_this_host_and_the_browser_is_told_to_stay(house) -> None:
    app = create_app(replace(house.services, secure_cookies=True))
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    answer = client.post("/login", data={"login": "clinician", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-holdfast_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    assert client.get("/cases").status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_a_forgotten_password_is_reset_and_the_second_factor_still_asked_for(house, caplog) -> None:
    enrol(house, "clinician")
    there = begin(house, "clinician")
    give(there, code_of(house, "clinician"))
    house.clock.advance(30)
    account = house.services.accounts.by_login("clinician")
    shown = house.post("administrator", f"/people/{account.account_id}/password").text
    (made,) = re.findall(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", shown)
    check_password(made, account.login, account.name)
    assert made not in house.client("administrator").get("/people").text, "shown this once"
    assert there.get("/cases").status_code == 303, "sessions end"
    recorded = b"".join(one.body for one in house.ctx.store.read_log()).decode()
    assert "password_reset.1" in recorded
    assert made not in recorded + caplog.text
    client = house.client()
    client.cookies.clear()
    assert client.post("/login", data={"login": "clinician", "password": PASSWORD}).status_code == 403
    answer = client.post("/login", data={"login": "clinician", "password": made, "next": "/cases"})
    assert answer.headers["location"] == "/login/code"
    give(client, code_of(house, "clinician"))
    assert client.get("/cases").headers["location"].startswith("/account"), "nothing opens before one's own is chosen"


def test_nobody_resets_their_own_password_nor_that_of_a_closed_account(house) -> None:
    own = house.services.accounts.by_login("administrator").account_id
    assert house.post("administrator", f"/people/{own}/password").status_code == 400
    closed = house.services.accounts.by_login("handler").account_id
    house.post("administrator", f"/people/{closed}/close")
    assert house.post("administrator", f"/people/{closed}/password").status_code == 404
    assert house.post("clinician", f"/people/{closed}/password").status_code == 403


def test_the_security_log_tells_who_and_how_and_no_secret(house, caplog: pytest.LogCaptureFixture) -> None:
    """A run through the door with known secrets; everything that any library logs is looked through."""
    caplog.set_level(logging.DEBUG)
    codes = enrol(house, "clinician")
    account = house.services.accounts.by_login("clinician")
    factor = house.services.sign_in.factors.of(account.account_id)
    typed_wrong = "my-password-in-the-wrong-field"
    client = begin(house, "clinician")
    give(client, "123123")
    right = code_of(house, "clinician")
    give(client, right)
    give(begin(house, "clinician"), codes[0])
    house.client().post("/login", data={"login": typed_wrong, "password": "another secret"})
    house.client().post("/login", data={"login": "clinician", "password": "guessed sentence"})
    house.client("clinician").get("/people")
    house.client("clinician").post(f"/cases/{house.case_id}/notes", data={"text": "forged"})
    house.post("clinician", "/account/password", {"password_old": PASSWORD, "password_new": "x", "password_again": "y"})
    house.client("clinician").get(f"/cases/{house.case_id}")
    sessions = [client.cookies[COOKIE], house.client("clinician").cookies[COOKIE]]
    csrf = house.services.accounts.sessions_of(account.account_id)[0].csrf_token
    secrets = [PASSWORD, "123123", right, typed_wrong, "another secret", "guessed sentence", csrf, *codes, *sessions]
    secrets += [totp.as_text(factor.secret), factor.secret.hex(), house.csrf("clinician")]
    logged = "\n".join(record.getMessage() + repr(record.args) for record in caplog.records)
    recorded = b"".join(one.body for one in house.ctx.store.read_log()).decode()
    assert [one for one in secrets if one in logged or one in recorded] == []
    lines = [record.getMessage() for record in caplog.records if record.name == "holdfast.security"]
    for said in (
        'second factor set account="%s"',
        'sign-in failed: code account="%s"',
        'signed in account="%s" by="password and code"',
        'recovery code used account="%s"',
        'sign-in failed: password account="%s"',
        'refused: role account="%s" route="people"',
        'refused: form without its token account="%s"',
    ):
        assert any(line.startswith(said % account.account_id) for line in lines), said
    assert any(line.startswith('sign-in failed: password account="unknown"') for line in lines)


def test_nothing_from_outside_begins_a_line_of_its_own_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    from holdfast.web.security_log import said

    said("refused: role", route='x"\nsigned in account="admin', address="\x1b[2J" * 500)
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert "\x1b" not in record.getMessage()
    assert len(record.getMessage()) < 1_500
