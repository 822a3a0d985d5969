"""What can be done in a recovery and for the way home, by form or as JSON."""

from collections.abc import Mapping

from holdfast.usecases import discharge, home, recovery
from holdfast.web.acts import Act, Outcome, passed_on, recorded
from holdfast.web.entries import Entry
from holdfast.web.gate import Call

_RECOVERY = "/cases/{}/recovery"
_HOME = "/cases/{}/home"


class MarkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sign: str = ""
    note: str = ""
    at_us: int | None = None


class WithdrawMarkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""


class TotalEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    due: str = ""
    points: float


class ToldEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: str = ""
    draft: str = ""


class RevokeEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    why: str = ""


class MedicineEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    medicine: str = ""
    how: str = ""
    until: str = ""


class StopEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""


class LetterEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    diagnosis: str = ""
    words: str = ""
    recheck: str = ""


def _withdraw(call: Call, case_id: str, entry: WithdrawMarkEntry, command_id: str) -> Outcome:
    receipt = recovery.withdraw_mark(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        mark_id=call.part("mark_id"),
        reason=entry.reason,
        command_id=command_id,
    )
    return recorded(receipt, _RECOVERY.format(case_id))


def _revoke(call: Call, case_id: str, entry: RevokeEntry, command_id: str) -> Outcome:
    receipt = home.revoke_link(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        link_id=call.part("link_id"),
        why=entry.why,
        command_id=command_id,
    )
    return recorded(receipt, f"{_HOME.format(case_id)}#links")


def _stop(call: Call, case_id: str, entry: StopEntry, command_id: str) -> Outcome:
    receipt = discharge.stop_medicine(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        order_id=call.part("order_id"),
        reason=entry.reason,
        command_id=command_id,
    )
    return recorded(receipt, f"{_HOME.format(case_id)}#letter")


RECOVERY_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("recovery.mark", MarkEntry, passed_on(recovery.mark, _RECOVERY), "recovery/marks"),
        Act("recovery.withdraw", WithdrawMarkEntry, _withdraw, "recovery/marks/{mark_id}/withdraw"),
        Act("recovery.total", TotalEntry, passed_on(recovery.record_total, _RECOVERY), "recovery/totals"),
        Act("home.tell", ToldEntry, passed_on(home.tell, f"{_HOME}#told"), "home/told"),
        Act("home.revoke", RevokeEntry, _revoke, "home/links/{link_id}/revoke"),
        Act("home.medicine", MedicineEntry, passed_on(discharge.order_medicine, f"{_HOME}#letter"), "home/medicines"),
        Act("home.stop", StopEntry, _stop, "home/medicines/{order_id}/stop"),
        Act("home.letter", LetterEntry, passed_on(discharge.write_letter, f"{_HOME}#letter"), "home/letter"),
    )
}
