"""A working dog's history and the inquiries of a case, folded from their events."""

from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record import inquiry_events as iq
from holdfast.record import service_events as se
from holdfast.record.events import Recorded


@dataclass(frozen=True)
class ServiceEntry:
    """One entry of the history, and what became of it."""

    event: se.ServiceEntryMade
    version: int
    recorded_us: int
    actor: str
    replaced_by: str = ""
    """Entry that corrects it; ``reason`` says why."""
    withdrawn_at: int | None = None
    """Version of the history that took it back."""
    reason: str = ""

    @property
    def standing(self) -> bool:
        return not self.replaced_by and self.withdrawn_at is None


@dataclass(frozen=True)
class ServiceDog:
    """Everything on record of one working dog."""

    service_id: str
    added: se.ServiceDogAdded
    version: int
    corrections: tuple[se.ServiceDogCorrected, ...] = ()
    handlers: tuple[se.HandlerAssigned, ...] = ()
    entries: dict[str, ServiceEntry] = field(default_factory=dict)
    """By their id, in the order they were written."""
    imports: tuple[se.ServiceImported, ...] = ()

    def fact(self, name: str) -> str:
        """What identifies the dog, as it stands now: name, service_number, microchip, breed or unit."""
        for one in reversed(self.corrections):
            if one.field == name:
                return one.value
        return str(getattr(self.added, name))

    @property
    def handler(self) -> se.HandlerAssigned | None:
        """Who leads the dog now: the assignment that begins last."""
        return max(self.handlers, key=lambda one: one.at_us, default=None)

    @property
    def standing(self) -> list[ServiceEntry]:
        """Entries that were neither corrected nor withdrawn, the latest happening first."""
        return sorted((e for e in self.entries.values() if e.standing), key=lambda e: -e.event.at_us)

    def changed_since(self, version: int) -> list[ServiceEntry]:
        """Entries written, corrected or withdrawn after the history stood at ``version``."""
        return [e for e in self.entries.values() if e.version > version or (e.withdrawn_at or 0) > version]


def apply(service_id: str, dog: ServiceDog | None, item: Recorded) -> ServiceDog | None:
    """The history after one more event of its stream."""
    event = item.event
    if isinstance(event, se.ServiceDogAdded):
        return ServiceDog(service_id, event, item.version)
    if dog is None:
        return None
    dog = replace(dog, version=item.version)
    match event:
        case se.ServiceDogCorrected():
            return replace(dog, corrections=(*dog.corrections, event))
        case se.HandlerAssigned():
            return replace(dog, handlers=(*dog.handlers, event))
        case se.ServiceImported():
            return replace(dog, imports=(*dog.imports, event))
        case se.ServiceEntryMade():
            return _with_entry(dog, event, item)
        case se.ServiceEntryWithdrawn() if old := dog.entries.get(event.entry_id):
            gone = replace(old, withdrawn_at=item.version, reason=event.reason)
            return replace(dog, entries={**dog.entries, event.entry_id: gone})
    return dog


def _with_entry(dog: ServiceDog, event: se.ServiceEntryMade, item: Recorded) -> ServiceDog:
    entries = {**dog.entries, event.entry_id: ServiceEntry(event, item.version, item.recorded_us, item.actor)}
    if old := entries.get(event.replaces):
        entries[event.replaces] = replace(old, replaced_by=event.entry_id, reason=event.reason)
    return replace(dog, entries=entries)


@dataclass(frozen=True)
class Inquiry:
    """What a case says of the past: its service history, what was found, what was compared."""

    linked: iq.ServiceDogLinked | None = None
    lesions: dict[str, iq.LesionDescribed] = field(default_factory=dict)
    """As last described, by their id."""
    statements: tuple[tuple[iq.IncidentsCompared, str], ...] = ()
    """Each with the account that made it, oldest first."""


def apply_inquiry(inquiry: Inquiry, event: iq.ANY_INQUIRY_EVENT, actor: str) -> Inquiry:
    """The inquiry after one more event."""
    match event:
        case iq.ServiceDogLinked():
            return replace(inquiry, linked=event)
        case iq.ServiceDogUnlinked():
            return replace(inquiry, linked=None)
        case iq.LesionDescribed():
            return replace(inquiry, lesions={**inquiry.lesions, event.lesion_id: event})
        case iq.IncidentsCompared():
            return replace(inquiry, statements=(*inquiry.statements, (event, actor)))
