"""Going home: medicines that were ordered for home, and the letter, which holds nothing that is not on record."""

from dataclasses import dataclass

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge.recovery_care import load
from holdfast.record import events as ev
from holdfast.record import home_events as ho
from holdfast.record.case_state import CaseState
from holdfast.record.treatment_events import OrderKind, TreatmentOrdered
from holdfast.treatments.table import ENDS, state_of
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import Receipt
from holdfast.usecases.treatment_words import rhythm_words


def order_medicine(
    ctx: Context, *, actor: str, case_id: str, medicine: str, how: str, until: str = "", command_id: str = ""
) -> Receipt:
    """Order a medicine for home, in the clinician's own words."""
    ctx.book.case(case_id)
    medicine, how = clean_text(medicine, "The medicine"), clean_text(how, "How it is given")
    if not medicine or not how:
        raise OperatorError("A medicine needs a name and how it is given.", "Write both as they shall be read at home.")
    event = ho.HomeMedicineOrdered(
        at_us=ctx.clock.now_us(),
        order_id=ctx.ids.new_id(),
        medicine=medicine,
        how=how,
        until=clean_text(until, "The end"),
    )
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def stop_medicine(
    ctx: Context, *, actor: str, case_id: str, order_id: str, reason: str, command_id: str = ""
) -> Receipt:
    """Stop a medicine for home. A letter that was written stays as it is: write a new one."""
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Stopping a medicine needs a reason.", "Say in a few words why.")

    def build() -> list[ev.AnyEvent]:
        if not any(one.order_id == order_id for one in ctx.book.case(case_id).home.at_home):
            raise NotFoundError("That order does not stand.", "Reload the page.")
        return [ho.HomeMedicineStopped(at_us=ctx.clock.now_us(), order_id=order_id, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


@dataclass(frozen=True)
class Standing:
    """An order of the treatment board that stands, as a line that a clinician may take over for home."""

    order_id: str
    medicine: str
    how: str


def standing_orders(case: CaseState) -> tuple[Standing, ...]:
    """Drugs that the board still orders and nobody has ordered for home yet. None goes home by itself: a drug that is
    given by vein here is another one at home, and who decides that is a clinician."""
    at_home = {one.medicine.casefold() for one in case.home.at_home}
    return tuple(
        Standing(plan.ordered.order_id, plan.ordered.what, _how(plan.ordered))
        for plan in case.plan.orders.values()
        if plan.ordered.order_kind is OrderKind.DRUG
        and plan.ordered.every_min is not None
        and state_of(plan) not in ENDS
        and plan.ordered.what.casefold() not in at_home
    )


def _how(order: TreatmentOrdered) -> str:
    return ", ".join(part for part in (order.amount, order.route, rhythm_words(order)) if part)


def done_on_record(ctx: Context, case: CaseState) -> tuple[str, ...]:
    """What was done, from the record: operations, resuscitation, what was given (each once), feeds and checks that the
    board had ordered, tests, and what was declined."""
    lines = [
        f"Operation: {one.procedure}{f' ({one.site})' if one.site else ''}"
        for one in case.surgeries.values()
        if one.ended_us is not None
    ]
    if case.resuscitations:
        lines.append("Resuscitation")
    lines += list(dict.fromkeys(f"Given here: {one.what}" for one in case.treatments))
    for kind, words in ((OrderKind.FEED, "Fed"), (OrderKind.CHECK, "Checked")):
        plans = [plan for plan in case.plan.orders.values() if plan.ordered.order_kind is kind and plan.done]
        lines += list(dict.fromkeys(f"{words}: {plan.ordered.what}" for plan in plans))
    tests = [ctx.knowledge.tests[one.test].name for one in case.tests if one.test in ctx.knowledge.tests]
    lines += list(dict.fromkeys(f"Test: {name}" for name in tests))
    lines += [f"Declined: {one.what} (by {one.declined_by})" for one, _ in case.plan.declined]
    return tuple(lines)


def look_for() -> tuple[str, ...]:
    """What to look for and when to come back, the gravest first: the rules that the page at home advises by."""
    rules = sorted(load().home, key=lambda rule: ("now", "today", "look_again").index(rule.advice))
    return tuple(rule.words for rule in rules if rule.again_within_h is None)


def write_letter(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    diagnosis: str = "",
    words: str = "",
    recheck: str = "",
    command_id: str = "",
) -> Receipt:
    """Write the letter from the record as it is now. ``diagnosis`` empty: the working diagnosis."""

    def build() -> list[ev.AnyEvent]:
        case = ctx.book.case(case_id)
        named = clean_text(diagnosis, "The diagnosis") or (case.working.text if case.working else "")
        if not named:
            raise OperatorError("There is no diagnosis on record.", "Set a working diagnosis, or write it here.")
        return [
            ho.DischargeWritten(
                at_us=ctx.clock.now_us(),
                letter_id=ctx.ids.new_id(),
                diagnosis=named,
                done=done_on_record(ctx, case),
                medicines=tuple(one.line for one in case.home.at_home),
                look_for=look_for(),
                words=clean_text(words, "The words"),
                recheck=clean_text(recheck, "The next visit"),
            )
        ]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def letter_of(case: CaseState) -> tuple[ho.DischargeWritten, str] | None:
    """The newest letter with who wrote it; None before the first."""
    return case.home.letters[-1] if case.home.letters else None
