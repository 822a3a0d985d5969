"""Recovery: first signs by one touch, what is due, and what the page of a recovery shows."""

from dataclasses import dataclass

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.time import US_PER_H
from holdfast.knowledge.recovery_care import Due, load
from holdfast.record import events as ev
from holdfast.record import home_events as ho
from holdfast.record.case_state import CaseState
from holdfast.recovery.waking import DueNow, SignNow, due_now, signs_now
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import Receipt
from holdfast.usecases.scoring import answer

LOOK_BACK_US = 24 * US_PER_H
"""How far back a value of the monitor is looked for."""
BEFORE_END_US = US_PER_H
"""First signs so long before the record of the anaesthetic is closed belong to this waking."""


@dataclass(frozen=True)
class RecoveryNow:
    """A recovery at one moment."""

    start_us: int | None
    """The end of the anaesthetic; None: not on record, and nothing is late."""
    start_words: str
    signs: tuple[SignNow, ...]
    due: tuple[DueNow, ...]
    sedation: str
    """Key of the last level; empty: none was touched."""
    sedation_us: int | None


def recovery_now(ctx: Context, case_id: str, now_us: int) -> RecoveryNow:
    """Raises ``NotFoundError``."""
    case, care = ctx.book.case(case_id), load()
    start_us, words = _start(case)
    levels = {level.key for level in care.sedation}
    sedation = [mark for mark in case.home.marks if mark.sign in levels and not mark.withdrawn]
    last = max(sedation, key=lambda mark: mark.at_us, default=None)
    seen = last.at_us if last else None
    # Signs of an earlier waking do not count for this one; the tube may come out while the record is still open.
    since_us = 0 if start_us is None else start_us - BEFORE_END_US
    seen_us: dict[str, int] = {}
    for one in sorted(case.home.marks, key=lambda one: one.at_us):
        if not one.withdrawn and one.at_us >= since_us:
            seen_us.setdefault(one.sign, one.at_us)
    return RecoveryNow(
        start_us=start_us,
        start_words=words,
        signs=signs_now(care.signs, seen_us, start_us, now_us),
        due=tuple(
            due_now(one, seen if one.key == "sedation" else _last(ctx, case, one, now_us), start_us, now_us)
            for one in care.due
        ),
        sedation=last.sign if last else "",
        sedation_us=last.at_us if last else None,
    )


def _start(case: CaseState) -> tuple[int | None, str]:
    ended = [one.ended_us for one in case.surgeries.values() if one.ended_us is not None]
    if ended:
        return max(ended), "end of the anaesthetic"
    tube = case.home.seen_us.get("extubated")
    return (tube, "tube out") if tube is not None else (None, "")


def _last(ctx: Context, case: CaseState, due: Due, now_us: int) -> int | None:
    if due.score:
        return max((one.at_us for one, _ in case.score_answers if one.score == due.score), default=None)
    if due.observation:
        points = ctx.store.trend(case.case_id, from_us=now_us - LOOK_BACK_US, to_us=now_us, keys=(due.observation,))
        found = [point.at_us for point in points]
        found += [one.at_us for one in case.findings if one.key == due.observation and not one.retracted]
        return max(found, default=None)
    return None


def mark(
    ctx: Context, *, actor: str, case_id: str, sign: str, note: str = "", at_us: int | None = None, command_id: str = ""
) -> Receipt:
    """One touch: a first sign, or how deeply the animal sleeps. A fact, also on a closed case."""
    ctx.book.case(case_id)
    care = load()
    if sign not in {one.key for one in care.signs} | {one.key for one in care.sedation}:
        raise OperatorError(f"There is no sign {sign!r}.", "Choose one of the page.")
    now_us = ctx.clock.now_us()
    event = ho.RecoveryMarked(
        at_us=now_us if at_us is None else min(at_us, now_us),
        mark_id=ctx.ids.new_id(),
        sign=sign,
        note=clean_text(note, "The note"),
    )
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def withdraw_mark(
    ctx: Context, *, actor: str, case_id: str, mark_id: str, reason: str, command_id: str = ""
) -> Receipt:
    """Take a touch back; both stay readable."""
    reason = clean_text(reason, "The reason") or "a mistake"

    def build() -> list[ev.AnyEvent]:
        if not any(one.mark_id == mark_id and not one.withdrawn for one in ctx.book.case(case_id).home.marks):
            raise NotFoundError("That touch does not stand on this case.", "Reload the page.")
        return [ho.RecoveryMarkWithdrawn(at_us=ctx.clock.now_us(), mark_id=mark_id, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def record_total(ctx: Context, *, actor: str, case_id: str, due: str, points: float, command_id: str = "") -> Receipt:
    """The total of a score that is due."""
    known = next((one for one in load().due if one.key == due and one.score), None)
    if known is None:
        raise OperatorError(f"{due!r} is no score of this page.", "Choose one of the page.")
    return answer(
        ctx, actor=actor, case_id=case_id, score_key=known.score, item=known.item, points=points, command_id=command_id
    )
