"""Starting, logging and ending a resuscitation, from any page and also late from a browser that was offline.

Nothing here waits for anything and nothing is refused for its moment: a touch that the course has no use for is kept
all the same. What has no meaning at all (an unknown animal, a number that is none) is refused.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import msgspec

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.time import US_PER_S
from holdfast.record import cpr_events as cpr
from holdfast.record.case_state import CaseState
from holdfast.record.cpr_log import CprLog
from holdfast.record.events import AnyEvent, case_stream
from holdfast.resuscitation.after import AfterLine, after
from holdfast.resuscitation.circulation import Signs, Suggestion, suggested
from holdfast.resuscitation.clock import Clock, clock
from holdfast.resuscitation.course import Phase, course
from holdfast.resuscitation.drugs import DrugRow, Energy, drug_rows, energies
from holdfast.resuscitation.kit import kit
from holdfast.resuscitation.protocol import protocol
from holdfast.resuscitation.utstein import FACTS, Animal, Report, report
from holdfast.usecases.context import Context, clean_text, not_after_now, record, record_checked
from holdfast.usecases.evidence import is_evidence, measurements
from holdfast.usecases.monitor_blocks import trend_with_tail
from holdfast.usecases.ports import Receipt

ETCO2_KEYS = ("etco2", "etco2_wave")
"""The better first: what the monitor says, then what we count from its wave."""
ETCO2_NOW_S, ETCO2_BEFORE_S = 15, 75
"""EtCO2 of now is not older than the first; what was before reaches back to the second (ours)."""


CPR_WISHES = {
    cpr.CprWish.RED: "do not resuscitate",
    cpr.CprWish.YELLOW: "closed chest only",
    cpr.CprWish.GREEN: "closed chest, and open where it helps",
}
"""The colours as emergency clinics use them (petemergencyacademy.com, table of codes, read 2026-11-22)."""


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """One touch as a browser sends it, with the id that it made."""

    entry_id: str
    at_us: int
    step: cpr.CprStep
    what: str = ""
    amount: float | None = None
    unit: str = ""
    route: str = ""
    note: str = ""


@dataclass(frozen=True)
class WeightUsed:
    """The weight that doses are worked out from."""

    kg: float | None
    age_us: int | None
    ask: bool
    """It is missing or old: asked for on the page, never waited for."""


@dataclass(frozen=True)
class CprPage:
    """Everything on the page of a resuscitation at one moment."""

    log: CprLog
    clock: Clock
    drugs: tuple[DrugRow, ...]
    energies: tuple[Energy, ...]
    suggestion: Suggestion | None
    weight: WeightUsed
    after: tuple[AfterLine, ...]
    """Empty until circulation is confirmed."""


def weight_used(ctx: Context, case: CaseState, now_us: int) -> WeightUsed:
    """The weight on record, and whether it must be asked for."""
    if case.weight_kg is None or case.weight_at_us is None:
        return WeightUsed(case.weight_kg, None, True)
    age_us = now_us - case.weight_at_us
    return WeightUsed(case.weight_kg, age_us, age_us > protocol(ctx.knowledge.care).weight_fresh_us)


def offline_kit(ctx: Context, case_id: str) -> dict[str, Any]:
    """What every page of this case carries, so that a resuscitation runs without the server. Plain JSON values."""
    case = ctx.book.case(case_id)
    told = kit(ctx.knowledge.care, case.admitted.species, case.weight_kg)
    return told | {"case_id": case_id, "weight_at_us": case.weight_at_us}


def running(case: CaseState, now_us: int) -> CprLog | None:
    """The newest resuscitation of the case that is not over."""
    going = [
        log
        for log in case.resuscitations.values()
        if (stands := course(log, now_us)) is not None and stands.phase is not Phase.OVER
    ]
    return max(going, key=lambda log: log.began_us or 0, default=None)


def start(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    cpr_id: str = "",
    location: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> str:
    """Begin, and return the id. One that runs is joined, not doubled; a browser that began offline names its own."""
    case = ctx.book.case(case_id)
    location = clean_text(location, "The place")
    own = cpr_id

    def build() -> list[AnyEvent]:
        nonlocal own
        now_us = ctx.clock.now_us()
        case = ctx.book.case(case_id)
        going = None if cpr_id else running(case, now_us)
        if going is not None:
            own = going.cpr_id
            return []
        own = cpr_id or ctx.ids.new_id()
        event = cpr.CprStarted(
            at_us=not_after_now(ctx, at_us),
            cpr_id=own,
            weight_kg=case.weight_kg,
            weight_at_us=case.weight_at_us,
            location=location or case.bed,
        )
        return [event]

    # A start delivered again is the same start, whoever delivers it.
    command_id = command_id or (f"cpr-start:{case_id}:{cpr_id}" if cpr_id else "")
    receipt = record_checked(ctx, actor=actor, stream=case_stream(case.case_id), build=build, command_id=command_id)
    begun = (item.event for item in receipt.recorded)
    return next((event.cpr_id for event in begun if isinstance(event, cpr.CprStarted)), own)


def log_touches(ctx: Context, *, actor: str, case_id: str, cpr_id: str, touches: Sequence[Touch]) -> int:
    """Record touches and return how many of them were new; one that was delivered before is not doubled."""
    ctx.book.case(case_id)
    events = [_logged(ctx, cpr_id, touch) for touch in touches]
    new = 0
    for event in events:
        command_id = f"cpr-touch:{case_id}:{cpr_id}:{event.entry_id}"
        receipt = record(ctx, actor=actor, stream=case_stream(case_id), events=[event], command_id=command_id)
        new += not receipt.duplicate
    return new


def withdraw(ctx: Context, *, actor: str, case_id: str, cpr_id: str, entry_id: str, reason: str) -> None:
    """Take a touch back; it stays readable. The touch itself may still be on its way."""
    ctx.book.case(case_id)
    reason = clean_text(reason, "The reason") or "touched by mistake"
    event = cpr.CprStepWithdrawn(at_us=ctx.clock.now_us(), cpr_id=cpr_id, entry_id=entry_id, reason=reason)
    command_id = f"cpr-withdraw:{case_id}:{cpr_id}:{entry_id}"
    record(ctx, actor=actor, stream=case_stream(case_id), events=[event], command_id=command_id)


def record_fact(
    ctx: Context, *, actor: str, case_id: str, cpr_id: str, key: str, value: str, command_id: str = ""
) -> None:
    """Record something that the report needs and no touch says."""
    ctx.book.case(case_id)
    if key not in FACTS:
        raise OperatorError(f"{key!r} is not part of the report.", f"Choose one of {', '.join(FACTS)}.")
    event = cpr.CprFactRecorded(at_us=ctx.clock.now_us(), cpr_id=cpr_id, key=key, value=clean_text(value, FACTS[key]))
    record(ctx, actor=actor, stream=case_stream(case_id), events=[event], command_id=command_id)


def record_wish(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    wish: cpr.CprWish,
    said_by: str,
    how: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Record what is wanted if the heart stops. It is shown, and holds nobody back."""
    ctx.book.case(case_id)
    if not (said_by := clean_text(said_by, "Who said it")):
        raise OperatorError("It does not say whose wish this is.", "Name the owner, the handler or the agency.")
    event = cpr.CprWishRecorded(
        at_us=not_after_now(ctx, at_us), wish=wish, said_by=said_by, how=clean_text(how, "How it was said")
    )
    return record(ctx, actor=actor, stream=case_stream(case_id), events=[event], command_id=command_id)


def page(ctx: Context, case_id: str, cpr_id: str, now_us: int, signs: Signs | None = None) -> CprPage:
    """The page at ``now_us``. Without ``signs`` only the EtCO2 on record is looked at. Raises ``NotFoundError``."""
    case, log = _find(ctx, case_id, cpr_id)
    care = ctx.knowledge.care
    numbers = protocol(care)
    weight = weight_used(ctx, case, now_us)
    species = case.admitted.species
    drugs = drug_rows(log, care, species, weight.kg, now_us)
    told = clock(log, numbers, drugs, now_us)
    if told is None:
        raise NotFoundError("This resuscitation had not begun at that moment.", "Choose a later one.")
    if signs is None:
        signs = etco2_signs(ctx, case, now_us)
    lines: tuple[AfterLine, ...] = ()
    if told.phase is Phase.CIRCULATION:
        lines = after(care, {one.key: one.value for one in measurements(ctx, case, now_us)})
    return CprPage(
        log=log,
        clock=told,
        drugs=drugs,
        energies=energies(log, care, species, weight.kg, now_us),
        suggestion=suggested(told.phase, signs, numbers),
        weight=weight,
        after=lines,
    )


def written_report(ctx: Context, case_id: str, cpr_id: str, now_us: int) -> Report:
    """The record in the veterinary Utstein order. Raises ``NotFoundError``."""
    case, log = _find(ctx, case_id, cpr_id)
    months = case.admitted.age_months
    animal = Animal(
        name=case.name,
        species=case.admitted.species,
        breed=case.corrected("breed") or case.admitted.breed,
        sex=case.admitted.sex,
        age=f"{months} months at admission" if months is not None else "",
        weight_kg=case.weight_kg,
    )
    made = report(log, animal, protocol(ctx.knowledge.care), now_us)
    if made is None:
        raise NotFoundError("This resuscitation had not begun at that moment.", "Choose a later one.")
    return made


def etco2_signs(ctx: Context, case: CaseState, now_us: int) -> Signs:
    """EtCO2 of now and of the minute before, from what is on record. Pulses are not looked for here: the numbers of
    a monitor reach back into the compressions."""
    from_us = now_us - ETCO2_BEFORE_S * US_PER_S
    points = trend_with_tail(ctx.store, case.case_id, from_us=from_us, to_us=now_us + 1, keys=ETCO2_KEYS)
    fit = [point for point in points if is_evidence(case, point.origin)]
    for key in ETCO2_KEYS:
        own = [point for point in fit if point.key == key]
        fresh = [point.last for point in own if now_us - point.at_us <= ETCO2_NOW_S * US_PER_S]
        before = [point.last for point in own if now_us - point.at_us > ETCO2_NOW_S * US_PER_S]
        if fresh:
            return Signs(etco2_mmhg=fresh[-1], etco2_before_mmhg=median(before) if before else None)
    return Signs()


def _find(ctx: Context, case_id: str, cpr_id: str) -> tuple[CaseState, CprLog]:
    case = ctx.book.case(case_id)
    log = case.resuscitations.get(cpr_id)
    if log is None:
        raise NotFoundError(f"{case.name} has no resuscitation {cpr_id!r}.", "Start one from any page.")
    return case, log


def _logged(ctx: Context, cpr_id: str, touch: Touch) -> cpr.CprStepLogged:
    if not touch.entry_id or not cpr_id:
        raise OperatorError("A touch came without its id.", "Send it again from the page that it was made on.")
    if touch.amount is not None and not math.isfinite(touch.amount):
        raise OperatorError(f"{touch.amount} is not an amount.", "Enter a number, or leave it empty.")
    return cpr.CprStepLogged(
        at_us=not_after_now(ctx, touch.at_us),
        cpr_id=cpr_id,
        entry_id=touch.entry_id,
        step=touch.step,
        what=clean_text(touch.what, "What was done"),
        amount=touch.amount,
        unit=clean_text(touch.unit, "The unit"),
        route=clean_text(touch.route, "The route"),
        note=clean_text(touch.note, "The note"),
    )
