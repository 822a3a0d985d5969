"""Ordering, approving, giving, skipping and stopping treatments; and recording what was declined.

Numbers come from the checked table of doses or are taken as written. A dose outside the table, an old weight and a time
that is not kept each take a reason; none of them stops anybody.
"""

from collections.abc import Sequence

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.time import US_PER_H, US_PER_MIN, age_words
from holdfast.knowledge.doses import Dose
from holdfast.record import events as ev
from holdfast.record import treatment_events as tr
from holdfast.record.case_state import CaseState
from holdfast.record.treatment_state import PlannedTreatment
from holdfast.treatments.due import early_us, late_us
from holdfast.treatments.table import Act, State, after, state_of
from holdfast.usecases.cases import TREATMENTS
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import Receipt
from holdfast.usecases.treatment_amounts import Wanted, WeightTaken, weight_taken, worked_out

EVERY_MIN, EVERY_MAX_H = 5, 24 * 14
"""More often than every five minutes is an infusion; less often than every two weeks is a new visit (our estimates)."""

GIVEN_KINDS = (tr.OrderKind.DRUG, tr.OrderKind.FLUID, tr.OrderKind.INFUSION)
"""What is given to the animal. A check and a feed are not; anything else is when its group is named."""


def order_treatment(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    wanted: Wanted,
    may_approve: bool,
    first_us: int | None = None,
    every_h: float | None = None,
    for_h: float | None = None,
    continuous: bool = False,
    on_word_of: str = "",
    note: str = "",
    command_id: str = "",
) -> Receipt:
    """Order something. What a person may not approve waits, unless a vet said so and is named."""
    case = _open_case(ctx, case_id)
    now_us = ctx.clock.now_us()
    every_min = _every_min(every_h)
    continuous = continuous or wanted.order_kind is tr.OrderKind.INFUSION
    dose = ctx.knowledge.care.dose(wanted.dose_key) if wanted.dose_key else None
    weight = weight_taken(ctx, case, wanted, now_us)
    amounts = worked_out(wanted, dose, weight.kg, case.admitted.species)
    what = clean_text(wanted.what, "The treatment") or (dose.drug if dose else "")
    if not what:
        raise OperatorError("The treatment has no name.", "Write what is to be given or done.")
    begins_us = now_us if first_us is None else first_us
    ordered = tr.TreatmentOrdered(
        at_us=now_us,
        order_id=ctx.ids.new_id(),
        order_kind=tr.OrderKind.INFUSION if amounts.rate_ml_h is not None and continuous else wanted.order_kind,
        category=_category(wanted, dose),
        what=what,
        amount=amounts.text,
        route=clean_text(wanted.route, "The route"),
        first_us=begins_us,
        every_min=None if continuous else every_min,
        until_us=None if for_h is None else begins_us + int(for_h * US_PER_H),
        continuous=continuous,
        dose_key=wanted.dose_key,
        dose=amounts.dose,
        dose_unit=amounts.dose_unit,
        weight_kg=weight.kg if amounts.used_weight else None,
        weight_at_us=weight.at_us if amounts.used_weight else None,
        per_ml=wanted.per_ml,
        per_ml_unit=wanted.per_ml_unit,
        rate_ml_h=amounts.rate_ml_h,
        outside_reason=clean_text(wanted.outside_reason, "The reason") if amounts.outside else "",
        weight_reason=weight.reason if amounts.used_weight else "",
        waits=not may_approve,
        on_word_of=clean_text(on_word_of, "Who said so"),
        note=clean_text(note, "The note"),
    )
    events: list[ev.AnyEvent] = [*_weighed(weight, now_us), ordered]
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=events, command_id=command_id)


def approve(ctx: Context, *, actor: str, case_id: str, order_id: str, command_id: str = "") -> Receipt:
    """A vet lets the order stand."""

    def build() -> list[ev.AnyEvent]:
        plan = plan_of(ctx, case_id, order_id)
        after(plan, Act.APPROVE)
        return [tr.TreatmentOrderApproved(at_us=ctx.clock.now_us(), order_id=order_id, what=plan.ordered.what)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def give(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    due_us: int,
    amount: str = "",
    reason: str = "",
    on_word_of: str = "",
    note: str = "",
    command_id: str = "",
) -> Receipt:
    """Given (or done) at one of its times. Late and early take a reason; a time is answered once."""
    amount, reason = clean_text(amount, "The amount"), clean_text(reason, "The reason")
    note, on_word_of = clean_text(note, "The note"), clean_text(on_word_of, "Who said so")

    def build() -> list[ev.AnyEvent]:
        plan, now_us = plan_of(ctx, case_id, order_id), ctx.clock.now_us()
        events: list[ev.AnyEvent] = []
        order = plan.ordered
        if state_of(plan) is State.WAITING and on_word_of:
            events.append(tr.TreatmentOrderSpoken(at_us=now_us, order_id=order_id, what=order.what, by=on_word_of))
        else:
            after(plan, Act.GIVE)
        _check_time(ctx, plan, due_us, now_us, reason)
        given_id = ctx.ids.new_id() if order.category else ""
        if given_id:
            events.append(
                ev.TreatmentGiven(
                    at_us=now_us,
                    treatment_id=given_id,
                    category=order.category,
                    what=order.what,
                    amount=amount or order.amount,
                    note=" ".join(part for part in (order.route, reason, note) if part),
                )
            )
        events.append(
            tr.TreatmentDone(
                at_us=now_us,
                order_id=order_id,
                what=order.what,
                due_us=due_us,
                treatment_id=given_id,
                amount=amount or order.amount,
                reason=reason,
                note=note,
            )
        )
        return events

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def skip(
    ctx: Context, *, actor: str, case_id: str, order_id: str, due_us: Sequence[int], reason: str, command_id: str = ""
) -> Receipt:
    """These times are not given, and why."""
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Leaving one out needs a reason.", "Say in a few words why.")

    def build() -> list[ev.AnyEvent]:
        plan = plan_of(ctx, case_id, order_id)
        after(plan, Act.SKIP)
        open_times = tuple(one for one in due_us if one not in plan.done and one not in plan.skipped)
        if not open_times:
            raise OperatorError("These times were answered already.", "Reload the page.")
        what = plan.ordered.what
        return [
            tr.TreatmentSkipped(
                at_us=ctx.clock.now_us(), order_id=order_id, what=what, due_us=open_times, reason=reason
            )
        ]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def stop(ctx: Context, *, actor: str, case_id: str, order_id: str, reason: str, command_id: str = "") -> Receipt:
    """It is not given any more, and why."""
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Stopping an order needs a reason.", "Say in a few words why.")

    def build() -> list[ev.AnyEvent]:
        plan = plan_of(ctx, case_id, order_id)
        after(plan, Act.STOP)
        now_us = ctx.clock.now_us()
        return [tr.TreatmentOrderStopped(at_us=now_us, order_id=order_id, what=plan.ordered.what, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def decline(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    declined_by: str,
    explained: str,
    order_id: str = "",
    what: str = "",
    command_id: str = "",
) -> Receipt:
    """Somebody who may say so does not want it: who, and what they were told about doing without."""
    declined_by, explained = clean_text(declined_by, "Who declined"), clean_text(explained, "What was explained")
    what = clean_text(what, "The treatment")
    if not declined_by:
        raise OperatorError("Nobody is named.", "Write who declined.")

    def build() -> list[ev.AnyEvent]:
        named = what
        if order_id:
            plan = plan_of(ctx, case_id, order_id)
            after(plan, Act.DECLINE)
            named = plan.ordered.what
        if not named:
            raise OperatorError("The treatment has no name.", "Write what was declined.")
        return [
            tr.TreatmentDeclined(
                at_us=ctx.clock.now_us(), order_id=order_id, what=named, declined_by=declined_by, explained=explained
            )
        ]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def plan_of(ctx: Context, case_id: str, order_id: str) -> PlannedTreatment:
    """Raises ``NotFoundError``."""
    found = ctx.book.case(case_id).plan.orders.get(order_id)
    if found is None:
        raise NotFoundError("There is no such treatment order on this case.", "Reload the page.")
    return found


def _check_time(ctx: Context, plan: PlannedTreatment, due_us: int, now_us: int, reason: str) -> None:
    if answered := plan.done.get(due_us) or plan.skipped.get(due_us):
        who = next((actor for event, actor in plan.entries if event is answered), "")
        ago = age_words(now_us - answered.at_us)
        raise OperatorError(
            f"This time was answered already by {ctx.book.clinic.name_of(who)} ({ago} ago).",
            "Reload the page. What is given beyond the order goes under Given on the case.",
        )
    if reason:
        return
    if now_us > due_us + late_us(plan):
        raise OperatorError(f"It was due {age_words(now_us - due_us)} ago.", "Say why it is late.")
    if now_us < due_us - early_us(plan):
        raise OperatorError(f"It is due in {age_words(due_us - now_us)}.", "Say why it is given before its time.")


def _every_min(every_h: float | None) -> int | None:
    if every_h is None:
        return None
    minutes = round(every_h * US_PER_H / US_PER_MIN)
    if not EVERY_MIN <= minutes <= EVERY_MAX_H * 60:
        raise OperatorError(f"Every {every_h:g} h cannot be right.", f"From {EVERY_MIN} min to {EVERY_MAX_H} h.")
    return minutes


def _category(wanted: Wanted, dose: Dose | None) -> str:
    """The kind of treatment that is recorded when it is given; empty for a check or a feed."""
    if wanted.order_kind not in GIVEN_KINDS and not (wanted.order_kind is tr.OrderKind.OTHER and wanted.category):
        return ""
    if wanted.order_kind is tr.OrderKind.FLUID and not wanted.category:
        return "fluid"
    if not wanted.category and dose is not None and dose.use == "analgesia":
        return "analgesic"
    category = wanted.category or "other"
    if category not in TREATMENTS:
        raise OperatorError(f"{category!r} is not a kind of treatment.", f"Choose one of {', '.join(TREATMENTS)}.")
    return category


def _weighed(weight: WeightTaken, now_us: int) -> list[ev.AnyEvent]:
    """The weight that came with the order is a weighing like any other."""
    return [ev.WeightMeasured(at_us=now_us, weight_kg=weight.kg)] if weight.new and weight.kg is not None else []


def _open_case(ctx: Context, case_id: str) -> CaseState:
    case = ctx.book.case(case_id)
    if case.closed:
        raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
    return case
