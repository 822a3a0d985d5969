"""What a case and other systems know of each other, folded from its events."""

from dataclasses import dataclass, field, replace

from holdfast.kernel.limits import HOOK_CALLS_KEPT
from holdfast.record import hook_events as he


@dataclass(frozen=True)
class IdentifierEntry:
    """A number of the dog in another system."""

    identifier_id: str
    system: str
    value: str
    note: str
    at_us: int
    actor: str
    withdrawn: str = ""


@dataclass(frozen=True)
class ToldEntry:
    """One call that was answered, with what came back about its cards."""

    told: he.HookTold
    feedback: tuple[he.HookFeedbackGiven, ...] = ()


@dataclass(frozen=True)
class AskedEntry:
    """One system that our order was put before."""

    asked: he.HookAsked
    said: he.HookSaid | None = None
    """None: no answer yet."""


@dataclass(frozen=True)
class HookState:
    """Everything, oldest first; of calls the last ``HOOK_CALLS_KEPT``."""

    identifiers: tuple[IdentifierEntry, ...] = ()
    told: dict[str, ToldEntry] = field(default_factory=dict)
    """By the id of the call."""
    asked: dict[str, AskedEntry] = field(default_factory=dict)
    """By order and peer, as ``<order> <peer>``."""
    last_version: int = 0
    """Version of the case at the last event of this subject."""
    before_version: int = 0
    """Version of the case at the last event of any other subject before it."""

    @property
    def standing_identifiers(self) -> tuple[IdentifierEntry, ...]:
        return tuple(one for one in self.identifiers if not one.withdrawn)

    def of_order(self, order_id: str) -> list[AskedEntry]:
        """Who was asked about this order."""
        return [entry for entry in self.asked.values() if entry.asked.order_id == order_id]

    def version_without(self, version: int) -> int:
        """The version of the case that its other subjects are at: being asked changes nothing about a dog."""
        return self.before_version if version == self.last_version else version


def apply(state: HookState, event: he.ANY_HOOK_EVENT, actor: str, before: int, version: int) -> HookState:
    """The state after one more event; ``before``: version of the case until now, ``version``: from now on."""
    other = state.before_version if before == state.last_version else before
    state = replace(state, before_version=other, last_version=version)
    match event:
        case he.ExternalIdentifierRecorded():
            entry = IdentifierEntry(event.identifier_id, event.system, event.value, event.note, event.at_us, actor)
            return replace(state, identifiers=(*state.identifiers, entry))
        case he.ExternalIdentifierWithdrawn():
            identifiers = tuple(
                replace(one, withdrawn=event.reason) if one.identifier_id == event.identifier_id else one
                for one in state.identifiers
            )
            return replace(state, identifiers=identifiers)
        case he.HookTold():
            told = {**state.told, event.call_id: ToldEntry(event)}
            surplus = len(told) - HOOK_CALLS_KEPT
            return replace(state, told=dict(list(told.items())[max(0, surplus) :]))
        case he.HookFeedbackGiven():
            known = state.told.get(event.call_id)
            if known is None:
                return state
            known = replace(known, feedback=(*known.feedback, event))
            return replace(state, told={**state.told, event.call_id: known})
        case he.HookAsked():
            key = f"{event.order_id} {event.peer}"
            return replace(state, asked={**state.asked, key: AskedEntry(event)})
        case he.HookSaid():
            key = f"{event.order_id} {event.peer}"
            asked = state.asked.get(key)
            if asked is None:
                return state
            return replace(state, asked={**state.asked, key: replace(asked, said=event)})
