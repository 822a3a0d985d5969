"""The clinic's own state: beds, which device stands at which, and its people, folded from its stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record import call_state, grant_state
from holdfast.record import events as ev
from holdfast.record.alarm_events import EscalationSet, EscalationStep
from holdfast.record.call_events import ANY_CALL_CLINIC_EVENT
from holdfast.record.call_state import CallBook
from holdfast.record.evidence_events import ReadGranted, ReadGrantEnded
from holdfast.record.exchange_events import MACHINE_ACTOR, CaseTakenOver, MachineAdded
from holdfast.record.grant_state import Grant
from holdfast.record.shadow_events import RuleMode, RuleModeSet


@dataclass(frozen=True)
class Person:
    """An account as the record knows it: no login, no secret."""

    name: str
    role: str
    closed: bool = False


@dataclass(frozen=True)
class ClinicState:
    """Beds in the order they were added, device bindings, and people by their account."""

    beds: tuple[str, ...] = ()
    bed_of_device: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    escalation: tuple[EscalationStep, ...] = ()
    """Who is called when nobody acknowledges an alarm; empty: as Holdfast comes."""
    calling: CallBook = field(default_factory=CallBook)
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Names of those who acted in cases that were taken over from another record, and of machine accounts."""
    grants: Mapping[str, Grant] = field(default_factory=dict)
    """What investigators may read, by grant."""
    silent: frozenset[str] = frozenset()
    """Rules that run without telling anybody."""

    def name_of(self, actor: str) -> str:
        """What a person reads for an actor of the record."""
        person = self.people.get(actor)
        return person.name if person else self.elsewhere.get(actor, actor)

    def devices_of(self, bed: str) -> tuple[str, ...]:
        return tuple(device for device, bound in self.bed_of_device.items() if bound == bed)


def apply(state: ClinicState, event: ev.AnyEvent) -> ClinicState:
    """The state after one more event of the clinic's stream."""
    if isinstance(event, ANY_CALL_CLINIC_EVENT):
        return replace(state, calling=call_state.apply_clinic(state.calling, event))
    match event:
        case ev.BedAdded():
            return state if event.bed in state.beds else replace(state, beds=(*state.beds, event.bed))
        case ev.DeviceBound():
            return replace(state, bed_of_device={**state.bed_of_device, event.device: event.bed})
        case ev.DeviceUnbound():
            rest = {device: bed for device, bed in state.bed_of_device.items() if device != event.device}
            return replace(state, bed_of_device=rest)
        case ev.AccountCreated():
            return _with_person(state, event.account, Person(event.name, event.role))
        case ev.AccountRoleChanged() if person := state.people.get(event.account):
            return _with_person(state, event.account, replace(person, role=event.role))
        case EscalationSet():
            return replace(state, escalation=event.steps)
        case CaseTakenOver():
            return replace(state, elsewhere={**event.people, **state.elsewhere})
        case MachineAdded():
            return replace(state, elsewhere={**state.elsewhere, MACHINE_ACTOR + event.machine_id: event.name})
        case ReadGranted() | ReadGrantEnded():
            return replace(state, grants=grant_state.apply(state.grants, event))
        case RuleModeSet():
            others = state.silent - {event.rule}
            return replace(state, silent=others | {event.rule} if event.mode is RuleMode.SHADOW else others)
        case ev.AccountClosed() if person := state.people.get(event.account):
            return _with_person(state, event.account, replace(person, closed=True))
    return state


def _with_person(state: ClinicState, account: str, person: Person) -> ClinicState:
    return replace(state, people={**state.people, account: person})
