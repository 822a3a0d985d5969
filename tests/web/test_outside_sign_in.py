"""Signing in at a provider of OpenID Connect, which this file makes itself and puts on a real socket."""

import base64
import hashlib
import json
import logging
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from holdfast.gateways.identity.oidc import OidcProvider
from holdfast.gateways.identity.settings import FILE, Settings, read_settings
from holdfast.kernel.errors import OperatorError
from holdfast.web.app import create_app

CLIENT, SECRET = "holdfast", "a-client-secret"
HERE = "http://localhost:8080"


@dataclass
class Provider:
    """A small honest provider, with a way to be dishonest in each of its answers."""

    person: dict[str, object] = field(default_factory=lambda: {"sub": "s-1", "preferred_username": "Clinician"})
    spoil: dict[str, object] = field(default_factory=dict)
    """Claims of the ID token that are not what they should be; None leaves one out."""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", parameters={"kid": "k1"}))
    signs_with: object = None
    algorithm: str = "ES256"
    named_issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    issuer: str = ""

    def answer(self, path: str, query: dict[str, str], form: dict[str, str], authorization: str):
        """(status, headers, body)"""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            named = self.named_issuer or self.issuer
            ends = {f"{one}_endpoint": f"{self.issuer}/{one}" for one in ("authorization", "token")}
            return 200, {}, {"issuer": named, **ends, "jwks_uri": f"{self.issuer}/keys"}
        if path == "/keys":
            return 200, {}, KeySet([self.key]).as_dict(private=False)
        if path == "/authorization":
            assert query["response_type"] == "code"
            assert query["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(16)
            self.codes[code] = query
            back = {"code": code, "state": query["state"], "iss": self.issuer}
            return 302, {"location": f"{query['redirect_uri']}?{urlencode(back)}"}, {}
        return self.token(form, authorization)

    def token(self, form: dict[str, str], authorization: str):
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        right = (
            asked is not None
            and authorization == f"Basic {basic}"
            and form["redirect_uri"] == asked["redirect_uri"]
            and challenge.decode().rstrip("=") == asked["code_challenge"]
        )
        if not right:
            return 400, {}, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"]}
        claims = {k: v for k, v in {**claims, **self.person, **self.spoil}.items() if v is not None}
        key = self.signs_with or self.key
        token = jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, key, algorithms=[self.algorithm])
        return 200, {}, {"access_token": "unused", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length", 0))
            form, query = self.rfile.read(length).decode(), parts.query
            one = [{k: v[0] for k, v in parse_qs(text).items()} for text in (query, form)]
            status, headers, body = made.answer(parts.path, *one, self.headers.get("authorization", ""))
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def door(house, provider):
    """The house with this provider."""
    one = Settings(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, address=HERE)
    sign_in = replace(house.services.sign_in, provider=OidcProvider(one))
    house.app = create_app(replace(house.services, sign_in=sign_in))
    return house


def go(client) -> str:
    """To the provider and to where it sends the browser back."""
    sent = client.get("/login/outside?next=/cases")
    assert sent.status_code == 303, sent.text
    back = requests.get(sent.headers["location"], allow_redirects=False, timeout=10).headers["location"]
    assert back.startswith(f"{HERE}/login/outside/return?")
    return back.removeprefix(HERE)


def test_somebody_signs_in_there_and_is_the_same_person_here(door, provider) -> None:
    assert "Sign in with your clinic&#39;s account" in door.client().get("/login").text
    client = door.client()
    answer = client.get(go(client))
    assert answer.headers["location"] == "/cases"
    assert "A clinician" in client.get("/account").text
    provider.person["preferred_username"] = "administrator"
    client.cookies.clear()
    client.get(go(client))
    assert "A clinician" in client.get("/account").text, "a name that changes there makes nobody another here"


def test_no_account_is_made_and_no_role_is_taken_from_there(door, provider) -> None:
    before = door.services.accounts.all()
    provider.person |= {"preferred_username": "stranger", "roles": ["administrator"], "groups": ["administrator"]}
    client = door.client()
    answer = client.get(go(client))
    assert answer.status_code == 403
    assert "no account here" in answer.text
    assert door.services.accounts.all() == before
    provider.person |= {"preferred_username": "technician"}
    client.get(go(client))
    assert "A technician" in client.get("/account").text
    assert door.services.accounts.all() == before


def test_an_account_that_belongs_to_one_subject_is_never_anothers(door, provider) -> None:
    client = door.client()
    client.get(go(client))
    client.cookies.clear()
    provider.person["sub"] = "s-2"
    assert client.get(go(client)).status_code == 403


def test_a_closed_account_stays_closed(door, provider) -> None:
    client = door.client()
    client.get(go(client))
    client.cookies.clear()
    account = door.services.accounts.by_login("clinician")
    door.post("administrator", f"/people/{account.account_id}/close")
    assert client.get(go(client)).status_code == 403


SPOILT = [
    {"nonce": "another"},
    {"nonce": None},
    {"aud": "another"},
    {"aud": [CLIENT, "another"]},
    {"aud": None},
    {"iss": "https://evil.example"},
    {"exp": 1},
    {"exp": None},
    {"iat": 4102444800},
    {"sub": None},
    {"sub": 7},
    {"preferred_username": None},
    {"preferred_username": ["clinician"]},
]


def test_a_token_that_is_not_meant_for_this_sign_in_is_refused(door, provider) -> None:
    client = door.client()
    for spoil in SPOILT:
        provider.spoil = spoil
        assert client.get(go(client)).status_code == 403, spoil
        assert client.get("/cases").status_code == 303, spoil


def test_a_token_that_the_provider_did_not_sign_is_refused(door, provider) -> None:
    client = door.client()
    provider.signs_with = ECKey.generate_key("P-256", parameters={"kid": "k1"})
    assert client.get(go(client)).status_code == 403
    provider.signs_with, provider.algorithm = OctKey.import_key(SECRET.ljust(32, "-")), "HS256"
    assert client.get(go(client)).status_code == 403, "a shared secret is no signature of the provider"


def test_a_key_that_the_provider_changed_is_asked_for_again(door, provider) -> None:
    client = door.client()
    assert client.get(go(client)).status_code == 303
    provider.key = ECKey.generate_key("P-256", parameters={"kid": "k2"})
    client.cookies.clear()
    assert client.get(go(client)).status_code == 303


def test_the_answer_belongs_to_the_browser_that_was_sent_and_works_once(door, provider) -> None:
    client, other = door.client(), door.client()
    other = type(client)(door.app, follow_redirects=False)
    back = go(client)
    assert other.get(back).status_code == 403, "another browser"
    assert client.get(back).status_code == 303
    client.cookies.delete("holdfast_session")
    assert client.get(back).status_code == 403, "a second time"
    client.cookies.clear()
    assert client.get(go(client).replace("state=", "state=x")).status_code == 403
    assert client.get(go(client).replace("code=", "code=x")).status_code == 403
    forged = go(client).replace(urlencode({"iss": provider.issuer}), "iss=https%3A%2F%2Fevil.example")
    assert client.get(forged).status_code == 403
    back = go(client)
    door.clock.advance(301)
    assert client.get(back).status_code == 403, "too late"


def test_another_sites_link_signs_nobody_in(door, provider) -> None:
    sent = door.client().get("/login/outside", headers={"sec-fetch-site": "cross-site"})
    assert sent.headers["location"] == "/login"
    assert provider.asked == []


def test_a_provider_that_names_another_issuer_is_not_believed(door, provider) -> None:
    provider.named_issuer = "https://evil.example"
    assert door.client().get("/login/outside").status_code == 503


def test_without_the_provider_the_password_still_opens(door, provider) -> None:
    provider.issuer = "gone"
    one = Settings(issuer="http://127.0.0.1:9", client_id=CLIENT, client_secret=SECRET, address=HERE)
    sign_in = replace(door.services.sign_in, provider=OidcProvider(one))
    door.app = create_app(replace(door.services, sign_in=sign_in))
    answer = door.client().get("/login/outside")
    assert answer.status_code == 503
    assert "password" in answer.text
    assert door.client("clinician").get("/cases").status_code == 200


def test_an_account_with_a_second_factor_gives_its_code_here_too(door, provider) -> None:
    from web.test_second_step import code_of, enrol, give

    enrol(door, "clinician")
    client = type(door.client())(door.app, follow_redirects=False)
    assert client.get(go(client)).headers["location"] == "/login/code"
    assert client.get("/cases").status_code == 303
    assert give(client, code_of(door, "clinician")).headers["location"] == "/cases"


def test_settings_are_read_with_care_and_never_repeated(tmp_path: Path) -> None:
    assert read_settings(tmp_path) is None
    path = tmp_path / FILE
    good = f"issuer: https://id.example\nclient_id: c\nclient_secret: {SECRET}\naddress: https://ward.example\n"
    path.write_text(good)
    path.chmod(0o644)
    with pytest.raises(OperatorError, match="chmod 600"):
        read_settings(tmp_path)
    path.chmod(0o600)
    settings = read_settings(tmp_path)
    assert settings is not None
    assert SECRET not in repr(settings)
    for bad in (
        good + "other: 1\n",
        good.replace("https://id", "http://id"),
        f"client_secret: [{SECRET}\n",
        "issuer: 1",
    ):
        path.write_text(bad)
        with pytest.raises(OperatorError) as told:
            read_settings(tmp_path)
        assert SECRET not in str(told.value)


def test_no_log_line_holds_what_was_exchanged(door, provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = door.client()
    back = go(client)
    (code, asked), *_ = provider.codes.items()
    client.get(back)
    client.get(go(client).replace("code=", "code=x"))
    secrets_ = [SECRET, code, asked["state"], asked["nonce"], client.cookies["holdfast_session"]]
    ours = [one for one in caplog.records if one.name.startswith(("holdfast", "authlib"))]
    assert any("signed in" in one.getMessage() for one in ours)
    logged = "\n".join(one.getMessage() for one in ours)
    assert [one for one in secrets_ if one in logged] == []
