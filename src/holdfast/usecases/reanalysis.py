"""What was concluded in the past, concluded again: with this knowledge, by this analysis. Nothing is written.

Two questions, kept apart so that the answer to one does not hide in the other. Which second looks would have said
something else, had this knowledge been there (the record, and the states that were seen on the monitor, as they were)?
And which states of the monitor would this analysis have seen in the same samples?
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from holdfast.kernel import canonical
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.model import Knowledge
from holdfast.record import events as ev
from holdfast.record.blocks import decode_block
from holdfast.record.events import Recorded
from holdfast.record.imaging_events import IMAGING_STREAM
from holdfast.signals.conditions import Condition
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.live import Ward
from holdfast.usecases.monitor_blocks import summarise
from holdfast.usecases.ports import OWN_ACTOR, Change, NewBlock, NewEvent, NewHeld, Store
from holdfast.usecases.second_look import look

FLUSHED_WITHIN_US = 120 * US_PER_S
"""A message stands in a block at most so long after it was received, unless the disk was full."""

SAME_US = 2 * US_PER_S
"""A state that begins at most this much earlier or later is the same one, moved (our choice)."""

_NAMED = ("candidates", "not_excluded", "next_tests", "unexplained")
"""Lists of a page whose entries have keys; what comes first is what a person reads first."""


class LookAgain(msgspec.Struct, frozen=True, kw_only=True):
    """One second look that would say something else."""

    look_id: str
    at_us: int
    shown_to: str
    working: str
    """Disease that the team was acting on; empty when none was named."""
    release: str
    """Knowledge that it was made with."""
    level_then: str
    """fits, leaves_open, does_not_fit or cannot_say."""
    level_now: str
    text_then: str
    text_now: str
    differs: tuple[str, ...]
    """Parts of the page that would be different, the verdict first."""
    decided: str
    """What a person then chose on its order: proceed, hold, call_colleague; empty when nothing."""

    @property
    def turned(self) -> bool:
        """Whether the verdict itself would be another."""
        return self.level_then != self.level_now


class StateSeen(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One state of the monitor as the analysis told it."""

    at_us: int
    condition: str
    signal: str
    ended_us: int | None = None


class CaseReport(msgspec.Struct, frozen=True, kw_only=True):
    """What would be different in one case."""

    case_id: str
    name: str
    looks: int = 0
    """Second looks that were shown and made again."""
    changed: tuple[LookAgain, ...] = ()
    states: int = 0
    """States of the monitor on record."""
    messages: int = 0
    """Messages of the monitor that were analysed again."""
    only_then: tuple[StateSeen, ...] = ()
    only_now: tuple[StateSeen, ...] = ()
    moved: tuple[tuple[StateSeen, StateSeen], ...] = ()
    """Then and now."""
    problem: str = ""
    """Why it could not be judged; empty when it was."""


class _At:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at_us = 0

    def now_us(self) -> int:
        return self.at_us


class _Numbers:
    """Ids for what is never kept."""

    def __init__(self) -> None:
        self._given = 0

    def new_id(self) -> str:
        self._given += 1
        return f"again-{self._given}"

    new_secret = new_id


def reanalyse(
    source: Store, for_looks: Store, for_states: Store, case_id: str, knowledge: Knowledge, *, states: bool = True
) -> CaseReport:
    """Conclude one case again. ``for_looks`` and ``for_states`` are empty stores that are thrown away afterwards.

    ``states``: also the samples, which takes longer by far.
    """
    history = _history(source, case_id)
    admitted = next(one.event for one in history if isinstance(one.event, ev.PatientAdmitted))
    looks, changed = _looks_again(source, for_looks, case_id, history, knowledge)
    report = CaseReport(case_id=case_id, name=admitted.name, looks=looks, changed=changed)
    if not states:
        return report
    heard = _all_heard(source, case_id, history)
    then = _told(history)
    now = _analysed_again(for_states, case_id, history, heard, knowledge)
    only_then, only_now, moved = compare(then, now)
    return msgspec.structs.replace(
        report, states=len(then), messages=len(heard), only_then=only_then, only_now=only_now, moved=moved
    )


def _history(source: Store, case_id: str) -> list[Recorded]:
    """Everything that bears on the case, in commit order."""
    streams = (ev.CLINIC_STREAM, IMAGING_STREAM, ev.case_stream(case_id))
    return sorted((one for stream in streams for one in source.read_stream(stream)), key=lambda one: one.seq)


def _again(one: Recorded, **more: Any) -> Change:
    """The change that puts this event into another store."""
    event = NewEvent(stream=one.stream, event=one.event)
    command_id = f"{one.command_id}/{one.seq}"
    return Change(command_id=command_id, actor=one.actor, recorded_us=one.recorded_us, events=(event,), **more)


def _looks_again(
    source: Store, then: Store, case_id: str, history: Sequence[Recorded], knowledge: Knowledge
) -> tuple[int, tuple[LookAgain, ...]]:
    """How many looks were made again, and those that would say something else."""
    places = [place for place, one in enumerate(history) if isinstance(one.event, ev.SecondLookShown)]
    chosen = {e.look_id: e.decision.value for e in (o.event for o in history) if isinstance(e, ev.EndOfLifeDecided)}
    changed: list[LookAgain] = []
    clock = _At()
    ctx = Context(store=then, book=CaseBook(then), clock=clock, ids=_Numbers(), knowledge=knowledge)
    for place, one in enumerate(history[: places[-1] + 1] if places else ()):
        shown = one.event
        if isinstance(shown, ev.SecondLookShown):
            clock.at_us = shown.at_us
            held = _held_then(source, case_id, history[place:], shown.at_us)
            receipt = then.submit(
                Change(command_id=f"held/{one.seq}", actor=OWN_ACTOR, recorded_us=one.recorded_us, held=held)
            ).result()
            ctx.book.catch_up()
            page = look(ctx, case_id, shown.at_us)
            if differs := differing(shown.page, page):
                changed.append(_look_again(one, shown, page, differs, chosen.get(shown.look_id, "")))
            release = Change(
                command_id=f"release/{one.seq}",
                actor=OWN_ACTOR,
                recorded_us=one.recorded_us,
                release_held=receipt.held_ids,
            )
            then.submit(release).result()
        blocks = _block_of(source, case_id, shown) if isinstance(shown, ev.MonitorBlockStored) else ()
        then.submit(_again(one, blocks=blocks)).result()
    return len(places), tuple(changed)


def _look_again(
    one: Recorded, shown: ev.SecondLookShown, page: dict[str, Any], differs: tuple[str, ...], decided: str
) -> LookAgain:
    return LookAgain(
        look_id=shown.look_id,
        at_us=shown.at_us,
        shown_to=one.actor,
        working=shown.page["working"]["disease"],
        release=shown.knowledge_release,
        level_then=shown.page["verdict"]["level"],
        level_now=page["verdict"]["level"],
        text_then=shown.page["verdict"]["text"],
        text_now=page["verdict"]["text"],
        differs=differs,
        decided=decided,
    )


def differing(then: dict[str, Any], now: dict[str, Any]) -> tuple[str, ...]:
    """Parts of two pages that say something else to a person, the verdict first. The name of the release is no such
    part, and numbers are compared as they are written."""
    parts = []
    if then["verdict"] != now["verdict"]:
        parts.append("verdict")
    for name in _NAMED:
        if [entry["key"] for entry in then[name]] != [entry["key"] for entry in now[name]]:
            parts.append(name)
    left = (set(then) | set(now)) - {"knowledge_release", "verdict", "at_us", *parts}
    return (*parts, *sorted(name for name in left if _as_kept(then.get(name)) != _as_kept(now.get(name))))


def _as_kept(part: Any) -> Any:
    """As the record gives it back: a tuple is a list there."""
    return canonical.decode(canonical.encode([part]), list[Any])


def _block_of(source: Store, case_id: str, stored: ev.MonitorBlockStored) -> tuple[NewBlock, ...]:
    """The block that an event names; none where its bytes were removed."""
    block = source.block(stored.block_id)
    if block is None:
        return ()
    content = decode_block(block.data)
    return (
        NewBlock(
            block_id=block.block_id,
            case_id=case_id,
            start_us=block.start_us,
            end_us=block.end_us,
            data=block.data,
            trend=summarise(content.messages, content.derived),
        ),
    )


def _held_then(source: Store, case_id: str, later: Sequence[Recorded], until_us: int) -> tuple[NewHeld, ...]:
    """Messages that had come by a moment and stood in no block yet: they are in those that came next."""
    found: list[NewHeld] = []
    for one in later:
        if one.recorded_us > until_us + FLUSHED_WITHIN_US:
            break
        if isinstance(stored := one.event, ev.MonitorBlockStored):
            found += _messages(source, case_id, stored)
    found += [
        NewHeld(case_id=case_id, bed=one.bed, received_us=one.received_us, message=one.message)
        for one in source.held(case_id)
    ]
    return tuple(sorted((one for one in found if one.received_us <= until_us), key=_received))


def _messages(source: Store, case_id: str, stored: ev.MonitorBlockStored) -> list[NewHeld]:
    block = source.block(stored.block_id)
    if block is None:
        return []
    content = decode_block(block.data)
    return [
        NewHeld(case_id=case_id, bed=stored.bed, received_us=received_us, message=message)
        for received_us, message in zip(content.received_us, content.messages, strict=True)
    ]


def _received(held: NewHeld) -> int:
    return held.received_us


def _all_heard(source: Store, case_id: str, history: Sequence[Recorded]) -> list[NewHeld]:
    """Every message of the case, in the order received."""
    found = [
        held
        for one in history
        if isinstance(stored := one.event, ev.MonitorBlockStored)
        for held in _messages(source, case_id, stored)
    ]
    return sorted(found, key=_received)


def _told(events: Sequence[Recorded]) -> list[StateSeen]:
    """States of the monitor that our rules told, by when they began."""
    known = {condition.value for condition in Condition}
    open_states: dict[tuple[str, str], StateSeen] = {}
    found: list[StateSeen] = []
    for one in events:
        match one.event:
            case ev.MonitorConditionBegan(condition=condition, signal=signal, at_us=at_us) if condition in known:
                open_states[condition, signal] = StateSeen(at_us=at_us, condition=condition, signal=signal)
            case ev.MonitorConditionEnded(condition=condition, signal=signal, at_us=at_us):
                if began := open_states.pop((condition, signal), None):
                    found.append(msgspec.structs.replace(began, ended_us=at_us))
    return sorted([*found, *open_states.values()], key=lambda seen: (seen.at_us, seen.condition, seen.signal))


def _analysed_again(
    then: Store, case_id: str, history: Sequence[Recorded], heard: Sequence[NewHeld], knowledge: Knowledge
) -> list[StateSeen]:
    """What the ward as it is today tells of the same messages, with everything that people entered at its time."""
    clock = _At()
    ctx = Context(store=then, book=CaseBook(then), clock=clock, ids=_Numbers(), knowledge=knowledge)
    ward = Ward(ctx)
    for one in _in_turn([one for one in history if one.actor != OWN_ACTOR], heard):
        if isinstance(one, Recorded):
            then.submit(_again(one)).result()
            continue
        clock.at_us = one.received_us
        ctx.book.catch_up()
        ward.hear(one)
    ctx.book.catch_up()
    return _told(then.read_stream(ev.case_stream(case_id)))


def _in_turn(history: Sequence[Recorded], heard: Sequence[NewHeld]) -> Iterator[Recorded | NewHeld]:
    """Both by their time; what was recorded first, of two at one moment."""
    waiting = list(reversed(heard))
    for one in history:
        while waiting and waiting[-1].received_us < one.recorded_us:
            yield waiting.pop()
        yield one
    yield from reversed(waiting)


def compare(
    then: Sequence[StateSeen], now: Sequence[StateSeen]
) -> tuple[tuple[StateSeen, ...], tuple[StateSeen, ...], tuple[tuple[StateSeen, StateSeen], ...]]:
    """States that only one of the two tells, and those that begin or end at another moment. An end that one of them
    does not know is no difference: a monitor that was taken off ends what it showed, and analysis does not see that."""
    left, only_then, moved = list(now), [], []
    for one in then:
        near = [other for other in left if _same_state(one, other)]
        if not near:
            only_then.append(one)
            continue
        match = min(near, key=lambda other: abs(other.at_us - one.at_us))
        left.remove(match)
        ends = (one.ended_us, match.ended_us)
        if one.at_us != match.at_us or (None not in ends and ends[0] != ends[1]):
            moved.append((one, match))
    return tuple(only_then), tuple(left), tuple(moved)


def _same_state(one: StateSeen, other: StateSeen) -> bool:
    same = (one.condition, one.signal) == (other.condition, other.signal)
    return same and abs(one.at_us - other.at_us) <= SAME_US
