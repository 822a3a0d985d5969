"""Rules that run silently: switched by a person with a reason, judged by people afterwards."""

from collections.abc import Sequence

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge.alarm_rules import LIFE_THREATENING
from holdfast.record.events import CLINIC_STREAM, AnyEvent, case_stream
from holdfast.record.shadow_events import RuleMode, RuleModeSet, ShadowEnded, ShadowJudged, ShadowSpoke, ShadowVerdict
from holdfast.record.shadow_state import ShadowEntry
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.ports import OWN_ACTOR, Change, NewEvent, Receipt

RALLY = "sustained_improvement"
LAST_MINUTES = "last_minutes"
NOT_ALARMS = {
    RALLY: "Improvement that nobody brought about",
    LAST_MINUTES: "A change in the last minutes before the act",
}
"""Rules besides the alarms that can run silently."""


def rules(ctx: Context) -> dict[str, str]:
    """Every rule that can run silently, by key, with what a person calls it."""
    kinds = ctx.knowledge.alarms.kinds.values()
    return {kind.key: kind.label for kind in kinds if kind.key not in LIFE_THREATENING} | NOT_ALARMS


def set_mode(ctx: Context, *, actor: str, rule: str, mode: str, why: str, command_id: str = "") -> Receipt:
    """Switch a rule on, or let it run silently."""
    if rule in LIFE_THREATENING:
        raise OperatorError(
            "An alarm of an arrest does not run silently.",
            "On one animal it can be switched off for a time, on the page of its alarms.",
        )
    if rule not in rules(ctx):
        raise NotFoundError(f"There is no rule {rule!r}.", "Choose one from the page Rules.")
    if mode not in set(RuleMode):
        raise OperatorError(f"{mode!r} is no way to run a rule.", f"Choose one of: {', '.join(RuleMode)}.")
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Switching a rule needs a reason.", "Say in a few words why.")

    def build() -> list[AnyEvent]:
        if (rule in ctx.book.clinic.silent) == (mode == RuleMode.SHADOW):
            raise OperatorError("The rule runs like that already.", "Nothing was changed.")
        return [RuleModeSet(at_us=ctx.clock.now_us(), rule=rule, mode=RuleMode(mode), why=why)]

    return record_checked(ctx, actor=actor, stream=CLINIC_STREAM, build=build, command_id=command_id)


def judge(
    ctx: Context, *, actor: str, case_id: str, spoke_id: str, verdict: str, words: str = "", command_id: str = ""
) -> Receipt:
    """Say whether a silent rule was right. It can be said anew: the last word counts, all of them stay on record."""
    if verdict not in set(ShadowVerdict):
        raise OperatorError(f"{verdict!r} is no verdict.", f"Choose one of: {', '.join(ShadowVerdict)}.")
    words = clean_text(words, "The words")

    def build() -> list[AnyEvent]:
        if not any(one.said.spoke_id == spoke_id for one in ctx.book.case(case_id).shadow):
            raise NotFoundError("No silent rule said that of this case.", "Choose it from the page of silent rules.")
        judged = ShadowJudged(at_us=ctx.clock.now_us(), spoke_id=spoke_id, verdict=ShadowVerdict(verdict), words=words)
        return [judged]

    return record_checked(ctx, actor=actor, stream=case_stream(case_id), build=build, command_id=command_id)


def spoke(ctx: Context, case_id: str, rule: str, text: str, at_us: int) -> None:
    """Queue what a silent rule that is no alarm would have said, once while it lasts."""
    if _open(ctx, case_id, rule) is None:
        queue(ctx, case_id, [_said(ctx, rule, text, at_us)])


def spoke_once(ctx: Context, case_id: str, rule: str, text: str, at_us: int) -> None:
    """As ``spoke``, of something that is said in one moment and does not last."""
    said = _said(ctx, rule, text, at_us)
    queue(ctx, case_id, [said, ShadowEnded(at_us=at_us, spoke_id=said.spoke_id, why="told_once")])


def _said(ctx: Context, rule: str, text: str, at_us: int) -> ShadowSpoke:
    return ShadowSpoke(
        at_us=at_us, spoke_id=ctx.ids.new_id(), rule=rule, signal="", text=text, priority="low", since_us=at_us
    )


def ended(ctx: Context, case_id: str, rule: str, at_us: int, why: str = "over") -> None:
    """Queue that it is over; nothing when it was not said."""
    if (entry := _open(ctx, case_id, rule)) is not None:
        queue(ctx, case_id, [ShadowEnded(at_us=at_us, spoke_id=entry.said.spoke_id, why=why)])


def queue(ctx: Context, case_id: str, events: Sequence[AnyEvent]) -> None:
    """Write without waiting: the live path does not wait for the disk."""
    ctx.store.submit(
        Change(
            command_id=ctx.ids.new_id(),
            actor=OWN_ACTOR,
            recorded_us=ctx.clock.now_us(),
            events=tuple(NewEvent(stream=case_stream(case_id), event=event) for event in events),
        )
    )


def _open(ctx: Context, case_id: str, rule: str) -> ShadowEntry | None:
    ctx.book.catch_up()
    entries = ctx.book.case(case_id).shadow
    return next((one for one in entries if one.said.rule == rule and one.ended_us is None), None)
