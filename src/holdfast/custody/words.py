"""A step of an item as a sentence, and the label of its bag."""

from collections.abc import Mapping

from holdfast.custody.item import Item
from holdfast.record import custody_events as cu


def sentence(event: cu.ANY_CUSTODY_EVENT, regions: Mapping[str, str] | None = None) -> str:
    """What was done, seen or said, in plain words. ``regions``: names of the places of the body chart."""
    if isinstance(event, cu.CustodyOpinion):
        return _opinion(event)
    if isinstance(event, cu.HandOverOffered | cu.HandOverAccepted | cu.HandOverRefused):
        return _hand_over(event)
    match event:
        case cu.ItemCreated():
            size = f", {' x '.join(f'{side:g}' for side in event.size_mm)} mm" if event.size_mm else ""
            region = (regions or {}).get(event.region, event.region)
            place = ", ".join(part for part in (event.side, region, event.site) if part)
            return (
                f"{event.by} took out item {event.number}: {event.description}{size}; from {place or 'no named place'}"
            )
        case cu.ItemSealed():
            return f"{event.by} put it into bag {event.bag} and sealed it with {event.seal}"
        case cu.SealOpened():
            found = "intact" if event.intact else "broken"
            return f"{event.by} opened seal {event.seal}, found {found}: {event.reason}"
        case cu.ItemStored():
            return f"{event.by} put it into {event.place} ({event.conditions})"
        case cu.ItemTaken():
            return f"{event.by} took it out of its store: {event.purpose}"
        case cu.LaboratoryRequested():
            return f"{event.by} asked {event.laboratory}: {event.question}"
        case cu.LaboratoryMeasured():
            return f"{event.by} measured ({event.method}): {event.result}"
        case cu.BreakNoted():
            return f"{event.by} found: {event.what}"
        case cu.EntryCorrected():
            return f"{event.by} corrected {event.field} of entry {event.version} to {event.value}: {event.reason}"
        case cu.ItemDisposed():
            return f"{event.by} disposed of it: {event.how}, allowed by {event.authority}"
    raise AssertionError(f"no words for {type(event).__name__}")


def _hand_over(event: cu.HandOverOffered | cu.HandOverAccepted | cu.HandOverRefused) -> str:
    match event:
        case cu.HandOverOffered():
            whose = f" ({event.organisation})" if event.organisation else ""
            return f"{event.by} gave it to {event.to}{whose}, seal {event.seal or 'none'}: {event.purpose}"
        case cu.HandOverAccepted():
            found = "intact" if event.intact else "broken"
            return f"{event.by} confirmed to have it, seal {event.seal or 'none'} {found} ({event.identification})"
        case cu.HandOverRefused():
            return f"{event.by} did not take it: {event.reason}"


def _opinion(event: cu.CustodyOpinion) -> str:
    match event:
        case cu.OpinionStated():
            who = ", ".join(part for part in (event.by, event.profession, event.organisation) if part)
            return f"Opinion of {who}: {event.text} (rests on: {event.basis})"
        case cu.OpinionWithdrawn():
            return f"{event.by} withdrew an opinion: {event.reason}"
    raise AssertionError(f"no words for {type(event).__name__}")


def label_code(origin: str, case_id: str, item: Item) -> str:
    """What the code on the label holds: which record, case, item and seal. It is an address, not a proof."""
    return "/".join(("holdfast", origin or "-", case_id, item.item_id, item.seal or "-"))


def label_lines(case_id: str, patient: str, microchip: str, item: Item, when: str, region: str = "") -> list[str]:
    """The lines of a printed label; ``when`` is the moment of the removal as the clinic writes it, ``region`` the name
    of the place on the body chart."""
    made = item.created
    if made is None:
        return [f"Case {case_id}", f"Item {item.item_id}", "There is no entry of its removal."]
    return [
        f"Case {case_id}   Item {made.number}",
        f"{patient}   chip {microchip or 'none'}",
        made.description,
        f"From: {', '.join(one for one in (made.side, region or made.region, made.site) if one) or 'no named place'}",
        f"Removed: {when} by {made.by}",
        f"Witness: {made.witness or 'none'}",
        f"How: {made.method or 'not said'}",
        f"Bag {item.bag or '-'}   Seal {item.seal or '-'}",
    ]
