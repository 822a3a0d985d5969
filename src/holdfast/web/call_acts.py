"""What can be done about the calls of a case, by form or as JSON."""

from collections.abc import Mapping

from holdfast.usecases import calling
from holdfast.web.acts import Act, passed_on
from holdfast.web.entries import Entry

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


CALL_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("calls.open", CallEntry, passed_on(calling.call_by_hand, _PAGE), "calls"),
        Act("calls.list", CaseListEntry, passed_on(calling.set_case_list, _PAGE), "calls/list"),
        Act("calls.answer", AnswerEntry, passed_on(calling.answer, _PAGE, "call_id"), "calls/{call_id}/answer"),
        Act("calls.withdraw", WithdrawEntry, passed_on(calling.withdraw, _PAGE, "call_id"), "calls/{call_id}/withdraw"),
    )
}
