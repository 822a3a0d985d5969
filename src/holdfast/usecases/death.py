"""Confirming death: what the checks on record say, and the person who confirms."""

from holdfast.hold.death import Check, Judged, Rule, judge
from holdfast.hold.order import Act, after
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.end_of_life import load
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record.case_entries import OrderEntry
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.end_of_life import order_of
from holdfast.usecases.ports import Receipt


def rule() -> Rule:
    """The criteria of the data file."""
    data = load()
    required = tuple(sign.key for sign in data.signs if sign.required)
    return Rule(required, int(data.death.apart_min * US_PER_MIN), data.death.checks_min)


def judged(order: OrderEntry, now_us: int) -> Judged | None:
    """How far the checks of an order go; None before the act."""
    performed = order.log.last(eol.EndOfLifePerformed)
    if performed is None:
        return None
    checks = [
        Check(one.at_us, frozenset(one.absent), frozenset(one.present)) for one, _ in order.log.every(eol.DeathChecked)
    ]
    back = [one.at_us for one, _ in order.log.every(eol.LastMinuteChange) if one.change == "heartbeat_back"]
    return judge(checks, rule(), performed.at_us, back, now_us)


def confirm_death(
    ctx: Context, *, actor: str, case_id: str, order_id: str, reason: str = "", words: str = "", command_id: str = ""
) -> Receipt:
    """A person confirms death. When the checks on record do not meet the criteria it takes a stated reason."""
    words = clean_text(words, "The words")

    def build() -> list[ev.AnyEvent]:
        order, now_us = order_of(ctx, case_id, order_id), ctx.clock.now_us()
        after(order, Act.CONFIRM)
        found = judged(order, now_us)
        met = found is not None and found.met
        reasons = load().confirm_reasons
        if not met and reason not in {one.key for one in reasons}:
            raise OperatorError(
                f"The checks on record do not confirm it yet. {found.text if found else ''}",
                f"Check again, or choose: {'; '.join(one.text for one in reasons)}.",
            )
        stated = "" if met else reason
        return [eol.DeathConfirmed(at_us=now_us, order_id=order_id, reason=stated, words=words)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)
