"""Consent: who allowed what, how it was heard, and what is wanted if the heart stops."""

from holdfast.gateways.fhir.basics import (
    EUTHANASIA,
    PROCEDURE,
    Resource,
    coding,
    concept,
    filled,
    ours,
    reference,
    terms,
    when,
)
from holdfast.gateways.fhir.building import Building, Mappers
from holdfast.record import cpr_events as cpr
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record import treatment_events as tr
from holdfast.record.events import Recorded


def consent(
    b: Building, item: Recorded, at_us: int, scope: str, what: Resource, allowed: bool, by: str, how: str
) -> Resource:
    """A Consent by ``by``, as a provision of the animal's care."""
    return filled(
        {
            "resourceType": "Consent",
            "id": b.new_id(item),
            "status": "active",
            "scope": concept(coding(terms("consentscope"), scope)),
            "category": [concept(coding(ours("category"), "owner-consent"), text="Consent of the owner or agent")],
            "patient": reference("Patient", b.case_id),
            "dateTime": when(at_us),
            "performer": [{"display": by}] if by else [],
            "policyRule": {"text": f"Heard {how.replace('_', ' ')}" if how else "How it was heard is not on record"},
            "provision": {"type": "permit" if allowed else "deny", "code": [what]},
        }
    )


def _ordered(b: Building, item: Recorded, event: ev.EndOfLifeOrdered) -> None:
    if event.consent_how == "none" or not event.consent_by:
        return
    what = concept(coding(PROCEDURE, EUTHANASIA, "Euthanasia"))
    made = consent(b, item, event.at_us, "treatment", what, True, event.consent_by, event.consent_how)
    if event.witness:
        made["verification"] = [{"verified": True, "verifiedWith": {"display": event.witness}}]
    b.put(item, event.at_us, made)


def _heard(b: Building, item: Recorded, event: eol.EndOfLifeConsentRecorded) -> None:
    what = concept(coding(PROCEDURE, EUTHANASIA, "Euthanasia"))
    allowed = event.how != "none"
    made = consent(b, item, event.at_us, "treatment", what, allowed, f"{event.by} ({event.relation})", event.how)
    if not allowed:
        made["status"] = "proposed"  # not given yet, which is no refusal
        made["provision"] = {"code": [what]}
    heard = [name for name in (event.confirmed_by, event.witness) if name]
    if heard:
        made["verification"] = [{"verified": True, "verifiedWith": {"display": name}} for name in heard]
    b.put(item, event.at_us, made)


def _wish(b: Building, item: Recorded, event: cpr.CprWishRecorded) -> None:
    what = concept(
        coding(PROCEDURE, "resuscitation"), coding(ours("cpr-wish"), event.wish.value), text=f"CPR: {event.wish.value}"
    )
    allowed = event.wish is not cpr.CprWish.RED
    b.change(item, "cpr-wish", "", lambda _: {"status": "inactive"})
    made = consent(b, item, event.at_us, "adr", what, allowed, event.said_by, event.how)
    b.put(item, event.at_us, made, entity=("cpr-wish", ""))


def _declined(b: Building, item: Recorded, event: tr.TreatmentDeclined) -> None:
    made = consent(b, item, event.at_us, "treatment", {"text": event.what}, False, event.declined_by, "")
    if event.explained:
        made["policyRule"] = {"text": f"What they were told: {event.explained}"}
    b.put(item, event.at_us, made)


MAPPERS: Mappers = {
    ev.EndOfLifeOrdered: _ordered,
    eol.EndOfLifeConsentRecorded: _heard,
    cpr.CprWishRecorded: _wish,
    tr.TreatmentDeclined: _declined,
}
