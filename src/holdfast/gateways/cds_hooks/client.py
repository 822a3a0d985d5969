"""The ``Peers`` port: our own end-of-life order is put before other services, once; their cards are read with care."""

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from holdfast.gateways.cds_hooks.settings import PeerService
from holdfast.gateways.cds_hooks.signer import Signer
from holdfast.kernel import typed
from holdfast.kernel.limits import HOOK_ANSWER_BYTES_MAX, HOOK_ANSWER_S, HOOK_CARDS_MAX
from holdfast.knowledge.hook_codes import HookCodes
from holdfast.usecases.hook_ports import Peer, Question, Said

_SUMMARY_MAX = 140
_DETAIL_MAX = 2_000
_LABEL_MAX = 120
_ADDRESS_MAX = 500
_INDICATORS = ("info", "warning", "critical")
_OK = 200


class HttpPeers:
    """See ``usecases.hook_ports.Peers``."""

    def __init__(
        self, services: dict[str, PeerService], signer: Signer | None, codes: HookCodes, now_us: Callable[[], int]
    ) -> None:
        self._services = services
        self._signer = signer
        self._codes = codes
        self._now_us = now_us

    def all(self) -> Sequence[Peer]:
        return [Peer(key, one.name, one.training) for key, one in self._services.items()]

    def new_instance(self) -> str:
        return str(uuid.uuid4())

    def ask(self, key: str, question: Question) -> Said:
        service = self._services[key]
        body = msgspec.json.encode(request_of(question, self._codes))
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._signer:
            headers["authorization"] = f"Bearer {self._signer.token(service.address, self._now_us())}"
        import httpx  # fetched with the first question: a server listens sooner without it

        try:
            status, answer = _post(service.address, body, headers)
        except (httpx.HTTPError, OSError) as error:
            return Said("no_answer", f"No answer ({type(error).__name__}).")
        except _TooMuchError as error:
            return Said("unreadable", str(error))
        if status != _OK:
            return Said("refused", f"It answered with status {status}.")
        return read_answer(answer)


class _TooMuchError(Exception):
    pass


def _post(address: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """One try, no redirect, no more bytes and no more time than an answer may take, however slowly it drips."""
    import httpx

    ends = time.monotonic() + HOOK_ANSWER_S
    with httpx.stream(
        "POST", address, content=body, headers=headers, timeout=HOOK_ANSWER_S, follow_redirects=False
    ) as answer:
        taken = bytearray()
        for piece in answer.iter_bytes():
            taken += piece
            if len(taken) > HOOK_ANSWER_BYTES_MAX:
                raise _TooMuchError("Its answer is too long to be read.")
            if time.monotonic() > ends:
                raise httpx.ReadTimeout("the answer dripped")
        return answer.status_code, bytes(taken)


def request_of(question: Question, codes: HookCodes) -> dict[str, Any]:
    """The call: ``order-sign`` with our draft, and the patient. No name of the dog or its people leaves the house."""
    subject = {"reference": f"Patient/{question.case_id}"}
    order = {
        "resourceType": "ServiceRequest",
        "id": question.order_id,
        "status": "draft",
        "intent": "order",
        "subject": subject,
        "code": {
            "coding": [{"system": one.system, "code": one.code, "display": one.display} for one in codes.orders[:1]],
            "text": codes.orders[0].display,
        },
        "reasonCode": [{"text": question.indication}],
    }
    return {
        "hook": "order-sign",
        "hookInstance": question.hook_instance,
        "context": {
            "userId": f"Practitioner/{question.actor}",
            "patientId": question.case_id,
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]},
        },
        "prefetch": {"patient": _patient(question, codes)},
    }


def _patient(question: Question, codes: HookCodes) -> dict[str, Any]:
    identifiers = [{"system": codes.case_system, "value": question.case_id}]
    if question.microchip:
        identifiers.append({"system": codes.microchips.systems[0].system, "value": question.microchip})
    identifiers += [{"system": system, "value": value} for system, value in question.identifiers]
    animal = [{"url": "species", "valueCodeableConcept": {"text": question.species}}]
    if question.breed:
        animal.append({"url": "breed", "valueCodeableConcept": {"text": question.breed}})
    sex = question.sex.partition("_")[0]
    return {
        "resourceType": "Patient",
        "id": question.case_id,
        "identifier": identifiers,
        "gender": sex if sex in ("female", "male") else "unknown",
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-animal", "extension": animal}],
    }


class _Source(msgspec.Struct, frozen=True):
    label: str = ""


class _Link(msgspec.Struct, frozen=True):
    label: str = ""
    url: str = ""
    type: str = ""


class _Card(msgspec.Struct, frozen=True):
    summary: str
    indicator: str
    detail: str = ""
    source: _Source = _Source()
    links: tuple[_Link, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    cards: tuple[_Card, ...]


def read_answer(body: bytes) -> Said:
    """Their cards, cut to our limits. Their suggestions are not taken over: nothing that another system writes becomes
    an order here."""
    try:
        answer = typed.from_json(body, _Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Said("unreadable", "Its answer is not an answer of CDS Hooks.")
    cards = tuple(_kept(one) for one in answer.cards[:HOOK_CARDS_MAX])
    more = len(answer.cards) - len(cards)
    return Said("answered", f"It sent {more} more cards." if more else "", cards)


def _kept(card: _Card) -> dict[str, Any]:
    links = [
        {"label": _clean(one.label, _LABEL_MAX) or one.url, "url": one.url}
        for one in card.links[:3]
        if one.type == "absolute" and len(one.url) <= _ADDRESS_MAX and _is_page(one.url)
    ]
    return {
        "summary": _clean(card.summary, _SUMMARY_MAX),
        "indicator": card.indicator if card.indicator in _INDICATORS else "info",
        "detail": _clean(card.detail, _DETAIL_MAX),
        "source": _clean(card.source.label, _LABEL_MAX),
        "links": links,
    }


def _is_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and address.isprintable()


def _clean(text: str, most: int) -> str:
    """Without what no reader can see, and cut."""
    shown = "".join(char for char in text if char.isprintable() or char == "\n").strip()
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
