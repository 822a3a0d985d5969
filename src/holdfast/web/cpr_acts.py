"""What is posted during a resuscitation, by form or as JSON: its start, its touches, what is taken back, facts.

Every entry carries the id of the resuscitation and, for a touch, its own, both made in the browser: delivered late or
twice it is the same entry.
"""

from collections.abc import Mapping

from holdfast.record.cpr_events import CprStep, CprWish
from holdfast.usecases import resuscitations as use
from holdfast.web.acts import Act, Outcome, passed_on
from holdfast.web.entries import Entry
from holdfast.web.gate import Call


class CprStartEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cpr_id: str = ""
    """Empty: join the one that runs, or begin one."""
    location: str = ""
    at_us: int | None = None


class CprTouchEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cpr_id: str = ""
    entry_id: str = ""
    step: CprStep
    what: str = ""
    amount: float | None = None
    unit: str = ""
    route: str = ""
    note: str = ""
    at_us: int


class CprWithdrawEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cpr_id: str = ""
    entry_id: str = ""
    reason: str = ""


class CprWishEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    wish: CprWish
    said_by: str = ""
    how: str = ""
    at_us: int | None = None


class CprFactEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cpr_id: str = ""
    key: str = ""
    value: str = ""


def _start(call: Call, case_id: str, entry: CprStartEntry, command_id: str) -> Outcome:
    # With an id of its own a start is known by that id, whoever delivers it; the use case sees to it.
    cpr_id = use.start(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        cpr_id=entry.cpr_id,
        location=entry.location,
        at_us=entry.at_us,
        command_id="" if entry.cpr_id else command_id,
    )
    return Outcome(f"/cases/{case_id}/cpr", {"cpr_id": cpr_id})


def _touch(call: Call, case_id: str, entry: CprTouchEntry, _: str) -> Outcome:
    touch = use.Touch(
        entry_id=entry.entry_id,
        at_us=entry.at_us,
        step=entry.step,
        what=entry.what,
        amount=entry.amount,
        unit=entry.unit,
        route=entry.route,
        note=entry.note,
    )
    new = use.log_touches(call.ctx, actor=call.actor, case_id=case_id, cpr_id=entry.cpr_id, touches=[touch])
    return Outcome(f"/cases/{case_id}/cpr", {"duplicate": not new})


def _withdraw(call: Call, case_id: str, entry: CprWithdrawEntry, _: str) -> Outcome:
    use.withdraw(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        cpr_id=entry.cpr_id,
        entry_id=entry.entry_id,
        reason=entry.reason,
    )
    return Outcome(f"/cases/{case_id}/cpr", {"withdrawn": entry.entry_id})


def _fact(call: Call, case_id: str, entry: CprFactEntry, command_id: str) -> Outcome:
    use.record_fact(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        cpr_id=entry.cpr_id,
        key=entry.key,
        value=entry.value,
        command_id=command_id,
    )
    return Outcome(f"/cases/{case_id}/cpr/{entry.cpr_id}", {"key": entry.key})


CPR_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("cpr.start", CprStartEntry, _start, "cpr/start"),
        Act("cpr.touches", CprTouchEntry, _touch, "cpr/touches"),
        Act("cpr.withdraw", CprWithdrawEntry, _withdraw, "cpr/withdraw"),
        Act("cpr.facts", CprFactEntry, _fact, "cpr/facts"),
        Act("cpr.wish", CprWishEntry, passed_on(use.record_wish, "/cases/{}"), "cpr/wish"),
    )
}
