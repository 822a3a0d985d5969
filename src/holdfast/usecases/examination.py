"""The examination: an answer is written with the findings that follow from it, and taken back with them.

Findings are written where the word on them changes, never for what stands already; a finding that was seen otherwise
and not by the examination is never turned round by one touch on "all normal".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.limits import CHART_POINTS_MAX
from holdfast.knowledge.examination import Item, Option, System, load
from holdfast.reasoning.examination import findings_of
from holdfast.reasoning.touch import Pattern, pattern
from holdfast.record import events as ev
from holdfast.record import exam_events as ex
from holdfast.record.case_entries import FindingEntry
from holdfast.record.case_state import CaseState
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.evidence import touch_of
from holdfast.usecases.ports import Receipt

FROM_EXAM = "from the examination"
"""Note of such a finding."""
NOT_SAID = "the examination does not say so"
"""Why such a finding is taken back."""
VIEWS = ("left", "right", "dorsal", "ventral", "mouth", "limbs")
"""Drawings of the body chart."""
CHART_SIDE_MAX = 1000
"""No drawing is longer than this, in its own units."""


@dataclass(frozen=True)
class Left:
    """A line that "all normal" did not enter, and why."""

    item: str
    name: str
    why: str


def note(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    item: str,
    option: str,
    place: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Answer one line at one place. Raises ``NotFoundError`` for what the form does not have."""
    line = load().item(item)
    chosen = line.option(option) if line else None
    if line is None or chosen is None or place not in line.places:
        raise NotFoundError("The examination has no such line.", "Reload the page and touch it again.")
    return _enter(ctx, actor, case_id, [(line, place, chosen)], at_us, command_id)


def note_normal(
    ctx: Context, *, actor: str, case_id: str, system: str, at_us: int | None = None, command_id: str = ""
) -> Receipt:
    """Enter every line of a body system as normal, but those that ``left_out`` names."""
    whole = load().system(system)
    if whole is None:
        raise NotFoundError("The examination has no such part.", "Reload the page and touch it again.")
    left = {one.item for one in left_out(ctx, ctx.book.case(case_id), whole)}
    answers = [
        (item, place, item.normal)
        for item in whole.items
        if item.routine and item.key not in left
        for place in item.places
    ]
    if not answers:
        raise OperatorError(
            "Nothing of this part was entered: each line has something on record that is not normal.",
            "Answer the lines one by one.",
        )
    return _enter(ctx, actor, case_id, answers, at_us, command_id)


def left_out(ctx: Context, case: CaseState, system: System) -> list[Left]:
    """Lines with something on record that is not normal: one touch must not turn it round unseen."""
    standing = case.exam.standing
    present = {
        entry.key
        for entry in case.standing_findings
        if entry.presence is ev.Presence.PRESENT and entry.finding_id not in case.exam.finding_ids
    }
    left = []
    for item in system.items:
        odd = [e for place in item.places if (e := standing.get((item.key, place))) and not e.normal]
        seen = sorted(present & set(item.normal.absent))
        if odd:
            left.append(Left(item.key, item.name, odd[0].words))
        elif seen and item.routine:
            names = (known.name if (known := ctx.knowledge.findings.get(key)) else key for key in seen)
            left.append(Left(item.key, item.name, f"on record: {', '.join(names)}"))
    return left


def withdraw(
    ctx: Context, *, actor: str, case_id: str, entry_id: str, reason: str = "undone", command_id: str = ""
) -> Receipt:
    """Take back the answers of one touch, with the findings that came of them."""
    reason = clean_text(reason, "The reason") or "undone"

    def build() -> Sequence[ev.AnyEvent]:
        case = _open(ctx, case_id)
        standing = [one for one in case.exam.answers if not one.withdrawn]
        if not any(one.entry_id == entry_id for one in standing):
            raise OperatorError("That answer is not standing.", "Reload the page to see what is.")
        kept = [one for one in standing if one.entry_id != entry_id]
        newest: dict[tuple[str, str], str] = {}
        for one in sorted(kept, key=lambda one: one.at_us):
            newest[one.item, one.place] = one.option
        touched = {one.item for one in standing if one.entry_id == entry_id}
        now_us = ctx.clock.now_us()
        changes = _changes(ctx, case, newest, touched, now_us)
        ids = tuple(one.finding_id for one in changes if isinstance(one, ev.FindingRecorded))
        return [ex.ExamWithdrawn(at_us=now_us, entry_id=entry_id, reason=reason, findings=ids), *changes]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def withdraw_touch(
    ctx: Context, *, actor: str, case_id: str, touch_id: str, reason: str = "undone", command_id: str = ""
) -> Receipt:
    """Take back a press on the body chart."""
    reason = clean_text(reason, "The reason") or "undone"

    def build() -> Sequence[ev.AnyEvent]:
        case = _open(ctx, case_id)
        if not any(one.touch_id == touch_id for one in case.standing_touches):
            raise OperatorError("That press is not standing.", "Reload the page to see what is.")
        return [ex.TouchWithdrawn(at_us=ctx.clock.now_us(), touch_id=touch_id, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def mark(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    view: str,
    points: tuple[tuple[int, int], ...],
    words: str = "",
    command_id: str = "",
) -> Receipt:
    """Draw a line, or a dot, on a view of the body chart."""
    if view not in VIEWS:
        raise NotFoundError("The body chart has no such view.", f"Views: {', '.join(VIEWS)}.")
    if not 1 <= len(points) <= CHART_POINTS_MAX:
        raise OperatorError(f"The line has {len(points)} points.", f"Draw 1 to {CHART_POINTS_MAX}.")
    if any(not 0 <= value <= CHART_SIDE_MAX for point in points for value in point):
        raise OperatorError("The line leaves the drawing.", "Draw it again.")
    said = clean_text(words, "The words")

    def build() -> Sequence[ev.AnyEvent]:
        _open(ctx, case_id)
        return [
            ex.ChartMarked(at_us=ctx.clock.now_us(), mark_id=ctx.ids.new_id(), view=view, points=points, words=said)
        ]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def withdraw_mark(
    ctx: Context, *, actor: str, case_id: str, mark_id: str, reason: str = "undone", command_id: str = ""
) -> Receipt:
    """Take back one's own mark on the body chart. What another drew is theirs."""
    reason = clean_text(reason, "The reason") or "undone"

    def build() -> Sequence[ev.AnyEvent]:
        case = _open(ctx, case_id)
        drawn = next((one for one in case.exam.standing_marks if one.mark_id == mark_id), None)
        if drawn is None or drawn.actor != actor:
            raise OperatorError("That mark is not standing, or not yours.", "Whoever drew it can take it back.")
        return [ex.ChartMarkWithdrawn(at_us=ctx.clock.now_us(), mark_id=mark_id, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def pain_pattern(ctx: Context, case: CaseState) -> Pattern:
    """Focal or diffuse, as the presses that stand say it."""
    return pattern(ctx.knowledge, [touch_of(entry) for entry in case.standing_touches])


def _enter(
    ctx: Context,
    actor: str,
    case_id: str,
    answers: Sequence[tuple[Item, str, Option]],
    at_us: int | None,
    command_id: str,
) -> Receipt:
    def build() -> Sequence[ev.AnyEvent]:
        case = _open(ctx, case_id)
        now_us = ctx.clock.now_us()
        when_us = now_us if at_us is None else min(at_us, now_us)
        standing = case.exam.standing
        newest = {key: entry.option for key, entry in standing.items()}
        for item, place, option in answers:
            older = standing.get((item.key, place))
            if older is None or older.at_us <= when_us:
                newest[item.key, place] = option.key
        changes = _changes(ctx, case, newest, {item.key for item, _, _ in answers}, when_us)
        ids = tuple(one.finding_id for one in changes if isinstance(one, ev.FindingRecorded))
        entry_id = ctx.ids.new_id()
        notes = [
            ex.ExamNoted(
                at_us=when_us,
                note_id=ctx.ids.new_id(),
                entry_id=entry_id,
                item=item.key,
                place=place,
                option=option.key,
                words=item.words(place, option),
                normal=option.normal,
                findings=ids if number == 0 else (),
            )
            for number, (item, place, option) in enumerate(answers)
        ]
        return [*notes, *changes]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def _changes(
    ctx: Context, case: CaseState, answers: dict[tuple[str, str], str], items: set[str], at_us: int
) -> list[ev.FindingRecorded | ev.FindingRetracted]:
    """What must be written so that the findings these lines speak of say what the answers say."""
    form = load()
    wanted = findings_of(form, answers)
    spoken = sorted({key for item in form.items if item.key in items for key in item.findings})
    changes: list[ev.FindingRecorded | ev.FindingRetracted] = []
    for key in spoken:
        known = ctx.knowledge.findings.get(key)
        standing = _standing(case, key)
        said = wanted.get(key)
        if said is None:
            own = [e for e in standing if e.finding_id in case.exam.finding_ids]
            changes += [ev.FindingRetracted(at_us=at_us, finding_id=e.finding_id, reason=NOT_SAID) for e in own]
        elif not standing or standing[-1].presence is not said:
            changes.append(
                ev.FindingRecorded(
                    at_us=at_us,
                    finding_id=ctx.ids.new_id(),
                    key=key,
                    presence=said,
                    stage=ev.Stage(known.stage) if known else ev.Stage.PRESENTING,
                    note=FROM_EXAM,
                )
            )
    return changes


def _standing(case: CaseState, key: str) -> list[FindingEntry]:
    """What stands of one finding without a place, oldest first."""
    return [e for e in case.findings if e.key == key and not e.retracted and not e.region]


def _open(ctx: Context, case_id: str) -> CaseState:
    case = ctx.book.case(case_id)
    if case.closed:
        raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
    return case
