"""What a person does about alarms: acknowledge, pause the sound, switch off with a reason, set limits.

What is answered is on disk. Raising and clearing is not here: that is ``live`` with ``monitoring.alarms``.
"""

import math
from collections.abc import Callable, Container

from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.alarm_rules import PRIORITIES, LimitRow
from holdfast.knowledge.grades import Grade
from holdfast.monitoring.limits import Animal, Limits, limits_for
from holdfast.record import alarm_events as al
from holdfast.record import events as ev
from holdfast.record.alarm_state import AlarmStatus
from holdfast.record.case_state import CaseState
from holdfast.usecases.alarm_views import LimitView, label
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.evidence import MONTHS_PER_YEAR, signalment
from holdfast.usecases.ports import Receipt

ESCALATION_STEPS_MAX = 12
ESCALATION_AFTER_MAX_S = 3600.0
WHOM_MAX = 60


def acknowledge(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    alarm_id: str,
    shown: Container[str] = (),
    command_id: str = "",
) -> Receipt:
    """Take notice of one alarm. Its sound ends, it stays visible while its cause lasts; a latched one goes.

    ``shown``: ids of the alarms on the screen. One of them may not be on the record yet, while the disk refuses.
    """

    def build(case: CaseState) -> al.ANY_ALARM_EVENT:
        entry = case.alarms.by_id(alarm_id)
        if entry is None and alarm_id in shown:
            remedy = "It sounds on and cannot be acknowledged before: make room on the disk, then press again."
            raise WorldError("That alarm is not yet on disk.", remedy)
        if entry is None:
            raise OperatorError("That alarm does not stand any more.", "The log of alarms says what became of it.")
        if entry.status is AlarmStatus.ACKNOWLEDGED:
            who = ctx.book.clinic.name_of(entry.acknowledged_by)
            raise OperatorError(f"{who} has acknowledged that alarm already.", "Nothing was changed.")
        return al.AlarmAcknowledged(at_us=ctx.clock.now_us(), alarm_id=alarm_id)

    return _on_case(ctx, actor, case_id, build, command_id)


def say_over(
    ctx: Context, *, actor: str, case_id: str, alarm_id: str, unseen: Container[str], command_id: str = ""
) -> Receipt:
    """Say that an acknowledged arrest is over of which no signal can tell any more (``unseen``: ids of those)."""

    def build(case: CaseState) -> al.ANY_ALARM_EVENT:
        entry = case.alarms.by_id(alarm_id)
        if entry is None or entry.status is AlarmStatus.LATCHED:
            raise OperatorError("That alarm does not stand any more.", "The log of alarms says what became of it.")
        if entry.status is AlarmStatus.ACTIVE:
            raise OperatorError("Nobody has acknowledged that alarm.", "Acknowledge it first.")
        if alarm_id not in unseen:
            remedy = "It ends by itself when beats or a pulse are seen."
            raise OperatorError("The signals still tell of that alarm, so nobody has to say it.", remedy)
        return al.AlarmCleared(at_us=ctx.clock.now_us(), alarm_id=alarm_id, why="said_over", latches=False)

    return _on_case(ctx, actor, case_id, build, command_id)


def pause(ctx: Context, *, actor: str, case_id: str, minutes: int, command_id: str = "") -> Receipt:
    """Pause the sound of the alarms that stand now. It always ends by itself, and a new alarm sounds."""
    choices = ctx.knowledge.alarms.pause_minutes
    if minutes not in choices:
        listed = ", ".join(str(choice) for choice in choices)
        raise OperatorError(f"The sound cannot be paused for {minutes} minutes.", f"Choose one of: {listed}.")

    def build(_: CaseState) -> al.ANY_ALARM_EVENT:
        now_us = ctx.clock.now_us()
        return al.AlarmsPaused(at_us=now_us, until_us=now_us + minutes * US_PER_MIN)

    return _on_case(ctx, actor, case_id, build, command_id)


def resume(ctx: Context, *, actor: str, case_id: str, command_id: str = "") -> Receipt:
    """End a pause before its time."""

    def build(case: CaseState) -> al.ANY_ALARM_EVENT:
        now_us = ctx.clock.now_us()
        if case.alarms.paused_at(now_us) is None:
            raise OperatorError("The sound is not paused.", "Nothing was changed.")
        return al.AlarmsResumed(at_us=now_us)

    return _on_case(ctx, actor, case_id, build, command_id)


def switch_off(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    kind: str,
    reason: str,
    minutes: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Raise one kind of alarm no more on this case, for so many minutes or (None) until it is switched on.

    Kinds with a longest time (arrests, a silent monitor) need an end within it.
    """
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Switching an alarm off needs a reason.", "Say in a few words why.")
    name, longest = _kind(ctx, kind)
    if minutes is not None and minutes < 1:
        raise OperatorError(f"{minutes} minutes is no time.", "Give whole minutes, 1 or more.")
    if longest is not None and (minutes is None or minutes > longest):
        raise OperatorError(
            f"'{name}' can be switched off for {longest} minutes at most.", "Give a time; it can be given again."
        )

    def build(_: CaseState) -> al.ANY_ALARM_EVENT:
        now_us = ctx.clock.now_us()
        until_us = None if minutes is None else now_us + minutes * US_PER_MIN
        return al.AlarmSwitchedOff(at_us=now_us, alarm=kind, reason=reason, until_us=until_us)

    return _on_case(ctx, actor, case_id, build, command_id)


def switch_on(ctx: Context, *, actor: str, case_id: str, kind: str, command_id: str = "") -> Receipt:
    """Raise a kind of alarm again."""

    def build(case: CaseState) -> al.ANY_ALARM_EVENT:
        now_us = ctx.clock.now_us()
        if not any(off.alarm == kind for off in case.alarms.off_at(now_us)):
            raise OperatorError(f"'{label(ctx.knowledge.alarms, kind)}' is not switched off.", "Nothing was changed.")
        return al.AlarmSwitchedOn(at_us=now_us, alarm=kind)

    return _on_case(ctx, actor, case_id, build, command_id)


def set_limit(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    key: str,
    low: float | None,
    high: float | None,
    why: str,
    command_id: str = "",
) -> Receipt:
    """Set the limits of one number for this animal; None: no limit on that side."""
    rule = ctx.knowledge.alarms.limits.get(key)
    if rule is None:
        known = ", ".join(ctx.knowledge.alarms.limits)
        raise OperatorError(f"There are no limits for {key!r}.", f"Choose one of: {known}.")
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Another limit needs a reason.", "Say in a few words why this animal has it.")
    lowest, highest = rule.bounds
    for value in (low, high):
        if value is not None and not (math.isfinite(value) and lowest <= value <= highest):
            remedy = f"Enter {rule.unit} between {lowest:g} and {highest:g}, or leave it empty for no limit."
            raise OperatorError(f"A limit of {value:g} for {rule.label} cannot be right.", remedy)
    if low is not None and high is not None and low + 2 * rule.hysteresis >= high:
        raise OperatorError(
            f"Between {low:g} and {high:g} there is no room for {rule.label}.", "The low limit lies below the high one."
        )
    unit = rule.unit

    def build(_: CaseState) -> al.ANY_ALARM_EVENT:
        return al.AlarmLimitSet(at_us=ctx.clock.now_us(), key=key, low=low, high=high, unit=unit, why=why)

    return _on_case(ctx, actor, case_id, build, command_id)


def set_escalation(
    ctx: Context, *, actor: str, steps: tuple[al.EscalationStep, ...], why: str, command_id: str = ""
) -> Receipt:
    """Say for the whole clinic who is called when nobody acknowledges; no steps: as Holdfast comes."""
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Another ladder needs a reason.", "Say in a few words why.")
    if len(steps) > ESCALATION_STEPS_MAX:
        raise OperatorError(f"{len(steps)} steps are too many.", f"Use at most {ESCALATION_STEPS_MAX}.")
    for step in steps:
        if step.priority not in PRIORITIES:
            raise OperatorError(f"{step.priority!r} is no priority.", f"Choose one of: {', '.join(PRIORITIES)}.")
        if not 0 < step.after_s <= ESCALATION_AFTER_MAX_S:
            raise OperatorError(
                f"After {step.after_s:g} s cannot be right.", f"Use up to {ESCALATION_AFTER_MAX_S:g} s."
            )
        if not step.whom.strip() or len(step.whom) > WHOM_MAX:
            raise OperatorError("A step calls nobody.", f"Name a role or a person in at most {WHOM_MAX} characters.")
    if steps and PRIORITIES[0] not in {step.priority for step in steps}:
        raise OperatorError(
            "An alarm of high priority would call nobody.", "Give the ladder at least one step of high priority."
        )
    ordered = tuple(sorted(steps, key=lambda s: (PRIORITIES.index(s.priority), s.after_s)))

    def build() -> list[ev.AnyEvent]:
        return [al.EscalationSet(at_us=ctx.clock.now_us(), steps=ordered, why=why)]

    return record_checked(ctx, actor=actor, stream=ev.CLINIC_STREAM, build=build, command_id=command_id)


def ladder(ctx: Context) -> tuple[al.EscalationStep, ...]:
    """Who is called when: the clinic's own ladder, or the one that comes with Holdfast."""
    return ctx.book.clinic.escalation or tuple(
        al.EscalationStep(priority=rung.priority, after_s=rung.after.value, whom=rung.whom)
        for rung in ctx.knowledge.alarms.escalation
    )


def limits(ctx: Context, case_id: str) -> tuple[LimitView, ...]:
    """The limits of this animal, in the order of the table."""
    case = ctx.book.case(case_id)
    return tuple(_limit_view(ctx, one) for one in limits_of(ctx, case, ctx.clock.now_us()))


def limits_of(ctx: Context, case: CaseState, now_us: int) -> tuple[Limits, ...]:
    """The limits in force for an animal: by species, weight and age, and what a person set for it."""
    age_years = signalment(case, now_us).age_years
    animal = Animal(
        species=case.admitted.species or "dog",
        weight_kg=case.weight_kg,
        age_months=None if age_years is None else age_years * MONTHS_PER_YEAR,
    )
    return limits_for(ctx.knowledge.alarms, animal, case.alarms.limits)


_BOUNDS = {"weight_kg": "kg", "age_months": "months of age"}


def animals(when: tuple[str, ...]) -> str:
    """The conditions of a row of limits in words: ``("species:dog", "weight_kg>=25")`` -> ``dogs from 25 kg``."""
    species, bounds = "animals", []
    for one in when:
        name, _, bound = one.replace(">=", ":from ").replace("<", ":below ").partition(":")
        if name in _BOUNDS:
            bounds.append(f"{bound} {_BOUNDS[name]}")
        else:
            species = f"{bound}s"
    return f"{species} {' and '.join(bounds)}".strip() if when else "every other animal"


def _limit_view(ctx: Context, one: Limits) -> LimitView:
    rule, row, own = one.rule, one.row, one.own
    sides = [side for side in (row.low, row.high) if side is not None]
    who = ctx.book.clinic.name_of(own.by) if own else ""
    return LimitView(
        key=rule.key,
        label=rule.label,
        unit=rule.unit,
        low=one.low,
        high=one.high,
        default_low=row.low.value if row.low else None,
        default_high=row.high.value if row.high else None,
        lowest=rule.bounds[0],
        highest=rule.bounds[1],
        source=f"Set by {who}" if own else _default_words(ctx, row),
        # The worst of the two sides: a row is no better founded than its weaker number.
        grade="" if own else max((side.grade for side in sides), key=list(Grade).index, default=Grade.ESTIMATE).value,
        why=own.why if own else "",
        set_by=who,
        set_us=own.at_us if own else None,
    )


def _default_words(ctx: Context, row: LimitRow) -> str:
    """For whom the default is and where each side of it comes from."""
    said = []
    for name, side in (("low", row.low), ("high", row.high)):
        if side is None:
            continue
        known = ctx.knowledge.sources.get(side.source)
        after = " after " if side.grade is Grade.ESTIMATE else ", "
        source = f"{after}{known.title}" if known else ""
        grade = "our estimate" if side.grade is Grade.ESTIMATE else side.grade.value
        said.append(f"{name}: {grade}{source}. {side.note}".strip())
    return f"Default for {animals(row.when)}. {' '.join(part[0].upper() + part[1:] for part in said)}"


def _kind(ctx: Context, kind: str) -> tuple[str, int | None]:
    """Label of a kind and the longest time it can be off; refuses one that the table does not know."""
    known = ctx.knowledge.alarms.kinds.get(kind)
    if known is None:
        raise OperatorError(f"There is no alarm {kind!r}.", "Choose one of the list of alarms.")
    return known.label, known.off_max_min


def _on_case(
    ctx: Context,
    actor: str,
    case_id: str,
    build: Callable[[CaseState], al.ANY_ALARM_EVENT],
    command_id: str,
) -> Receipt:
    """Record what ``build`` makes of the case as it is now; refuses a closed one."""

    def checked() -> list[ev.AnyEvent]:
        case = ctx.book.case(case_id)
        if case.closed:
            raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "It has no alarms any more.")
        return [build(case)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=checked, command_id=command_id)
