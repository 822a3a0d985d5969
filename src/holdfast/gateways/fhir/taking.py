"""What another program writes becomes an entry of the house by a person's use cases, or goes to the quarantine."""

import hashlib

import msgspec

from holdfast.gateways.fhir.basics import Resource, ours
from holdfast.gateways.fhir.building import Codings
from holdfast.gateways.fhir.creation import Asked, Observed, read_asked, read_observed, unknown
from holdfast.gateways.fhir.patients import CASE, MICROCHIP
from holdfast.gateways.fhir.shapes import checked
from holdfast.kernel.errors import ConflictError, OperatorError
from holdfast.record import events as ev
from holdfast.usecases import cases, exchange, second_look
from holdfast.usecases.context import Context
from holdfast.usecases.exchange import Asker, ExchangeError
from holdfast.usecases.ports import Receipt


def take(ctx: Context, codings: Codings, asker: Asker, kind: str, body: bytes, once: str) -> str:
    """Record it and return the id of the resource that it became. What is refused is kept, whole."""
    try:
        content = _decoded(kind, body)
        if kind == "Observation":
            return _observed(ctx, asker, read_observed(content, ctx.knowledge, codings), body, once)
        return _asked(ctx, asker, read_asked(content, ctx.knowledge, codings), body, once)
    except ConflictError:
        raise  # nothing is wrong with it: it can be sent again
    except OperatorError as error:
        digest = hashlib.sha256(body).hexdigest()
        exchange.refused(ctx, asker, what=kind, why=f"{error}", body=body, sha256=digest)
        if isinstance(error, ExchangeError):
            raise
        raise ExchangeError(error.problem, error.remedy, code="business-rule", status=422) from error


def _decoded(kind: str, body: bytes) -> Resource:
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExchangeError(f"That is not JSON: {error}.", "Send application/fhir+json.", code="structure") from None
    if not isinstance(content, dict) or content.get("resourceType") != kind:
        raise ExchangeError(f"That is no {kind}.", "Send the resource to the address of its kind.", code="structure")
    return checked(content)


def _observed(ctx: Context, asker: Asker, entry: Observed, body: bytes, once: str) -> str:
    case_id = case_of(ctx, asker, entry.case_ref)
    command = _command(asker, entry.own_key or once, body)
    if entry.at_us is not None and entry.at_us > ctx.clock.now_us() + 5 * 60 * 1_000_000:
        raise unknown("The Observation lies in the future.", "Check the sender's clock.", "value")
    receipts: list[Receipt] = []
    if entry.sign:
        presence = ev.Presence.PRESENT if entry.sign.present else ev.Presence.ABSENT
        receipts.append(
            cases.record_finding(
                ctx,
                actor=asker.actor,
                case_id=case_id,
                key=entry.sign.key,
                presence=presence,
                note=entry.note,
                at_us=entry.at_us,
                command_id=command,
            )
        )
    for place, number in enumerate(entry.numbers):
        key = command and f"{command}.{place}"
        if number.key == "weight":
            receipts.append(
                cases.measure_weight(
                    ctx, actor=asker.actor, case_id=case_id, weight_kg=number.value, at_us=entry.at_us, command_id=key
                )
            )
        else:
            receipts.append(
                cases.record_finding(
                    ctx,
                    actor=asker.actor,
                    case_id=case_id,
                    key=number.key,
                    presence=ev.Presence.PRESENT,
                    value=number.value,
                    unit=number.unit,
                    note=entry.note,
                    at_us=entry.at_us,
                    command_id=key,
                )
            )
    return f"{case_id}.{receipts[0].recorded[0].version}"


def _asked(ctx: Context, asker: Asker, entry: Asked, body: bytes, once: str) -> str:
    """An order for euthanasia is placed as in the house: the second look follows, and a person decides."""
    case_id = case_of(ctx, asker, entry.case_ref)
    command = _command(asker, entry.own_key or once, body)
    via = f"{entry.requester}, through {asker.name}" if entry.requester else f"through {asker.name}"
    if entry.euthanasia:
        indication = f"{entry.reason or 'no indication was sent'} (asked for by {via})"
        order_id = second_look.order(
            ctx,
            actor=asker.actor,
            case_id=case_id,
            indication=indication,
            consent_by="",
            consent_how="none",
            command_id=command,
        )
        recorded = ctx.store.read_stream(ev.case_stream(case_id), without_blocks=True)
        placed = (one for one in recorded if isinstance(e := one.event, ev.EndOfLifeOrdered) and e.order_id == order_id)
        return f"{case_id}.{next(placed).version}"
    words = "; ".join(part for part in (entry.reason, entry.note, via) if part)
    receipt = cases.order_test(ctx, actor=asker.actor, case_id=case_id, test=entry.test, note=words, command_id=command)
    return f"{case_id}.{receipt.recorded[0].version}"


def case_of(ctx: Context, asker: Asker, subject: Resource) -> str:
    """The open case that a subject names: by our id, or by a microchip that one open case alone has."""
    reference = subject.get("reference")
    if isinstance(reference, str) and reference:
        named = reference.rpartition("/")[2]
        if not any(case.case_id == named for case in ctx.book.cases()) or not asker.reaches(named):
            raise unknown(f"There is no {reference!r} here.", "Search for the Patient first.", "not-found")
        return named
    known = subject.get("identifier")
    if not isinstance(known, dict) or not known.get("value"):
        raise unknown("The subject names no animal.", "Send a reference or an identifier.", "required")
    system, value = known.get("system", ""), str(known["value"])
    if system == CASE:
        found = [case for case in ctx.book.open_cases() if case.case_id == value]
    elif system in (MICROCHIP, ""):
        found = [case for case in ctx.book.open_cases() if case.microchip == value]
    else:
        raise unknown(f"{system!r} is no naming system of ours.", f"Use {MICROCHIP} or {ours('case')}.", "not-found")
    if len(found) != 1 or not asker.reaches(found[0].case_id):
        raise unknown(
            f"{len(found)} open cases have that number.", "Search for the Patient and name its id.", "not-found"
        )
    return found[0].case_id


def _command(asker: Asker, once: str, body: bytes) -> str:
    """The sender's own key with what it came with: the same again is the same entry, another body under it is not."""
    if not once:
        return ""
    return f"fhir.{hashlib.sha256(f'{asker.actor} {once}'.encode() + body).hexdigest()[:40]}"
