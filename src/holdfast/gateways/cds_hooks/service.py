"""The service: discovery, the two hooks, feedback; one function from a request to its answer, without a socket.

A call passes the same steps in the same order: how often, who, what is asked, which dog; then the look, the record, and
the cards. What stands on the record is what was sent. When the record cannot be written the cards are sent all the
same: nobody decides better for not having been told.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

import msgspec

from holdfast.gateways.cds_hooks import cards as card_words
from holdfast.gateways.cds_hooks.feedback import Feedback, read_feedback
from holdfast.gateways.cds_hooks.outcome import HookRefusedError
from holdfast.gateways.cds_hooks.rates import Rates
from holdfast.gateways.cds_hooks.requests import (
    DraftOrder,
    HookRequest,
    ends_a_life,
    numbers_of,
    read_request,
    reads_so,
)
from holdfast.gateways.cds_hooks.settings import Settings
from holdfast.gateways.cds_hooks.signer import JWKS_PATH
from holdfast.gateways.cds_hooks.tokens import Caller, TokenRefusedError, Tokens
from holdfast.kernel.errors import HoldfastError, NotFoundError
from holdfast.kernel.limits import HOOK_REFUSED_PER_MIN
from holdfast.knowledge.hook_codes import HookCodes
from holdfast.record.hook_events import HookFeedbackGiven, HookTold
from holdfast.usecases import hook_calls
from holdfast.usecases.context import Context
from holdfast.usecases.hook_ports import HookCall, HookReply
from holdfast.usecases.identified import Identified, Identifier, identify

log = logging.getLogger("holdfast")

BASE = "/cds-services"
ORDER_SIGN = "second-look-euthanasia"
PATIENT_VIEW = "fit-check"
_PREFETCH = {"patient": "Patient/{{context.patientId}}"}
_NEEDED = (
    "The patient must be found by a number: the microchip, Holdfast's case number, or the number of this system that a "
    "person wrote on the case. Without one the answer is 412. A JSON Web Token on every call."
)
SERVICES: dict[str, dict[str, Any]] = {
    ORDER_SIGN: {
        "hook": "order-sign",
        "id": ORDER_SIGN,
        "title": "Second look before euthanasia",
        "description": "When an end-of-life order is about to be signed: what does not fit the working diagnosis, what "
        "treatable cause is not excluded, the one test that would tell most. It never blocks.",
        "prefetch": _PREFETCH,
        "usageRequirements": _NEEDED,
        "version": "STU3",
    },
    PATIENT_VIEW: {
        "hook": "patient-view",
        "id": PATIENT_VIEW,
        "title": "Does the picture fit?",
        "description": "When a chart is opened: a card only where the picture does not fit the working diagnosis.",
        "prefetch": _PREFETCH,
        "usageRequirements": _NEEDED,
        "version": "STU3",
    },
}
_JSON = {"content-type": "application/json"}


class HookService:
    """Call it with a request. Any thread may."""

    def __init__(
        self,
        ctx: Context,
        settings: Settings,
        tokens: Tokens,
        codes: HookCodes,
        *,
        addresses: Sequence[str],
        background: Executor,
        key_set: dict[str, Any] | None = None,
    ) -> None:
        """``addresses``: where others reach us, the first for links; ``key_set``: our public key, if we call others."""
        self._ctx = ctx
        self._settings = settings
        self._tokens = tokens
        self._codes = codes
        self._addresses = tuple(addresses)
        self._key_set = key_set
        self._looks = hook_calls.Looks(ctx, background)
        self._rates = Rates()
        self._own_codes = frozenset((one.system, one.code) for one in settings.order_codes)

    def __call__(self, call: HookCall) -> HookReply:
        cors = self._cors(call.origin)
        if call.method == "OPTIONS":
            return HookReply(204, headers=cors)
        try:
            reply = self._answer(call)
        except HookRefusedError as refused:
            reply = _refusal(refused)
        except HoldfastError as error:
            reply = _refusal(HookRefusedError(400, "processing", error.problem, error.remedy))
        return HookReply(reply.status, reply.body, {**reply.headers, **cors})

    def _cors(self, origin: str) -> dict[str, str]:
        """Headers for a page in a browser: only for origins of the settings, and never with cookies."""
        headers = {"vary": "Origin"}
        if origin and origin in self._settings.origins:
            headers |= {
                "access-control-allow-origin": origin,
                "access-control-allow-methods": "GET, POST, OPTIONS",
                "access-control-allow-headers": "Authorization, Content-Type, Accept",
                "access-control-max-age": "600",
            }
        return headers

    def _answer(self, call: HookCall) -> HookReply:
        if call.method == "GET" and call.path == BASE:
            return _json({"services": list(SERVICES.values())})
        if call.method == "GET" and call.path == JWKS_PATH and self._key_set:
            return _json(self._key_set)
        name, _, rest = call.path.removeprefix(f"{BASE}/").partition("/")
        if call.method != "POST" or not call.path.startswith(f"{BASE}/") or rest not in ("", "feedback"):
            raise HookRefusedError(404, "not-found", "There is nothing here.", "See GET /cds-services.")
        caller, now_us = self._caller(call, name), self._ctx.clock.now_us()
        if name not in SERVICES:
            raise HookRefusedError(404, "not-found", f"There is no service {name[:60]!r}.", "See GET /cds-services.")
        self._ctx.book.catch_up()
        if rest:
            self._take_feedback(caller, name, read_feedback(call.body), now_us)
            return HookReply(200)
        return _json({"cards": self._cards(caller, name, read_request(call.body), now_us)})

    # Who

    def _caller(self, call: HookCall, name: str) -> Caller:
        now_us = self._ctx.clock.now_us()
        if not self._rates.take(f"refused {call.address}", HOOK_REFUSED_PER_MIN, now_us, only_look=True):
            raise HookRefusedError(429, "throttled", "Too many calls without a valid token came from this address.")
        audience = [f"{one}{path}" for one in self._addresses for path in {call.path, f"{BASE}/{name}"}]
        try:
            caller = self._tokens.caller(call.authorization, audience, now_us)
        except TokenRefusedError as refused:
            self._rates.take(f"refused {call.address}", HOOK_REFUSED_PER_MIN, now_us)
            log.warning("a call of a hook from %s was refused: %s", call.address, refused.why)
            raise
        if not self._rates.take(f"client {caller.key}", caller.client.calls_per_minute, now_us):
            raise HookRefusedError(429, "throttled", "This system calls more often than was agreed.")
        return caller

    # What, and which dog

    def _cards(self, caller: Caller, name: str, request: HookRequest, now_us: int) -> list[dict[str, Any]]:
        service = SERVICES[name]
        if request.hook != service["hook"]:
            raise HookRefusedError(
                400, "invalid", f"This service answers the hook {service['hook']}.", expression="hook"
            )
        orders: list[DraftOrder] = []
        if name == ORDER_SIGN:
            orders = [one for one in request.orders if ends_a_life(one, self._codes, self._own_codes)]
            if not orders:
                texts = [text for one in request.orders if reads_so(one, self._codes) for text in one.texts]
                return [card_words.unknown_code_card(self._addresses[0], texts)] if texts else []
        found = self._find(caller, request, orders)
        call_id = self._ctx.ids.new_id()
        page = self._looks.of(found.case_id)
        address = self._addresses[0]
        if name == ORDER_SIGN:
            made = [
                card_words.order_card(
                    page,
                    self._codes,
                    list(self._ctx.knowledge.reasons.values()),
                    call_id=call_id,
                    address=address,
                    patient_id=request.patient_id,
                    orders=orders,
                )
            ]
        else:
            made = card_words.view_cards(page, call_id=call_id, address=address)
        told = HookTold(
            at_us=now_us,
            call_id=call_id,
            client=caller.key,
            client_name=caller.client.name,
            service=name,
            hook=request.hook,
            hook_instance=request.instance,
            user=request.user,
            matched_by=found.by,
            orders=tuple(one.reference or one.kind for one in orders),
            knowledge_release=page["knowledge_release"],
            cards=tuple(made),
        )
        try:
            hook_calls.tell(self._ctx, found.case_id, told)
        except HoldfastError as error:
            log.error("what %s was told could not be put on record: %s", caller.client.name, error)
        return made

    def _find(self, caller: Caller, request: HookRequest, orders: Sequence[DraftOrder]) -> Identified:
        """The case, or a 412 that says what is missing."""
        subjects = {one.subject.rpartition("Patient/")[2] for one in orders if one.subject}
        sent = (request.patient or {}).get("id")
        if subjects - {request.patient_id} or (request.patient is not None and sent not in (None, request.patient_id)):
            raise HookRefusedError(
                412,
                "conflict",
                "The order, the patient that was sent and the context are not about the same patient.",
                expression="context.patientId",
            )
        chips, case_ids, others = numbers_of(request.patient, self._codes)
        client = caller.client
        found = identify(
            self._ctx.book.open_cases(),
            case_ids=[request.patient_id, *case_ids],
            microchips=chips,
            identifiers=[Identifier(client.patients or client.issuer, request.patient_id), *others],
            training=client.training,
        )
        if not found.case_id:
            raise HookRefusedError(
                412,
                "not-found",
                f"No second look: the patient cannot be matched to an open case. {found.why}",
                "Send Patient.identifier with the microchip (system urn:holdfast:microchip, fifteen digits), or have a "
                f"person write {client.patients or client.issuer} {request.patient_id} on the case in Holdfast.",
                "prefetch.patient.identifier",
            )
        return found

    # What became of it

    def _take_feedback(self, caller: Caller, name: str, given: Sequence[Feedback], now_us: int) -> None:
        """All or nothing is not promised: each card stands for itself, and the same feedback may be sent again."""
        found = []
        for one in given:
            try:
                case_id, told = hook_calls.call_of_card(self._ctx, caller.key, one.card)
            except NotFoundError as error:
                raise HookRefusedError(404, "not-found", error.problem, expression="feedback.card") from None
            if told.service != name:
                raise HookRefusedError(404, "not-found", "The card was sent by another service.")
            found.append((case_id, told, one))
        for case_id, told, one in found:
            event = HookFeedbackGiven(
                at_us=now_us,
                call_id=told.call_id,
                card=one.card,
                outcome=one.outcome,
                suggestions=_labels(told, one.suggestions),
                reason_system=one.reason_system,
                reason_code=one.reason_code,
                reason_text=one.reason_text or _reason_text(told, one),
                comment=one.comment,
                user=told.user,
                said_at=one.said_at,
            )
            hook_calls.give_feedback(self._ctx, case_id, event, caller.key)


def _labels(told: HookTold, taken: Sequence[str]) -> tuple[str, ...]:
    """Labels of the suggestions with these uuids; an unknown uuid stays what it is."""
    known = {s["uuid"]: s["label"] for card in told.cards for s in card.get("suggestions", ())}
    return tuple(str(known.get(one, one))[:200] for one in taken[:20])


def _reason_text(told: HookTold, given: Feedback) -> str:
    """What our card called the reason."""
    for card in told.cards:
        for reason in card.get("overrideReasons", ()):
            if (reason["system"], reason["code"]) == (given.reason_system, given.reason_code):
                return str(reason["display"])
    return ""


def _json(content: dict[str, Any]) -> HookReply:
    return HookReply(200, msgspec.json.encode(content), _JSON)


def _refusal(refused: HookRefusedError) -> HookReply:
    headers = dict(_JSON)
    if refused.status == 401:
        headers["www-authenticate"] = 'Bearer error="invalid_token"'
    if refused.status == 429:
        headers["retry-after"] = "10"
    return HookReply(refused.status, msgspec.json.encode(refused.outcome()), headers)
