"""Who may call: every token that should not open the door, over the wire; keys that are fetched; limits."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateways.cds_hooks.made_hooks import (
    EC_KEY,
    ISSUER,
    KEY_SET,
    MICROCHIP,
    ORDER_SIGN,
    PATIENT_VIEW,
    RSA_KEY,
    hook_service,
    patient,
    patient_view,
    public,
    settings,
)
from holdfast.gateways.cds_hooks.key_sets import KeySets
from holdfast.gateways.cds_hooks.settings import Client, PeerService, Settings, check, read_settings
from holdfast.gateways.cds_hooks.tokens import TokenRefusedError, Tokens
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.limits import HOOK_REFUSED_PER_MIN
from holdfast.kernel.time import US_PER_S
from holdfast.usecases.hook_ports import HookCall
from making import NOON_US

BODY = patient_view(patient("4711", MICROCHIP))
NOW_S = NOON_US // US_PER_S
AUDIENCE = "https://holdfast.example/cds-services/fit-check"


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def signed_with_the_public_key(hooks) -> str:
    """HS256 with the bytes of the public key as the secret: the classic confusion."""
    pem = EC_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'ec'})}.{part(hooks.claims(PATIENT_VIEW))}"
    mac = hmac.digest(pem, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def swapped(hooks) -> str:
    head, _, signature = hooks.token(PATIENT_VIEW).split(".")
    return f"{head}.{part(hooks.claims(PATIENT_VIEW, tenant='other'))}.{signature}"


HOSTILE = {
    "three empty parts": lambda h: "..",
    "no token": lambda h: "abc",
    "alg none": lambda h: f"{part({'alg': 'none'})}.{part(h.claims(PATIENT_VIEW))}.",
    "alg none with a signature": lambda h: f"{part({'alg': 'nOnE', 'kid': 'ec'})}.{part(h.claims(PATIENT_VIEW))}.AAAA",
    "HS256 with the public key": signed_with_the_public_key,
    "another key": lambda h: h.token(PATIENT_VIEW, key=ec.generate_private_key(ec.SECP384R1())),
    "an algorithm that was not agreed": lambda h: h.token(PATIENT_VIEW, key=RSA_KEY, alg="RS256", kid="rsa"),
    "a key of another kind": lambda h: h.token(PATIENT_VIEW, key=RSA_KEY, alg="RS384", kid="ec"),
    "an unknown key id": lambda h: h.token(PATIENT_VIEW, kid="other"),
    "another issuer": lambda h: h.token(PATIENT_VIEW, iss="https://evil.example/"),
    "another service": lambda h: h.token(ORDER_SIGN),
    "another host": lambda h: h.token(PATIENT_VIEW, aud="https://elsewhere.example/cds-services/fit-check"),
    "no audience": lambda h: h.token(PATIENT_VIEW, aud=None),
    "expired": lambda h: h.token(PATIENT_VIEW, exp=h.clock.at_us // US_PER_S - 31),
    "lives for a year": lambda h: h.token(PATIENT_VIEW, exp=h.clock.at_us // US_PER_S + 365 * 86_400),
    "of the future": lambda h: h.token(PATIENT_VIEW, iat=h.clock.at_us // US_PER_S + 60),
    "made before the start": lambda h: h.token(PATIENT_VIEW, iat=NOW_S - 1),
    "times that are words": lambda h: h.token(PATIENT_VIEW, nbf="now"),
    "no id": lambda h: h.token(PATIENT_VIEW, jti=""),
    "changed after it was signed": swapped,
    "an address of keys that is not ours": lambda h: jwt.encode(
        h.claims(PATIENT_VIEW), RSA_KEY, "RS384", headers={"kid": "x", "jku": "https://evil.example/jwks.json"}
    ),
    "oversized": lambda h: h.token(PATIENT_VIEW, filler="x" * 9_000),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_token_that_should_not_open_the_door_does_not(hooks, kind) -> None:
    hooks.clock.advance(4)  # the bucket of refusals fills again
    answer = hooks.post(PATIENT_VIEW, BODY, HOSTILE[kind](hooks))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "token" in answer.json()["issue"][0]["details"]["text"]
    assert hooks.told() == []


def test_a_token_opens_the_door_once(hooks) -> None:
    token = hooks.token(PATIENT_VIEW)
    assert hooks.post(PATIENT_VIEW, BODY, token).status_code == 200
    assert hooks.post(PATIENT_VIEW, BODY, token).status_code == 401


def test_without_the_settings_nobody_may_call(hooks) -> None:
    service = hook_service(hooks.house, Settings(), hooks.address)
    answer = service(call(f"Bearer {hooks.token(PATIENT_VIEW)}"))
    assert answer.status == 401
    assert service(HookCall("GET", "/cds-services", "", "", "", b"")).status == 200


def test_who_calls_with_bad_tokens_is_made_to_wait_and_nobody_else_is(hooks) -> None:
    service = hook_service(hooks.house, settings(), hooks.address)
    for _ in range(HOOK_REFUSED_PER_MIN):
        assert service(call("Bearer x", address="203.0.113.9")).status == 401
    waits = service(call(f"Bearer {hooks.token(PATIENT_VIEW)}", address="203.0.113.9"))
    assert (waits.status, waits.headers["retry-after"]) == (429, "10")
    assert service(call(f"Bearer {hooks.token(PATIENT_VIEW)}")).status == 200


def test_a_system_that_calls_too_often_waits_until_the_bucket_fills(hooks) -> None:
    made = settings()
    slow = Client(name="Slow", issuer=ISSUER, keys=KEY_SET, calls_per_minute=2)
    service = hook_service(hooks.house, Settings(clients={**made.clients, "pims": slow}), hooks.address)
    statuses = [service(call(f"Bearer {hooks.token(PATIENT_VIEW)}")).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    hooks.clock.advance(31)
    assert service(call(f"Bearer {hooks.token(PATIENT_VIEW)}")).status == 200


def call(authorization: str, address: str = "192.0.2.1") -> HookCall:
    return HookCall("POST", PATIENT_VIEW, authorization, "", address, json.dumps(BODY).encode())


class Shelf:
    """A set of keys behind an address, as it is at the moment."""

    def __init__(self, *keys: dict) -> None:
        self.keys = list(keys)
        self.asked: list[str] = []
        self.down = False

    def __call__(self, address: str) -> bytes:
        self.asked.append(address)
        if self.down:
            raise OSError("no route")
        return json.dumps({"keys": self.keys}).encode()


JKU = "https://pims.example/jwks.json"


def tokens(shelf: Shelf) -> Tokens:
    clients = {"pims": Client(name="Practice system", issuer=ISSUER, jku=JKU)}
    return Tokens(clients, KeySets(clients, shelf), NOON_US)


def bearer(kid: str, key: object = EC_KEY, jti: str = "1", **headers: str) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "iat": NOW_S, "exp": NOW_S + 300, "jti": jti}
    return "Bearer " + jwt.encode(claims, key, algorithm="ES384", headers={"kid": kid, **headers})


def test_keys_are_fetched_from_the_configured_address_and_from_no_other() -> None:
    shelf = Shelf(public(EC_KEY, "a"))
    door = tokens(shelf)
    assert door.caller(bearer("a"), [AUDIENCE], NOON_US).key == "pims"
    with pytest.raises(TokenRefusedError):
        door.caller(bearer("a", jti="2", jku="https://evil.example/keys"), [AUDIENCE], NOON_US)
    assert door.caller(bearer("a", jti="3", jku=JKU), [AUDIENCE], NOON_US).key == "pims"
    assert shelf.asked == [JKU]


def test_a_new_key_is_found_and_made_up_ids_do_not_hammer_the_other_side() -> None:
    shelf, new = Shelf(public(EC_KEY, "a")), ec.generate_private_key(ec.SECP384R1())
    door = tokens(shelf)
    door.caller(bearer("a"), [AUDIENCE], NOON_US)
    shelf.keys = [public(new, "b")]
    later_us = NOON_US + 31 * US_PER_S
    assert door.caller(bearer("b", new, jti="2"), [AUDIENCE], later_us).key == "pims"
    for number in range(5):
        with pytest.raises(TokenRefusedError):
            door.caller(bearer(f"made up {number}", new, jti=f"x{number}"), [AUDIENCE], later_us)
    assert len(shelf.asked) == 2


def test_keys_that_are_known_still_hold_while_the_other_side_is_down() -> None:
    shelf = Shelf(public(EC_KEY, "a"))
    door = tokens(shelf)
    door.caller(bearer("a"), [AUDIENCE], NOON_US)
    shelf.down = True
    after_us = NOON_US + 200 * US_PER_S
    assert door.caller(bearer("a", jti="2"), [AUDIENCE], after_us).key == "pims"
    never = tokens(shelf)
    with pytest.raises(TokenRefusedError):
        never.caller(bearer("a", jti="3"), [AUDIENCE], NOON_US)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_secrets_private_keys_and_short_keys_in_a_set_are_passed_over() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for one in ({"kty": "oct", "k": "AAAA", "kid": "a"}, public(EC_KEY, "a") | {"d": "AAAA"}, {"kid": "a"}, 7):
        with pytest.raises(TokenRefusedError):
            tokens(Shelf(one)).caller(bearer("a"), [AUDIENCE], NOON_US)
    clients = {"pims": Client(name="x", issuer=ISSUER, jku=JKU)}
    kept = KeySets(clients, Shelf(public(short, "s")))
    assert kept.find("pims", clients["pims"], "s", "RS384", NOON_US) is None


@pytest.mark.parametrize(
    "wrong",
    [
        Settings(clients={"p": Client(name="x", issuer="i")}),
        Settings(clients={"p": Client(name="x", issuer="i", jku="http://pims.example/keys")}),
        Settings(clients={"p": Client(name="x", issuer="i", jku=JKU), "q": Client(name="y", issuer="i", jku=JKU)}),
        Settings(clients={"P!": Client(name="x", issuer="i", jku=JKU)}),
        Settings(peers={"lab": PeerService(name="Lab", address="ftp://lab.example")}),
        Settings(origins=("*",)),
        Settings(origins=("https://a.example/path",)),
        Settings(address="holdfast.example"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_in_words(wrong) -> None:
    with pytest.raises(OperatorError) as refused:
        check(wrong, "hooks.yaml")
    assert refused.value.remedy


def test_the_file_of_settings_takes_no_symmetric_algorithm(tmp_path) -> None:
    assert read_settings(tmp_path) == Settings()
    text = f"address: https://h.example/\nclients:\n  pims: {{name: P, issuer: i, jku: '{JKU}', algorithms: [ES384]}}\n"
    (tmp_path / "hooks.yaml").write_text(text)
    read = read_settings(tmp_path)
    assert (read.address, read.clients["pims"].algorithms) == ("https://h.example", ("ES384",))
    for bad in (text.replace("ES384", "HS256"), text.replace("ES384", "none"), "clients: [1]", ":\n-"):
        (tmp_path / "hooks.yaml").write_text(bad)
        with pytest.raises(OperatorError):
            read_settings(tmp_path)


def test_a_service_that_was_replaced_knows_no_old_token(hooks) -> None:
    """What was used before a restart is not remembered: so what was made before it is not taken."""
    hooks.clock.advance(10)
    token = hooks.token(PATIENT_VIEW, iat=hooks.clock.at_us // US_PER_S - 5)
    fresh = hook_service(replace(hooks.house), settings(), hooks.address)
    assert fresh(call(f"Bearer {token}")).status == 401
