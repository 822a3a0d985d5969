"""The state of a case, folded from its events.

``fold`` over the events known by some moment gives the case *as of* that moment. Nothing is
forgotten on the way: a retracted finding stays in ``findings`` with its retraction, an earlier
working diagnosis stays in ``diagnoses``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.kernel.limits import CONDITIONS_KEPT
from holdfast.record import (
    alarm_state,
    call_state,
    consult_state,
    cpr_log,
    end_of_life_state,
    exam_state,
    home_state,
    hook_state,
    retention_state,
    service_state,
    shadow_state,
    surgery_state,
    treatment_state,
)
from holdfast.record import events as ev
from holdfast.record.alarm_events import ANY_ALARM_EVENT, AlarmAcknowledged
from holdfast.record.alarm_state import AlarmState
from holdfast.record.call_events import ANY_CALL_EVENT
from holdfast.record.call_state import Calls
from holdfast.record.case_entries import (
    ConditionEntry,
    DiagnosisEntry,
    FindingEntry,
    LookEntry,
    OrderEntry,
    TestEntry,
    TouchEntry,
    TreatmentEntry,
)
from holdfast.record.consult_events import ANY_CONSULT_EVENT
from holdfast.record.consult_state import ConsultState
from holdfast.record.cpr_events import ANY_CPR_EVENT, CprWishRecorded
from holdfast.record.cpr_log import CprLog
from holdfast.record.end_of_life_events import ANY_END_OF_LIFE_EVENT, EndOfLifePerformed
from holdfast.record.exam_events import ANY_EXAM_EVENT, TouchWithdrawn
from holdfast.record.exam_state import ExamState
from holdfast.record.home_events import ANY_HOME_EVENT
from holdfast.record.home_state import HomeState
from holdfast.record.hook_events import ANY_HOOK_EVENT
from holdfast.record.hook_state import HookState
from holdfast.record.inquiry_events import ANY_INQUIRY_EVENT
from holdfast.record.retention_events import ANY_RETENTION_EVENT
from holdfast.record.retention_state import Retention
from holdfast.record.score_events import ScoreItemAnswered
from holdfast.record.service_state import Inquiry
from holdfast.record.shadow_events import ANY_SHADOW_EVENT
from holdfast.record.shadow_state import ShadowEntry
from holdfast.record.surgery_events import ANY_SURGERY_EVENT
from holdfast.record.surgery_state import Surgery
from holdfast.record.treatment_events import ANY_TREATMENT_EVENT
from holdfast.record.treatment_state import TreatmentPlan


@dataclass(frozen=True)
class CaseState:
    """Everything about a case that is not monitor data."""

    case_id: str
    admitted: ev.PatientAdmitted
    version: int = 0
    """Version of the stream that this state reflects; a form sends it back so a change in between can be told."""
    weight_kg: float | None = None
    weight_at_us: int | None = None
    bed: str = ""
    closed: str = ""
    closed_at_us: int | None = None
    corrections: tuple[ev.PatientCorrected, ...] = ()
    findings: tuple[FindingEntry, ...] = ()
    touches: tuple[TouchEntry, ...] = ()
    treatments: tuple[TreatmentEntry, ...] = ()
    diagnoses: tuple[DiagnosisEntry, ...] = ()
    tests: tuple[TestEntry, ...] = ()
    notes: tuple[tuple[int, str, str], ...] = ()
    """(at_us, actor, text)."""
    conditions: tuple[ConditionEntry, ...] = ()
    """All that last, and the last ``CONDITIONS_KEPT`` that ended, in the order they began."""
    alarms: AlarmState = field(default_factory=AlarmState)
    orders: tuple[OrderEntry, ...] = ()
    score_answers: tuple[tuple[ScoreItemAnswered, str], ...] = ()
    """Each with the account that gave it."""
    resuscitations: dict[str, CprLog] = field(default_factory=dict)
    """By their id."""
    plan: TreatmentPlan = field(default_factory=TreatmentPlan)
    """What was ordered to be given or done, and what became of it."""
    cpr_wish: tuple[CprWishRecorded, str] | None = None
    """The newest word of the owner on resuscitation, with the account that took it down."""
    looks: dict[str, LookEntry] = field(default_factory=dict)
    """By their id, oldest first."""
    calls: Calls = field(default_factory=Calls)
    home: HomeState = field(default_factory=HomeState)
    surgeries: dict[str, Surgery] = field(default_factory=dict)
    exam: ExamState = field(default_factory=ExamState)
    consults: ConsultState = field(default_factory=ConsultState)
    inquiry: Inquiry = field(default_factory=Inquiry)
    hooks: HookState = field(default_factory=HookState)
    shadow: tuple[ShadowEntry, ...] = ()
    """What silent rules would have said, oldest first."""
    retention: Retention = field(default_factory=Retention)

    @property
    def name(self) -> str:
        return self.corrected("name") or self.admitted.name

    @property
    def microchip(self) -> str:
        return self.corrected("microchip") or self.admitted.microchip

    @property
    def training(self) -> bool:
        return self.admitted.training

    @property
    def working(self) -> DiagnosisEntry | None:
        """The diagnosis the team is acting on now."""
        return self.diagnoses[-1] if self.diagnoses else None

    @property
    def standing_touches(self) -> tuple[TouchEntry, ...]:
        return tuple(touch for touch in self.touches if not touch.withdrawn)

    @property
    def standing_findings(self) -> tuple[FindingEntry, ...]:
        """The latest entry of each finding and place that was not taken back, by when it was seen: what a browser
        without a connection delivers late does not overrule what was seen after it."""
        latest: dict[tuple[str, str], FindingEntry] = {}
        for entry in sorted(self.findings, key=lambda e: e.at_us):
            if not entry.retracted:
                latest[entry.key, entry.region] = entry
        return tuple(sorted(latest.values(), key=lambda e: e.at_us))

    @property
    def open_order(self) -> OrderEntry | None:
        """The newest end-of-life order that still waits for a decision to proceed or hold.

        The first such decision ends it: a call that crossed with a hold does not open it again.
        """
        for order in reversed(self.orders):
            undecided = all(decided.decision is ev.Decision.CALL_COLLEAGUE for decided, _ in order.decisions)
            if undecided and order.log.last(EndOfLifePerformed) is None:
                return order
        return None

    def corrected(self, field_name: str) -> str:
        """The last correction of a field of the admission, or empty."""
        for correction in reversed(self.corrections):
            if correction.field == field_name:
                return correction.value
        return ""


def fold(case_id: str, recorded: Iterable[ev.Recorded], state: CaseState | None = None) -> CaseState | None:
    """The state after these events, starting from ``state`` (None: before admission)."""
    for item in recorded:
        state = apply(case_id, state, item)
    return state


def apply(case_id: str, state: CaseState | None, item: ev.Recorded) -> CaseState | None:
    """The state after one more event."""
    event = item.event
    if isinstance(event, ev.PatientAdmitted):
        weight_at_us = event.at_us if event.weight_kg is not None else None
        return CaseState(
            case_id=case_id,
            admitted=event,
            version=item.version,
            weight_kg=event.weight_kg,
            weight_at_us=weight_at_us,
        )
    if state is None:
        return None
    return replace(_after(state, event, item), version=item.version)


def _after(state: CaseState, event: ev.AnyEvent, item: ev.Recorded) -> CaseState:
    if isinstance(event, ANY_ALARM_EVENT):
        calls = state.calls
        if isinstance(event, AlarmAcknowledged) and (known := state.alarms.by_id(event.alarm_id)):
            calls = call_state.acknowledged(calls, event.alarm_id, known.alarm, item.actor, event.at_us)
        return replace(state, alarms=alarm_state.apply(state.alarms, event, item.actor), calls=calls)
    if isinstance(event, ANY_CPR_EVENT):
        return replace(state, resuscitations=cpr_log.apply(state.resuscitations, event, item.actor))
    if isinstance(event, ANY_CALL_EVENT):
        return replace(state, calls=call_state.apply(state.calls, event, item.actor))
    if isinstance(event, ANY_HOME_EVENT):
        return replace(state, home=home_state.apply(state.home, event, item.actor))
    if isinstance(event, ANY_SURGERY_EVENT):
        return replace(state, surgeries=surgery_state.apply(state.surgeries, event, item.actor))
    if isinstance(event, ANY_TREATMENT_EVENT):
        return replace(state, plan=treatment_state.apply(state.plan, event, item.actor))
    if isinstance(event, ANY_END_OF_LIFE_EVENT):
        step, by = event, item.actor
        return _with_order(state, step.order_id, lambda o: replace(o, log=end_of_life_state.apply(o.log, step, by)))
    if isinstance(event, ANY_CONSULT_EVENT):
        return replace(state, consults=consult_state.apply(state.consults, event, item.actor))
    if isinstance(event, ANY_HOOK_EVENT):
        return replace(state, hooks=hook_state.apply(state.hooks, event, item.actor, state.version, item.version))
    if isinstance(event, ANY_EXAM_EVENT):
        return _after_examination(state, event, item.actor)
    if isinstance(event, ANY_INQUIRY_EVENT):
        return replace(state, inquiry=service_state.apply_inquiry(state.inquiry, event, item.actor))
    if isinstance(event, ANY_RETENTION_EVENT):
        return replace(state, retention=retention_state.apply(state.retention, event))
    if isinstance(event, ANY_SHADOW_EVENT):
        return replace(state, shadow=shadow_state.apply(state.shadow, event, item.actor))
    match event:
        case ev.FindingRecorded() | ev.FindingRetracted() | ev.TouchRecorded() | ev.TreatmentGiven():
            return _after_bedside_entry(state, event, item)
        case ev.EndOfLifeOrdered() | ev.ComfortAnswered() | ev.SecondLookShown() | ev.EndOfLifeDecided():
            return _after_end_of_life(state, event, item)
        case ev.MonitorConditionBegan() | ev.MonitorConditionEnded():
            return _after_monitor(state, event)
        case CprWishRecorded():
            newer = state.cpr_wish is None or event.at_us >= state.cpr_wish[0].at_us
            return replace(state, cpr_wish=(event, item.actor)) if newer else state
        case ScoreItemAnswered():
            return replace(state, score_answers=(*state.score_answers, (event, item.actor)))
        case ev.WorkingDiagnosisSet():
            entry = DiagnosisEntry(event.disease, event.text, event.supported_by, event.at_us, item.actor)
            return replace(state, diagnoses=(*state.diagnoses, entry))
        case ev.TestOrdered():
            test = TestEntry(event.test, event.note, event.at_us, item.actor)
            return replace(state, tests=(*state.tests, test))
        case ev.NoteWritten():
            return replace(state, notes=(*state.notes, (event.at_us, item.actor, event.text)))
        case ev.PatientCorrected():
            return replace(state, corrections=(*state.corrections, event))
        case ev.WeightMeasured():
            if state.weight_at_us is not None and event.at_us < state.weight_at_us:
                return state  # delivered late: the dog was weighed again since
            return replace(state, weight_kg=event.weight_kg, weight_at_us=event.at_us)
        case ev.BedAssigned():
            return replace(state, bed=event.bed)
        case ev.CaseClosed():
            return replace(state, closed=event.outcome, closed_at_us=event.at_us, bed="")
    return state


def _after_examination(state: CaseState, event: ANY_EXAM_EVENT, actor: str) -> CaseState:
    exam = exam_state.apply(state.exam, event, actor)
    if not isinstance(event, TouchWithdrawn):
        return replace(state, exam=exam)
    touches = (replace(one, withdrawn=event.reason) if one.touch_id == event.touch_id else one for one in state.touches)
    return replace(state, exam=exam, touches=tuple(touches))


def _after_bedside_entry(
    state: CaseState,
    event: ev.FindingRecorded | ev.FindingRetracted | ev.TouchRecorded | ev.TreatmentGiven,
    item: ev.Recorded,
) -> CaseState:
    match event:
        case ev.FindingRecorded():
            entry = FindingEntry(
                finding_id=event.finding_id,
                key=event.key,
                presence=event.presence,
                stage=event.stage,
                value=event.value,
                unit=event.unit,
                region=event.region,
                note=event.note,
                at_us=event.at_us,
                recorded_us=item.recorded_us,
                actor=item.actor,
            )
            return replace(state, findings=(*state.findings, entry))
        case ev.FindingRetracted():
            findings = tuple(
                replace(entry, retracted=event.reason) if entry.finding_id == event.finding_id else entry
                for entry in state.findings
            )
            return replace(state, findings=findings)
        case ev.TouchRecorded():
            touch = TouchEntry(
                event.touch_id,
                event.side,
                event.region,
                event.strength,
                event.response,
                event.note,
                event.at_us,
                item.actor,
            )
            return replace(state, touches=(*state.touches, touch))
        case ev.TreatmentGiven():
            treatment = TreatmentEntry(
                event.treatment_id,
                event.category,
                event.what,
                event.amount,
                event.note,
                event.at_us,
                item.actor,
            )
            return replace(state, treatments=(*state.treatments, treatment))


def _after_monitor(state: CaseState, event: ev.MonitorConditionBegan | ev.MonitorConditionEnded) -> CaseState:
    match event:
        case ev.MonitorConditionBegan():
            entry = ConditionEntry(event.condition, event.text, event.signal, event.origin, event.at_us)
            return replace(state, conditions=(*state.conditions, entry))
        case ev.MonitorConditionEnded():
            conditions = tuple(
                replace(entry, ended_us=event.at_us)
                if entry.ended_us is None and (entry.condition, entry.signal) == (event.condition, event.signal)
                else entry
                for entry in state.conditions
            )
            return replace(state, conditions=_kept(conditions))


def _kept(conditions: tuple[ConditionEntry, ...]) -> tuple[ConditionEntry, ...]:
    """Without the oldest of the ended ones beyond ``CONDITIONS_KEPT``."""
    ended = [number for number, entry in enumerate(conditions) if entry.ended_us is not None]
    surplus = set(ended[: max(0, len(ended) - CONDITIONS_KEPT)])
    return tuple(entry for number, entry in enumerate(conditions) if number not in surplus)


def _after_end_of_life(
    state: CaseState,
    event: ev.EndOfLifeOrdered | ev.ComfortAnswered | ev.SecondLookShown | ev.EndOfLifeDecided,
    item: ev.Recorded,
) -> CaseState:
    match event:
        case ev.EndOfLifeOrdered():
            order = OrderEntry(
                event.order_id,
                event.indication,
                event.consent_by,
                event.consent_how,
                event.witness,
                event.at_us,
                item.actor,
            )
            return replace(state, orders=(*state.orders, order))
        case ev.ComfortAnswered():
            return _with_order(state, event.order_id, lambda o: replace(o, comfort=event))
        case ev.SecondLookShown():
            entry = LookEntry(event.at_us, item.version, event.order_id, item.actor)
            state = replace(state, looks={**state.looks, event.look_id: entry})
            return _with_order(state, event.order_id, lambda o: replace(o, look_ids=(*o.look_ids, event.look_id)))
        case ev.EndOfLifeDecided():
            made = (event, item.actor)
            return _with_order(state, event.order_id, lambda o: replace(o, decisions=(*o.decisions, made)))


def _with_order(state: CaseState, order_id: str, change: Callable[[OrderEntry], OrderEntry]) -> CaseState:
    orders = tuple(change(order) if order.order_id == order_id else order for order in state.orders)
    return replace(state, orders=orders)
