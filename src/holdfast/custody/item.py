"""An item as its events tell: one step for each event, each with what it breaks in the chain.

The fold never leaves an event out and never refuses one. A break stays, also when a later step makes it good.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from holdfast.custody.table import WHEREABOUTS, WRAPPING, Act, Where, Wrap
from holdfast.record import custody_events as cu
from holdfast.record.events import Recorded


@dataclass(frozen=True)
class Step:
    """One event about an item."""

    version: int
    """Of the stream of the case: where the entry stands in the record."""
    at_us: int
    recorded_us: int
    actor: str
    event: cu.ANY_CUSTODY_EVENT
    breaks: tuple[str, ...]
    """What is broken from here on, in sentences; empty when the chain holds."""

    @property
    def opinion(self) -> bool:
        return isinstance(self.event, cu.CustodyOpinion)


@dataclass(frozen=True)
class Item:
    """An item now, with all that happened to it."""

    item_id: str
    created: cu.ItemCreated | None
    """None when events speak of an item that nobody created."""
    wrap: Wrap = Wrap.LOOSE
    where: Where = Where.HAND
    holder: str = ""
    """Who has it, or had it last."""
    organisation: str = ""
    """Of the holder; empty for our own."""
    place: str = ""
    """The store it lies in; empty when it lies in none."""
    bag: str = ""
    seal: str = ""
    """Number of the seal that closes it; empty while it is loose."""
    offer: Step | None = None
    """The hand-over that waits for the receiver."""
    steps: tuple[Step, ...] = ()

    @property
    def breaks(self) -> tuple[tuple[Step, str], ...]:
        """Every break with the step that made it, oldest first."""
        return tuple((step, text) for step in self.steps for text in step.breaks)

    @property
    def facts(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if not step.opinion)

    @property
    def opinions(self) -> tuple[Step, ...]:
        """Statements and withdrawals, oldest first."""
        return tuple(step for step in self.steps if step.opinion)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What the record of the removal lacks. It cannot be made up for later; a court asks for it."""
        if self.created is None:
            return ("There is no entry of its removal.",)
        asked = {
            "No photograph was taken.": self.created.photographs,
            "No photograph has a scale.": any(photo.scale for photo in self.created.photographs),
            "Its size was not measured.": self.created.size_mm,
            "Nobody is named as a witness of the removal.": self.created.witness,
            "The exact place in the body is not described.": self.created.site,
        }
        return tuple(text for text, there in asked.items() if not there)


def items(recorded: Iterable[Recorded]) -> dict[str, Item]:
    """All items that the events of a case speak of, by id, in the order in which they appear."""
    found: dict[str, Item] = {}
    for one in recorded:
        event = one.event
        if isinstance(event, cu.CustodyFact | cu.CustodyOpinion):
            item = found.get(event.item_id) or Item(item_id=event.item_id, created=None)
            found[event.item_id] = after(item, event, one.version, one.recorded_us, one.actor)
    return found


def after(item: Item, event: cu.ANY_CUSTODY_EVENT, version: int, recorded_us: int, actor: str) -> Item:
    """The item after one more event."""
    moved, breaks = _moved(item, event)
    step = Step(version, event.at_us, recorded_us, actor, event, ())
    if isinstance(event, cu.CustodyFact):
        breaks += _of_any_fact(item, event, step)
    step = replace(step, breaks=tuple(breaks))
    if isinstance(event, cu.HandOverOffered):
        moved = replace(moved, offer=step)
    return replace(moved, steps=(*item.steps, step))


def _moved(item: Item, event: cu.ANY_CUSTODY_EVENT) -> tuple[Item, list[str]]:
    match event:
        case cu.ItemCreated():
            if item.created is not None:
                return item, ["It was created a second time."]
            return replace(item, created=event, holder=event.by), []
        case cu.ItemSealed():
            moved, breaks = _stepped(item, Act.SEAL)
            return replace(moved, bag=event.bag, seal=event.seal), breaks + _other_hands(item, event.by)
        case cu.SealOpened():
            moved, breaks = _stepped(item, Act.OPEN)
            breaks += _seen(item, event.seal, event.intact) + _other_hands(item, event.by)
            return replace(moved, bag="", seal=""), breaks
        case cu.ItemStored():
            moved, breaks = _stepped(item, Act.STORE)
            return replace(moved, place=event.place, offer=None), breaks + _other_hands(item, event.by)
        case cu.ItemTaken():
            moved, breaks = _stepped(item, Act.TAKE)
            return replace(moved, holder=event.by, organisation="", place="", offer=None), breaks
        case cu.HandOverOffered() | cu.HandOverAccepted() | cu.HandOverRefused():
            return _handed(item, event)
        case cu.BreakNoted():
            return item, [event.what]
        case cu.ItemDisposed():
            moved, breaks = _stepped(item, Act.DISPOSE)
            return replace(moved, offer=None), breaks + _other_hands(item, event.by)
    return item, []


def _handed(item: Item, event: cu.HandOverOffered | cu.HandOverAccepted | cu.HandOverRefused) -> tuple[Item, list[str]]:
    offered = item.offer.event if item.offer else None
    match event:
        case cu.HandOverOffered():
            moved, breaks = _stepped(item, Act.OFFER)
            return replace(moved, place=""), breaks + _seen(item, event.seal, True) + _other_hands(item, event.by)
        case cu.HandOverAccepted():
            moved, breaks = _stepped(item, Act.ACCEPT)
            organisation = ""
            if isinstance(offered, cu.HandOverOffered):
                organisation = offered.organisation
                if offered.transfer_id != event.transfer_id:
                    breaks.append("Another hand-over was accepted than the one that was open.")
                if offered.to != event.by:
                    breaks.append(f"It was given to {offered.to} and accepted by {event.by}.")
            breaks += _seen(item, event.seal, event.intact)
            return replace(moved, holder=event.by, organisation=organisation, place="", offer=None), breaks
        case cu.HandOverRefused():
            moved, breaks = _stepped(item, Act.REFUSE)
            return replace(moved, offer=None), breaks


def _stepped(item: Item, act: Act) -> tuple[Item, list[str]]:
    wrap, unwrapped = WRAPPING[item.wrap, act]
    where, lost = WHEREABOUTS[item.where, act]
    return replace(item, wrap=wrap, where=where), [text for text in (unwrapped, lost) if text]


def _seen(item: Item, seal: str, intact: bool) -> list[str]:
    """What the seal that somebody read says against the one on record."""
    breaks = []
    if seal != item.seal:
        breaks.append(f"The seal read is {seal or 'none'}, the one on record is {item.seal or 'none'}.")
    if not intact:
        breaks.append("The seal was found broken.")
    return breaks


def _other_hands(item: Item, by: str) -> list[str]:
    """Whether somebody else did it than the one who has the item. What lies in a store is in nobody's hands."""
    if item.where is Where.HAND and item.created is not None and by != item.holder:
        return [f"Done by {by}; on record, {item.holder} had it."]
    return []


def _of_any_fact(item: Item, event: cu.CustodyFact, step: Step) -> list[str]:
    breaks = []
    if item.created is None and not isinstance(event, cu.ItemCreated):
        breaks.append("There is no entry of its removal.")
    before = max((one.at_us for one in item.facts), default=event.at_us)
    if event.at_us < before:
        breaks.append("It is said to have happened before a step that was entered earlier.")
    if isinstance(event, cu.HandOverAccepted) and item.offer and event.confirmed.how == "account":
        offered = item.offer.event
        if isinstance(offered, cu.HandOverOffered) and offered.confirmed.how == "account":
            breaks += ["Both sides were confirmed by the same account."] if item.offer.actor == step.actor else []
    if isinstance(event, cu.HandOverOffered | cu.HandOverAccepted) and event.confirmed.how == "spoken":
        breaks.append(f"{event.by} confirmed by word of mouth only.")
    return breaks
