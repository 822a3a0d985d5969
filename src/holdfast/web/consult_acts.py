"""What can be posted about a consult by somebody with an account, and the entries of those who came by a link."""

from collections.abc import Mapping

from holdfast.record.consult_events import Stance
from holdfast.usecases import consults
from holdfast.usecases.consults import HOURS_USUAL
from holdfast.web.acts import Act, Outcome, passed_on, recorded
from holdfast.web.entries import Entry
from holdfast.web.gate import Call

_PAGE = "/cases/{}/consult"


class InvitationEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str = ""
    contact: str = ""
    question: str = ""
    hours: float = HOURS_USUAL


class RevocationEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    consult_id: str = ""
    reason: str = ""


class OpinionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    stance: Stance
    words: str = ""
    at_us: int | None = None


class GuestOpinionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str = ""
    """Empty: as in the invitation."""
    stance: Stance | None = None
    words: str = ""


def _opinion(call: Call, case_id: str, entry: OpinionEntry, command_id: str) -> Outcome:
    """Under the name of the account: nobody signs in one name and thinks in another."""
    receipt = consults.give_opinion(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        name=call.account.name if call.account else "",
        stance=entry.stance,
        words=entry.words,
        at_us=entry.at_us,
        command_id=command_id,
    )
    return recorded(receipt, _PAGE.format(case_id))


CONSULT_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("consult.revoke", RevocationEntry, passed_on(consults.revoke, _PAGE), "consult/revoke"),
        Act("opinions", OpinionEntry, _opinion),
    )
}
