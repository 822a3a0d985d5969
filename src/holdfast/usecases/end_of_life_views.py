"""An end-of-life order as its page shows it. Plain values only, so that it can go out as JSON."""

import msgspec

from holdfast.hold.order import ENDS, OrderState, state_of
from holdfast.hold.steps import Standing, steps
from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.end_of_life import load
from holdfast.knowledge.tray_watch import watch_rule
from holdfast.record import end_of_life_events as eol
from holdfast.record.case_entries import OrderEntry
from holdfast.record.case_state import CaseState
from holdfast.usecases.context import Context
from holdfast.usecases.death import judged
from holdfast.usecases.end_of_life import open_aftercare
from holdfast.usecases.live_views import BedView
from holdfast.usecases.tray_watch import readings

CHANGES_MOST = 4
"""So many changes stand large on the page, the newest first; the rest is in the timeline."""


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """One step before the act."""

    step: str
    name: str
    standing: str
    """done, passed or missing."""
    text: str


class ChangeShown(msgspec.Struct, frozen=True, kw_only=True):
    """One change with what it is and what it is not."""

    change: str
    title: str
    text: str
    at_us: int
    is_: str = msgspec.field(name="is")
    is_not: str
    grade: str


class DeathView(msgspec.Struct, frozen=True, kw_only=True):
    """How far the checks go."""

    met: bool
    text: str
    next_us: int | None
    confirmed: bool


class EndOfLifeView(msgspec.Struct, frozen=True, kw_only=True):
    """One order at one moment."""

    order_id: str
    state: str
    over: bool
    version: int
    """Of the case: it changes with everything that is recorded."""
    steps: tuple[StepLine, ...]
    missing: tuple[str, ...]
    """Names of the steps that are missing; each passed with the one reason of going on."""
    watching_since_us: int | None
    changes: tuple[ChangeShown, ...]
    """Newest first, since the tray was ready; after the act only those that came after it."""
    earlier_changes: int
    given: tuple[str, ...]
    """What was given in the last minutes: a change may be its effect."""
    heart: str
    """What the monitor shows of the heart now, in words."""
    beating: bool | None
    """None: the monitor cannot say."""
    blind: str
    """Why nothing can be watched; empty while a monitor speaks."""
    performed_us: int | None
    death: DeathView | None
    aftercare_open: tuple[str, ...]


def end_of_life_view(
    ctx: Context, case: CaseState, order: OrderEntry, bed: BedView | None, now_us: int
) -> EndOfLifeView:
    """The order with what the bed shows now; ``bed`` None: the animal lies on none."""
    state = state_of(order)
    ready, performed = order.log.last(eol.TrayReady), order.log.last(eol.EndOfLifePerformed)
    lines = tuple(
        StepLine(step=one.step, name=one.name, standing=one.standing, text=_step_text(ctx, order, one.step, one.reason))
        for one in steps(order)
    )
    since_us = performed.at_us if performed else 0
    changes = [_shown(one) for one, _ in reversed(order.log.every(eol.LastMinuteChange)) if one.at_us >= since_us]
    found = judged(order, now_us)
    beating, heart = _heart(bed)
    return EndOfLifeView(
        order_id=order.order_id,
        state=state,
        over=state in ENDS,
        version=case.version,
        steps=lines,
        missing=tuple(one.name for one in lines if one.standing == Standing.MISSING),
        watching_since_us=ready.at_us if ready and state is OrderState.READY else None,
        changes=tuple(changes[:CHANGES_MOST]),
        earlier_changes=max(0, len(changes) - CHANGES_MOST),
        given=_given(case, now_us),
        heart=heart,
        beating=beating,
        blind=_blind(bed),
        performed_us=performed.at_us if performed else None,
        death=DeathView(
            met=found.met,
            text=found.text,
            next_us=found.next_us,
            confirmed=state in (OrderState.CONFIRMED, OrderState.FINISHED),
        )
        if found
        else None,
        aftercare_open=open_aftercare(order),
    )


def _shown(change: eol.LastMinuteChange) -> ChangeShown:
    words = load().change(change.change)
    return ChangeShown(
        change=change.change,
        title=words.title if words else change.change,
        text=change.text,
        at_us=change.at_us,
        is_=words.is_ if words else "",
        is_not=words.is_not if words else "",
        grade=words.grade if words else "estimate",
    )


def _given(case: CaseState, now_us: int) -> tuple[str, ...]:
    back_us = watch_rule().drugs_back_min * US_PER_MIN
    recent = [one for one in case.treatments if 0 <= now_us - one.at_us <= back_us]
    return tuple(f"{one.what} {one.amount}".strip() for one in recent)


def _heart(bed: BedView | None) -> tuple[bool | None, str]:
    if bed is None or bed.silent:
        return None, "The monitor cannot say: listen to the chest."
    arrest = next((one for one in bed.conditions if one.condition in ("asystole", "no_beats_seen_yet")), None)
    if arrest is not None:
        return False, f"{arrest.text}. Listen to the chest."
    reading = readings(bed).get("heart")
    if reading is None:
        return None, "The monitor shows no heart rate that can be believed: listen to the chest."
    return True, f"The monitor shows a heartbeat: {reading.label.lower()} {reading.value:.0f} {reading.unit}"


def _blind(bed: BedView | None) -> str:
    if bed is None:
        return "No monitor watches this dog: it lies on no bed. Look at the dog."
    return "The monitor is silent: nothing is watched. Look at the dog." if bed.silent else ""


def _step_text(ctx: Context, order: OrderEntry, step: str, reason: str) -> str:
    """What is on record about a step, in a few words."""
    if reason:
        return next((one.text for one in load().pass_reasons if one.key == reason), reason)
    match step:
        case "identity":
            seen = order.log.last(eol.AnimalIdentified)
            how = next((one.text for one in load().identity if seen and one.key == seen.how), "")
            return " ".join(part for part in (how, seen.read if seen else "", seen.note if seen else "") if part)
        case "consent":
            return _consent_text(order)
        case "quality_of_life":
            total = order.log.last(eol.QualityOfLifeRecorded)
            return f"{total.tool}: {total.total:g}" if total else ""
        case "comfort":
            if order.comfort is None:
                return ""
            told = f"pain relief {order.comfort.analgesia}, sedation {order.comfort.sedation}"
            return told.replace("_", " ")
        case "decision":
            made = next((d for d, _ in reversed(order.decisions)), None)
            known = ctx.knowledge.reasons.get(made.reason) if made else None
            return known.text if known else ""
    return ""


def _consent_text(order: OrderEntry) -> str:
    said = order.log.last(eol.EndOfLifeConsentRecorded)
    if said is None:
        by, how, heard = order.consent_by, order.consent_how, order.witness
    else:
        by, how, heard = f"{said.by} ({said.relation})", said.how, said.confirmed_by or said.witness
    words = next((one.text for one in load().consent_how if one.key == how), how)
    return ", ".join(part for part in (by, words, f"also heard by {heard}" if heard else "") if part)
