"""Numbers of a dog in other systems: written and taken back by a person."""

from collections.abc import Mapping

from holdfast.usecases import identified
from holdfast.web.acts import Act, passed_on
from holdfast.web.entries import Entry

_PAGE = "/cases/{}/hooks"


class IdentifierEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    system: str = ""
    value: str = ""
    note: str = ""


class IdentifierBackEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    identifier_id: str = ""
    reason: str = ""


HOOK_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("hooks.identifier", IdentifierEntry, passed_on(identified.record_identifier, _PAGE), "hooks/identifiers"),
        Act("hooks.withdraw", IdentifierBackEntry, passed_on(identified.withdraw_identifier, _PAGE), "hooks/withdraw"),
    )
}
