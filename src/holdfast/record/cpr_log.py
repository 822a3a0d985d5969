"""The log of a resuscitation, folded from its events in whatever order they arrive.

A browser that was offline delivers its touches later, perhaps twice, while others logged on the server. So the log is
a set: the same events give the same log in every order and however often they come.
"""

from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record.cpr_events import (
    ANY_CPR_EVENT,
    CprFactRecorded,
    CprStarted,
    CprStep,
    CprStepLogged,
    CprStepWithdrawn,
)


@dataclass(frozen=True, order=True)
class CprEntry:
    """One touch, with who made it."""

    at_us: int
    entry_id: str
    step: CprStep
    what: str
    amount: float | None
    unit: str
    route: str
    note: str
    by: str
    withdrawn: str = ""
    """Why it was taken back; empty: it stands."""


@dataclass(frozen=True)
class CprLog:
    """One resuscitation."""

    cpr_id: str
    started: CprStarted | None = None
    """None while only later touches have arrived."""
    started_by: str = ""
    touches: dict[str, CprEntry] = field(default_factory=dict)
    """By entry id."""
    withdrawn: dict[str, tuple[int, str]] = field(default_factory=dict)
    """When and why, by entry id; kept also for an entry that has not arrived yet."""
    facts: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """When, what, and by whom: the newest word on each."""

    @property
    def entries(self) -> tuple[CprEntry, ...]:
        """Every touch in the order of time, those taken back marked."""
        marked = (
            replace(entry, withdrawn=self.withdrawn[entry.entry_id][1]) if entry.entry_id in self.withdrawn else entry
            for entry in self.touches.values()
        )
        return tuple(sorted(marked, key=lambda entry: (entry.at_us, entry.entry_id)))

    @property
    def standing(self) -> tuple[CprEntry, ...]:
        """Those that were not taken back."""
        return tuple(entry for entry in self.entries if entry.entry_id not in self.withdrawn)

    @property
    def began_us(self) -> int | None:
        """When it began, as far as is known."""
        known = [entry.at_us for entry in self.touches.values()]
        if self.started is not None:
            known.append(self.started.at_us)
        return min(known, default=None)

    def fact(self, key: str) -> str:
        """What was recorded last; empty when nothing was."""
        return self.facts[key][1] if key in self.facts else ""


def apply(logs: dict[str, CprLog], event: ANY_CPR_EVENT, actor: str) -> dict[str, CprLog]:
    """All logs of a case after one more event."""
    log = logs.get(event.cpr_id, CprLog(event.cpr_id))
    return {**logs, event.cpr_id: _after(log, event, actor)}


def _after(log: CprLog, event: ANY_CPR_EVENT, actor: str) -> CprLog:
    match event:
        case CprStarted():
            return _started(log, event, actor)
        case CprStepLogged():
            entry = CprEntry(
                at_us=event.at_us,
                entry_id=event.entry_id,
                step=event.step,
                what=event.what,
                amount=event.amount,
                unit=event.unit,
                route=event.route,
                note=event.note,
                by=actor,
            )
            before = log.touches.get(event.entry_id)
            kept = entry if before is None else min(before, entry, key=_order)
            return replace(log, touches={**log.touches, event.entry_id: kept})
        case CprStepWithdrawn():
            said = (event.at_us, event.reason)
            first = min(log.withdrawn.get(event.entry_id, said), said)
            return replace(log, withdrawn={**log.withdrawn, event.entry_id: first})
        case CprFactRecorded():
            fact = (event.at_us, event.value, actor)
            return replace(log, facts={**log.facts, event.key: max(log.facts.get(event.key, fact), fact)})


def _started(log: CprLog, event: CprStarted, actor: str) -> CprLog:
    """The earliest start holds; two touches in one instant are told apart by what they say, not by which came first."""
    if log.started is not None and _start_order(log.started, log.started_by) <= _start_order(event, actor):
        return log
    return replace(log, started=event, started_by=actor)


def _start_order(event: CprStarted, actor: str) -> tuple[int, str, float, int, str]:
    return event.at_us, actor, event.weight_kg or 0.0, event.weight_at_us or 0, event.location


def _order(entry: CprEntry) -> tuple[int, str]:
    return entry.at_us, repr(entry)
