"""What can be done about an item of evidence, by form or as JSON."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_MIN
from holdfast.record import custody_events as cu
from holdfast.usecases import custody
from holdfast.web import custody_entries as en
from holdfast.web.acts import Act, Outcome, recorded
from holdfast.web.clinic_time import moment
from holdfast.web.gate import Call

_NOT_FIELDS = frozenset({"command_id", "at", "at_us", "by"})


def at_us(call: Call, entry: en.CustodyEntry) -> int:
    """When it happened: as somebody wrote it, else when it was entered.

    The page's field names whole minutes, which may lie a little ahead.
    """
    entered = moment(entry.at)
    if entered is None and entry.at_us is not None:
        return entry.at_us
    if entered is None or 0 < entered - call.now_us < US_PER_MIN:
        return call.now_us
    return entered


def _name(call: Call) -> str:
    assert call.account is not None
    return call.account.name


def _place(case_id: str, item_id: str) -> str:
    return f"/cases/{case_id}/items/{item_id}"


def _added(call: Call, case_id: str, event: cu.ANY_CUSTODY_EVENT, command_id: str) -> Outcome:
    receipt = custody.add(call.ctx, actor=call.actor, case_id=case_id, event=event, command_id=command_id)
    return recorded(receipt, _place(case_id, event.item_id))


def _step(
    kind: Callable[..., cu.ANY_CUSTODY_EVENT], **fresh: str
) -> Callable[[Call, str, en.CustodyEntry, str], Outcome]:
    """An act whose entry has the fields of the event; ``fresh`` names those that get a new id."""

    def run(call: Call, case_id: str, entry: en.CustodyEntry, command_id: str) -> Outcome:
        given = {name: value for name, value in msgspec.structs.asdict(entry).items() if name not in _NOT_FIELDS}
        made = {name: call.ctx.ids.new_id() for name in fresh}
        event = kind(
            at_us=at_us(call, entry), item_id=call.part("item_id"), by=entry.by or _name(call), **{**given, **made}
        )
        return _added(call, case_id, event, command_id)

    return run


def _remove(call: Call, case_id: str, entry: en.RemovalEntry, command_id: str) -> Outcome:
    side, _, region = entry.place.partition(":")
    size = tuple(sorted((s for s in (entry.length_mm, entry.width_mm, entry.height_mm) if s is not None), reverse=True))
    photographs = []
    for digest in entry.photograph:
        custody.picture(call.services.films, digest)
        scale = (entry.scale or "scale, not described") if digest in entry.scaled else ""
        photographs.append(cu.Photograph(sha256=digest, shows=entry.shows or "the item as removed", scale=scale))
    removal = custody.Removal(
        by=entry.by or _name(call),
        description=entry.description,
        at_us=at_us(call, entry),
        side=side,
        region=region,
        site=entry.site,
        orientation=entry.orientation,
        method=entry.method,
        witness=entry.witness,
        size_mm=size,
        weight_g=entry.weight_g,
        photographs=photographs,
        time_source=entry.time_source,
    )
    receipt = custody.create(call.ctx, actor=call.actor, case_id=case_id, removal=removal, command_id=command_id)
    event = receipt.recorded[0].event
    assert isinstance(event, cu.ItemCreated)
    return recorded(receipt, _place(case_id, event.item_id))


def _offer(call: Call, case_id: str, entry: en.OfferEntry, command_id: str) -> Outcome:
    by = entry.by or _name(call)
    if not entry.to.strip():
        raise OperatorError("Nobody is named who is to have it.", "Enter the receiver's name.")
    event = cu.HandOverOffered(
        at_us=at_us(call, entry),
        item_id=call.part("item_id"),
        by=by,
        explanation=entry.explanation,
        transfer_id=call.ctx.ids.new_id(),
        to=entry.to,
        organisation=entry.organisation,
        purpose=entry.purpose,
        seal=entry.seal,
        confirmed=_signed_in(call, by),
    )
    return _added(call, case_id, event, command_id)


def _accept(call: Call, case_id: str, entry: en.AcceptanceEntry, command_id: str) -> Outcome:
    by = entry.by or _name(call)
    if entry.signature:
        custody.picture(call.services.films, entry.signature)
        confirmed = cu.Confirmation(how="signature", sha256=entry.signature)
    else:
        confirmed = _signed_in(call, by)
    own = "signed in" if confirmed.how == "account" else "not identified"
    event = cu.HandOverAccepted(
        at_us=at_us(call, entry),
        item_id=call.part("item_id"),
        by=by,
        explanation=entry.explanation,
        transfer_id=_open_transfer(call, case_id),
        seal=entry.seal,
        intact=entry.intact,
        identification=entry.identification or own,
        confirmed=confirmed,
    )
    return _added(call, case_id, event, command_id)


def _refuse(call: Call, case_id: str, entry: en.RefusalEntry, command_id: str) -> Outcome:
    event = cu.HandOverRefused(
        at_us=at_us(call, entry),
        item_id=call.part("item_id"),
        by=entry.by or _name(call),
        explanation=entry.explanation,
        transfer_id=_open_transfer(call, case_id),
        reason=entry.reason,
    )
    return _added(call, case_id, event, command_id)


def _signed_in(call: Call, by: str) -> cu.Confirmation:
    """Who is signed in confirms for themselves only."""
    return cu.Confirmation(how="account" if by.strip() == _name(call) else "spoken")


def _open_transfer(call: Call, case_id: str) -> str:
    """The hand-over that waits; empty when none does: the entry then says so."""
    offer = custody.item_of(call.ctx, case_id, call.part("item_id")).offer
    return offer.event.transfer_id if offer and isinstance(offer.event, cu.HandOverOffered) else ""


def _act(name: str, shape: type[en.CustodyEntry], run: Callable[..., Any]) -> Act:
    return Act(f"items.{name}", shape, run, f"items/{{item_id}}/{name}")


CUSTODY_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("items.create", en.RemovalEntry, _remove, "items"),
        _act("seal", en.SealEntry, _step(cu.ItemSealed)),
        _act("open", en.OpeningEntry, _step(cu.SealOpened)),
        _act("store", en.StoreEntry, _step(cu.ItemStored)),
        _act("take", en.TakingEntry, _step(cu.ItemTaken)),
        _act("offer", en.OfferEntry, _offer),
        _act("accept", en.AcceptanceEntry, _accept),
        _act("refuse", en.RefusalEntry, _refuse),
        _act("request", en.LaboratoryEntry, _step(cu.LaboratoryRequested, request_id="")),
        _act("result", en.ResultEntry, _step(cu.LaboratoryMeasured)),
        _act("break", en.BreakEntry, _step(cu.BreakNoted)),
        _act("correct", en.AmendmentEntry, _step(cu.EntryCorrected)),
        _act("dispose", en.DisposalEntry, _step(cu.ItemDisposed)),
        _act("opinion", en.OpinionEntry, _step(cu.OpinionStated, opinion_id="")),
        _act("withdraw", en.WithdrawalEntry, _step(cu.OpinionWithdrawn)),
    )
}
