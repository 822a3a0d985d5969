"""What can be done about the calls of a case, by form or as JSON."""

from collections.abc import Mapping

from holdfast.usecases import calling
from holdfast.web.acts import Act, Outcome, passed_on, recorded
from holdfast.web.entries import Entry
from holdfast.web.gate import Call

_PAGE = "/cases/{}/calls"


class CallEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: str = ""


class AnswerEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which call stands in the path."""


class WithdrawEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    why: str = ""


class CaseListEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    contacts: tuple[str, ...] = ()
    """Ids in order; empty: as the clinic."""
    why: str = ""


def _answer(call: Call, case_id: str, _: AnswerEntry, command_id: str) -> Outcome:
    receipt = calling.answer(
        call.ctx, actor=call.actor, case_id=case_id, call_id=call.part("call_id"), command_id=command_id
    )
    return recorded(receipt, _PAGE.format(case_id))


def _withdraw(call: Call, case_id: str, entry: WithdrawEntry, command_id: str) -> Outcome:
    receipt = calling.withdraw(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        call_id=call.part("call_id"),
        why=entry.why,
        command_id=command_id,
    )
    return recorded(receipt, _PAGE.format(case_id))


CALL_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("calls.open", CallEntry, passed_on(calling.call_by_hand, _PAGE), "calls"),
        Act("calls.list", CaseListEntry, passed_on(calling.set_case_list, _PAGE), "calls/list"),
        Act("calls.answer", AnswerEntry, _answer, "calls/{call_id}/answer"),
        Act("calls.withdraw", WithdrawEntry, _withdraw, "calls/{call_id}/withdraw"),
    )
}
