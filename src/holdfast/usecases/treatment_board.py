"""Every ordered treatment of every dog as the board shows it: what is overdue, due, later, running and done."""

import msgspec

from holdfast.kernel.time import US_PER_H
from holdfast.knowledge.treatment_times import load
from holdfast.record import treatment_events as tr
from holdfast.record.case_state import CaseState
from holdfast.record.treatment_state import PlannedTreatment
from holdfast.treatments.due import Due, late_us, standing
from holdfast.treatments.table import State, state_of
from holdfast.usecases.context import Context
from holdfast.usecases.resuscitations import weight_used
from holdfast.usecases.treatment_amounts import NOT_COMPUTED
from holdfast.usecases.treatment_words import rhythm_words

_URGENCY = {Due.OVERDUE: 0, Due.NOW: 1, Due.RUNNING: 2, Due.LATER: 3, Due.DONE: 4, Due.ENDED: 5}


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One order now."""

    order_id: str
    order_kind: str
    what: str
    amount: str
    route: str
    how_often: str
    state: str
    due: str
    due_us: int | None
    late_after_us: int | None
    missed: tuple[int, ...]
    last_us: int | None
    last_by: str
    by: str
    checked: str
    """How the dose was worked out, or that it was not."""
    outside: str
    on_word_of: str
    note: str


class DoneLine(msgspec.Struct, frozen=True, kw_only=True):
    at_us: int
    what: str
    amount: str
    by: str
    given: bool
    reason: str


class DogPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One dog with all its orders."""

    case_id: str
    name: str
    bed: str
    training: bool
    weight: str
    weigh: bool
    """The weight is missing or old."""
    orders: tuple[OrderLine, ...]
    """The most urgent first; ended ones are left out."""
    done: tuple[DoneLine, ...]
    """Newest first."""
    declined: tuple[tuple[str, str, str], ...]
    """What, by whom, and what was explained."""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """Every dog with orders."""

    server_us: int
    overdue: int
    due: int
    waiting: int
    dogs: tuple[DogPlan, ...]


def board(ctx: Context, now_us: int) -> Board:
    """The whole ward: the dog with the most urgent order first."""
    dogs = [dog_plan(ctx, case, now_us) for case in ctx.book.open_cases()]
    dogs.sort(key=lambda dog: (min((_URGENCY[Due(one.due)] for one in dog.orders), default=9), dog.bed or "~"))
    every = [line for dog in dogs for line in dog.orders]
    return Board(
        server_us=now_us,
        overdue=sum(one.due == Due.OVERDUE for one in every),
        due=sum(one.due == Due.NOW for one in every),
        waiting=sum(one.state != State.ACTIVE for one in every),
        dogs=tuple(dogs),
    )


def dog_plan(ctx: Context, case: CaseState, now_us: int) -> DogPlan:
    """One dog's orders."""
    weight = weight_used(ctx, case, now_us)
    lines = [_line(ctx, plan, now_us) for plan in case.plan.orders.values()]
    standing_lines = [one for one in lines if one.due != Due.ENDED]
    done = [line for plan in case.plan.orders.values() for line in _done(ctx, plan, now_us)]
    return DogPlan(
        case_id=case.case_id,
        name=case.name,
        bed=case.bed,
        training=case.training,
        weight=f"{weight.kg:g} kg" if weight.kg is not None else "not weighed",
        weigh=weight.ask,
        orders=tuple(sorted(standing_lines, key=lambda one: (_URGENCY[Due(one.due)], one.due_us or 0))),
        done=tuple(sorted(done, key=lambda one: -one.at_us)),
        declined=tuple((one.what, one.declined_by, one.explained) for one, _ in case.plan.declined),
    )


def _line(ctx: Context, plan: PlannedTreatment, now_us: int) -> OrderLine:
    order, stands = plan.ordered, standing(plan, now_us)
    names = ctx.book.clinic.name_of
    last_by = next((actor for event, actor in plan.entries if event is stands.last), "")
    return OrderLine(
        order_id=order.order_id,
        order_kind=order.order_kind.value,
        what=order.what,
        amount=order.amount,
        route=order.route,
        how_often=rhythm_words(order),
        state=state_of(plan),
        due=stands.due,
        due_us=stands.due_us,
        late_after_us=None if stands.due_us is None else stands.due_us + late_us(plan),
        missed=stands.missed,
        last_us=stands.last.at_us if stands.last else None,
        last_by=names(last_by) if last_by else "",
        by=names(plan.by),
        checked=_checked(order),
        outside=order.outside_reason,
        on_word_of=next(
            (event.by for event, _ in reversed(plan.entries) if isinstance(event, tr.TreatmentOrderSpoken)),
            order.on_word_of,
        ),
        note=order.note,
    )


def _checked(order: tr.TreatmentOrdered) -> str:
    if not order.category:
        return ""
    if order.dose is None:
        return NOT_COMPUTED
    weight = f" at {order.weight_kg:g} kg" if order.weight_kg is not None else ""
    worked = f"{order.dose:g} {order.dose_unit}{weight}"
    return worked if order.dose_key else f"{worked}; rate is arithmetic only, the dose is not checked"


def _done(ctx: Context, plan: PlannedTreatment, now_us: int) -> list[DoneLine]:
    found = []
    for event, actor in plan.entries:
        given = isinstance(event, tr.TreatmentDone)
        if now_us - event.at_us > load().value("done_back") * US_PER_H or not isinstance(
            event, tr.TreatmentDone | tr.TreatmentSkipped
        ):
            continue
        found.append(
            DoneLine(
                at_us=event.at_us,
                what=event.what,
                amount=event.amount if isinstance(event, tr.TreatmentDone) else "",
                by=ctx.book.clinic.name_of(actor),
                given=given,
                reason=event.reason,
            )
        )
    return found
