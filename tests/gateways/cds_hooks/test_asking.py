"""Our own order is put before other systems: once, after it is on record, and whatever comes back is kept with care."""

import json
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from fake_calling import AtOnce
from gateways.cds_hooks.made_hooks import answering
from holdfast.gateways.cds_hooks import client
from holdfast.gateways.cds_hooks.client import HttpPeers, read_answer
from holdfast.gateways.cds_hooks.settings import PeerService
from holdfast.gateways.cds_hooks.signer import Signer
from holdfast.knowledge import hook_codes
from holdfast.storage.hook_key import load_or_make
from holdfast.usecases import cases, second_look
from holdfast.usecases.hook_asking import HookAsking
from holdfast.web.app import create_app
from making import StandingClock, make_context
from web.test_entries import place_order
from web.web_house import PASSWORD, make_house

OURS = "https://holdfast.example"
CARD = {
    "summary": "Blood culture is pending since 20:10",
    "indicator": "warning",
    "detail": "<b>Result</b> tomorrow",
    "source": {"label": "Laboratory"},
    "links": [
        {"label": "Open", "url": "https://lab.example/1", "type": "absolute"},
        {"label": "Run", "url": "javascript:alert(1)", "type": "absolute"},
    ],
}


def answer_of(*cards: Any) -> bytes:
    return json.dumps({"cards": cards}).encode()


def peers_at(address: str, ctx: Any, signer: Signer | None = None, *, training: bool = False) -> HttpPeers:
    services = {"lab": PeerService(name="Laboratory", address=address, training=training)}
    return HttpPeers(services, signer, hook_codes.load(), ctx.clock.now_us)


class Later(Executor):
    """Takes tasks and does them when the test says so."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Any, tuple[Any, ...]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.tasks.append((fn, args))
        return Future()

    def do_all(self) -> None:
        for fn, args in self.tasks:
            fn(*args)


def admitted(ctx: Any, *, training: bool = False) -> str:
    admission = cases.Admission(name="Ada", microchip="276098106234567", owner="O. Wner", training=training)
    return cases.admit(ctx, actor="vet", admission=admission)


def ordered(ctx: Any, case_id: str) -> str:
    return second_look.order(
        ctx, actor="vet", case_id=case_id, indication="organ failure", consent_by="owner", consent_how="in_person"
    )


def test_another_system_is_asked_with_a_token_that_our_published_key_proves(tmp_path) -> None:
    ctx, asked = make_context(), []
    signer = Signer(load_or_make(tmp_path), OURS)
    assert load_or_make(tmp_path).public_key() == load_or_make(tmp_path).public_key()
    assert (tmp_path / "hooks-key.pem").stat().st_mode & 0o077 == 0

    def answer(body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        asked.append((json.loads(body), headers))
        return 200, answer_of(CARD)

    with answering(answer) as address:
        HookAsking(ctx, peers_at(address, ctx, signer), AtOnce())
        case_id = admitted(ctx)
        order_id = ordered(ctx, case_id)
    ((body, headers),) = asked
    token = headers["authorization"].removeprefix("Bearer ")
    head = jwt.get_unverified_header(token)
    assert (head["alg"], head["jku"]) == ("ES384", f"{OURS}/cds-hooks/jwks.json")
    (key,) = signer.key_set["keys"]
    assert "d" not in key
    claims = jwt.decode(
        token, jwt.PyJWK(key).key, ["ES384"], audience=address, issuer=OURS, options={"verify_exp": False}
    )
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert body["hook"] == "order-sign"
    (entry,) = body["context"]["draftOrders"]["entry"]
    assert entry["resource"]["code"]["coding"][0]["code"] == "euthanasia"
    assert {"system": "urn:holdfast:microchip", "value": "276098106234567"} in body["prefetch"]["patient"]["identifier"]
    assert "Ada" not in json.dumps(body), "no name leaves the house"
    assert "O. Wner" not in json.dumps(body)
    (said,) = ctx.book.case(case_id).hooks.of_order(order_id)
    assert said.said is not None
    (card,) = said.said.cards
    assert (said.said.outcome, card["summary"], card["indicator"]) == ("answered", CARD["summary"], "warning")
    assert card["links"] == [{"label": "Open", "url": "https://lab.example/1"}]


def test_nothing_waits_and_two_programs_on_one_record_ask_once() -> None:
    ctx, calls = make_context(), []

    def answer(body: bytes, _: dict[str, str]) -> tuple[int, bytes]:
        calls.append(body)
        return 200, answer_of()

    with answering(answer) as address:
        first, second = Later(), Later()
        HookAsking(ctx, peers_at(address, ctx), first)
        HookAsking(ctx, peers_at(address, ctx), second)
        case_id = admitted(ctx)
        order_id = ordered(ctx, case_id)
        assert ctx.book.case(case_id).hooks.of_order(order_id) == []
        assert calls == []
        first.do_all()
        second.do_all()
    assert len(calls) == 1
    assert len(ctx.book.case(case_id).hooks.of_order(order_id)) == 1


def test_a_training_dogs_order_stays_in_the_house() -> None:
    ctx, calls = make_context(), []

    def answer(body: bytes, _: dict[str, str]) -> tuple[int, bytes]:
        calls.append(body)
        return 200, answer_of()

    with answering(answer) as address:
        HookAsking(ctx, peers_at(address, ctx), AtOnce())
        case_id = admitted(ctx, training=True)
        assert ctx.book.case(case_id).hooks.of_order(ordered(ctx, case_id)) == []
    assert calls == []


@pytest.mark.parametrize(
    ("status", "content", "outcome"),
    [
        (500, b"", "refused"),
        (302, b"", "refused"),
        (412, b"{}", "refused"),
        (200, b"not json", "unreadable"),
        (200, b"[" * 100_000, "unreadable"),
        (200, b'{"cards":[{"summary":7}]}', "unreadable"),
        (200, b" " * 300_000, "unreadable"),
        (200, b'{"cards":[]}', "answered"),
    ],
)
def test_whatever_comes_back_is_on_record(status, content, outcome) -> None:
    ctx = make_context()
    with answering(lambda body, headers: (status, content)) as address:
        HookAsking(ctx, peers_at(address, ctx), AtOnce())
        case_id = admitted(ctx)
        order_id = ordered(ctx, case_id)
    (entry,) = ctx.book.case(case_id).hooks.of_order(order_id)
    assert entry.said is not None
    assert (entry.said.outcome, entry.said.cards) == (outcome, ())


def test_a_system_that_is_down_or_drips_gives_no_answer(monkeypatch) -> None:
    monkeypatch.setattr(client, "HOOK_ANSWER_S", 0.2)
    ctx = make_context()
    case_id = admitted(ctx)

    def slow(_: bytes, __: dict[str, str]) -> tuple[int, bytes]:
        time.sleep(0.6)
        return 200, answer_of(CARD)

    with answering(slow) as address:
        HookAsking(ctx, peers_at(address, ctx), AtOnce())
        order_id = ordered(ctx, case_id)
    (entry,) = ctx.book.case(case_id).hooks.of_order(order_id)
    assert entry.said is not None
    assert entry.said.outcome == "no_answer"


def test_their_words_are_cut_and_their_orders_are_not_taken_over() -> None:
    long = {
        **CARD,
        "summary": "x" * 500,
        "detail": "y" * 9_000,
        "indicator": "hard-stop",
        "suggestions": [{"label": "do"}],
    }
    said = read_answer(answer_of(*[long] * 20))
    assert len(said.cards) == 8
    assert "12 more" in said.problem
    card = said.cards[0]
    assert (len(card["summary"]), len(card["detail"]), card["indicator"]) == (140, 2_000, "info")
    assert set(card) == {"summary", "indicator", "detail", "source", "links"}


def test_the_second_look_shows_what_others_say_as_plain_text(tmp_path) -> None:
    house = make_house(tmp_path, StandingClock())
    with answering(lambda body, headers: (200, answer_of(CARD))) as address:
        peers = peers_at(address, house.ctx, training=True)
        later = Later()
        HookAsking(house.ctx, peers, later)
        app = create_app(replace(house.services, hook_peers=tuple(peers.all())))
        browser = TestClient(app, follow_redirects=False)
        browser.post("/login", data={"login": "clinician", "password": PASSWORD})
        order_id = place_order(house)
        page = browser.get(f"/cases/{house.case_id}/second-look").text
        assert 'data-asking="1"' in page
        assert "Laboratory" in page
        later.do_all()
    piece = browser.get(f"/cases/{house.case_id}/hooks/said?order={order_id}").text
    assert 'data-asking="0"' in piece
    assert CARD["summary"] in piece
    assert "&lt;b&gt;Result&lt;/b&gt;" in piece
    assert browser.get(f"/cases/{house.case_id}/hooks/said?order=none").status_code == 404
    case = browser.get(f"/api/cases/{house.case_id}")
    assert case.status_code == 200
    assert "hooks" not in case.json()
    shown = browser.get(f"/api/cases/{house.case_id}/hooks").json()
    assert shown["asked"][0]["said"]["outcome"] == "answered"
    house.ctx.store.close()


def test_a_number_is_written_and_taken_back_on_the_page(tmp_path) -> None:
    house = make_house(tmp_path, StandingClock())
    base = f"/cases/{house.case_id}/hooks"
    entry = {"system": "https://pims.example/p", "value": "88", "note": "read from the card"}
    assert house.post("technician", f"{base}/identifiers", entry).status_code == 303
    page = house.client("clinician").get(base).text
    assert "https://pims.example/p" in page
    (number,) = house.ctx.book.case(house.case_id).hooks.standing_identifiers
    again = house.post("clinician", f"{base}/identifiers", entry)
    assert again.status_code == 400
    assert "stands on the open case of Rex already" in again.text
    assert house.post("clinician", f"{base}/identifiers", {"system": "a b", "value": "1"}).status_code == 400
    assert house.post("clinician", f"{base}/withdraw", {"identifier_id": number.identifier_id}).status_code == 400
    back = {"identifier_id": number.identifier_id, "reason": "another dog's"}
    assert house.post("clinician", f"{base}/withdraw", back).status_code == 303
    assert house.ctx.book.case(house.case_id).hooks.standing_identifiers == ()
    assert "taken back: another dog" in house.client("clinician").get(base).text
    house.ctx.store.close()
