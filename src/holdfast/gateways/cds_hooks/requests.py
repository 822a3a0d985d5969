"""A call of a hook as it is sent, read without believing any of it: shapes are checked one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from holdfast.gateways.cds_hooks.outcome import HookRefusedError
from holdfast.kernel import typed
from holdfast.kernel.limits import HOOK_ORDERS_MAX, TEXT_MAX
from holdfast.knowledge.hook_codes import HookCodes
from holdfast.usecases.identified import Identifier

_ID_MAX = 200
_OVER = {"cancelled", "revoked", "entered-in-error"}


class _Request(msgspec.Struct, frozen=True):
    """Fields that we do not know (extensions, access tokens) are passed over."""

    hook: str
    hookInstance: str  # noqa: N815 - the name on the wire
    context: dict[str, Any]
    prefetch: dict[str, Any] | None = None


@dataclass(frozen=True)
class DraftOrder:
    """One order that is about to be signed over there."""

    kind: str
    reference: str
    """``ServiceRequest/order-1``; empty when it has no id."""
    codings: tuple[tuple[str, str], ...]
    """(system, code)."""
    texts: tuple[str, ...]
    subject: str
    """Reference of the patient that it is for; empty when it names none."""


@dataclass(frozen=True)
class HookRequest:
    """What counts of a call."""

    hook: str
    instance: str
    user: str
    patient_id: str
    orders: tuple[DraftOrder, ...]
    patient: Mapping[str, Any] | None
    """The Patient that was sent along; None: none was."""


def read_request(body: bytes) -> HookRequest:
    """Raises ``HookRefusedError`` naming what cannot be used."""
    try:
        raw = typed.from_json(body, _Request)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HookRefusedError(
            400, "invalid", "This cannot be read as a call of CDS Hooks.", str(error)[:200]
        ) from None
    patient_id = _id(raw.context, "patientId")
    if not raw.hookInstance or len(raw.hookInstance) > _ID_MAX:
        raise HookRefusedError(400, "required", "The call has no hookInstance.", expression="hookInstance")
    return HookRequest(
        hook=raw.hook,
        instance=raw.hookInstance,
        user=_id(raw.context, "userId"),
        patient_id=patient_id.removeprefix("Patient/"),
        orders=_orders(raw.context.get("draftOrders")),
        patient=_patient(raw.prefetch),
    )


def _id(context: Mapping[str, Any], name: str) -> str:
    value = context.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _ID_MAX:
        raise HookRefusedError(400, "required", f"The context has no {name}.", expression=f"context.{name}")
    return value


def _patient(prefetch: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """An OperationOutcome in its place says that it could not be fetched."""
    patient = (prefetch or {}).get("patient")
    return patient if isinstance(patient, dict) and patient.get("resourceType") == "Patient" else None


def _orders(bundle: Any) -> tuple[DraftOrder, ...]:
    if bundle is None:
        return ()
    entries = bundle.get("entry", []) if isinstance(bundle, dict) else None
    if not isinstance(entries, list):
        raise HookRefusedError(400, "structure", "draftOrders is no Bundle.", expression="context.draftOrders")
    if len(entries) > HOOK_ORDERS_MAX:
        raise HookRefusedError(413, "too-long", f"More than {HOOK_ORDERS_MAX} draft orders in one call.")
    resources = [one["resource"] for one in entries if isinstance(one, dict) and isinstance(one.get("resource"), dict)]
    return tuple(_order(one, resources) for one in resources if one.get("status") not in _OVER)


def _order(resource: Mapping[str, Any], beside: list[dict[str, Any]]) -> DraftOrder:
    kind, order_id = _text(resource.get("resourceType")), _text(resource.get("id"))
    concepts = [resource.get("code"), resource.get("medicationCodeableConcept"), *_medication(resource, beside)]
    known = [one for one in concepts if isinstance(one, dict)]
    codings = [c for one in known for c in _list(one.get("coding")) if isinstance(c, dict)]
    displays = [_text(one.get("display")) for one in codings]
    subject = resource.get("subject")
    return DraftOrder(
        kind=kind,
        reference=f"{kind}/{order_id}" if order_id else "",
        codings=tuple((_text(one.get("system")), _text(one.get("code"))) for one in codings),
        texts=tuple(text for text in (*(_text(one.get("text")) for one in known), *displays) if text),
        subject=_text(subject.get("reference")) if isinstance(subject, dict) else "",
    )


def _medication(resource: Mapping[str, Any], beside: list[dict[str, Any]]) -> list[Any]:
    """The code of a medication that the order refers to, inside the order or beside it."""
    reference = resource.get("medicationReference")
    wanted = _text(reference.get("reference")) if isinstance(reference, dict) else ""
    if not wanted:
        return []
    inside = [one for one in _list(resource.get("contained")) if isinstance(one, dict)]
    near = [(f"#{_text(one.get('id'))}", one) for one in inside]
    near += [(f"{_text(one.get('resourceType'))}/{_text(one.get('id'))}", one) for one in beside]
    return [one.get("code") for name, one in near if name == wanted]


def ends_a_life(order: DraftOrder, codes: HookCodes, own: frozenset[tuple[str, str]]) -> bool:
    """Told by codes only: ours, those of the data file, and those that the clinic named."""
    if own & set(order.codings):
        return True
    return any(
        order.kind in known.of
        and system == known.system
        and (code == known.code or (known.begins and code.startswith(known.code)))
        for system, code in order.codings
        for known in codes.orders
    )


def reads_so(order: DraftOrder, codes: HookCodes) -> bool:
    """Whether its words read like an end-of-life order; no look is started by it."""
    return any(word.text in text.casefold() for word in codes.words for text in order.texts)


def numbers_of(patient: Mapping[str, Any] | None, codes: HookCodes) -> tuple[list[str], list[str], list[Identifier]]:
    """(microchips, our case numbers, other identifiers) that the Patient carries."""
    chips: list[str] = []
    cases: list[str] = []
    others: list[Identifier] = []
    for one in _list((patient or {}).get("identifier"))[:HOOK_ORDERS_MAX]:
        if not isinstance(one, dict):
            continue
        system, value = _text(one.get("system")), _text(one.get("value"))
        kind = one.get("type")
        types = {
            (_text(c.get("system")), _text(c.get("code")))
            for c in _list(kind.get("coding") if isinstance(kind, dict) else None)
            if isinstance(c, dict)
        }
        if not value:
            continue
        if system in {c.system for c in codes.microchips.systems} or types & {
            (c.system, c.code) for c in codes.microchips.types
        }:
            chips.append(value)
        elif system == codes.case_system:
            cases.append(value)
        elif system:
            others.append(Identifier(system, value))
    return chips, cases, others


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= TEXT_MAX else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
