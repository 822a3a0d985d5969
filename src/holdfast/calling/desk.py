"""What the desk does next about one case: whom to call, when to go on, when to begin again. Pure: state and time in,
what to record out.
"""

from collections.abc import Callable, Mapping, Sequence

from holdfast.calling.course import STANDING, Phase, phase_of
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.calling_times import CallingTimes
from holdfast.record import call_events as ce
from holdfast.record.alarm_state import AlarmEntry, AlarmState, AlarmStatus
from holdfast.record.call_state import CallBook, CallEntry, Calls

DETERIORATION = "deterioration"
HIGH = "high"
REPLACED = "a more urgent call took its place"
_RANK = {"high": 0, "medium": 1, "low": 2}


def callees(book: CallBook, own: Sequence[str], priority: str, times: CallingTimes) -> tuple[ce.Callee, ...]:
    """The people of a call, in order: the case's own list, else the clinic's."""
    named = [book.contacts[one] for one in (own or book.order) if one in book.contacts]
    return tuple(
        ce.Callee(
            contact_id=one.contact_id,
            name=one.name,
            place=one.place,
            wait_s=times.wait_s(priority, one.place),
            channels=one.channels,
            account=one.account,
        )
        for one in named
    )


def about_alarms(
    calls: Calls,
    alarms: AlarmState,
    people: Callable[[str], tuple[ce.Callee, ...]],
    times: CallingTimes,
    names: Mapping[str, str],
    new_id: Callable[[], str],
    now_us: int,
) -> list[ce.ANY_CALL_EVENT]:
    """Calls that the alarms of a case open, join, end or replace at this moment.

    ``people``: the list for a priority; an empty one opens nothing. ``names``: of accounts, for who acknowledged.
    """
    standing = [one for one in calls.entries.values() if phase_of(one) in STANDING]
    ended = [end for one in standing if (end := _ended_by_alarms(one, alarms, names, now_us)) is not None]
    gone = {event.call_id for event in ended}
    told: list[ce.ANY_CALL_EVENT] = [*ended]
    standing = [one for one in standing if one.call_id not in gone]
    for alarm in _wanting(calls, alarms, times, now_us):
        current = next((one for one in standing if one.cause == "alarm"), None)
        if current is not None and _RANK[alarm.priority] >= _RANK[current.priority]:
            told.append(
                ce.CallJoined(
                    at_us=now_us,
                    call_id=current.call_id,
                    cause_id=alarm.alarm_id,
                    about=alarm.alarm,
                    text=alarm.text,
                )
            )
            continue
        if not (called := people(alarm.priority)):
            continue
        opened = ce.CallOpened(
            at_us=now_us,
            call_id=new_id(),
            cause="alarm",
            cause_id=alarm.alarm_id,
            about=alarm.alarm,
            text=alarm.text,
            priority=alarm.priority,
            people=called,
            again_s=times.again_s(alarm.priority),
        )
        told.append(opened)
        if current is not None:
            told.append(ce.CallWithdrawn(at_us=now_us, call_id=current.call_id, why=REPLACED))
            told += _taken_along(current, opened.call_id, alarms, now_us)
            standing.remove(current)
        # The next alarm of the same look joins this call.
        standing.append(_entry_of(opened))
    return told


def _taken_along(entry: CallEntry, call_id: str, alarms: AlarmState, now_us: int) -> list[ce.CallJoined]:
    """What a replaced call was about and still waits goes into the call that took its place."""
    return [
        ce.CallJoined(at_us=now_us, call_id=call_id, cause_id=cause, about=about, text=text)
        for cause, about, text in zip(entry.causes, entry.abouts, entry.texts, strict=True)
        if (alarm := alarms.by_id(cause)) is not None and alarm.status is not AlarmStatus.ACKNOWLEDGED
    ]


def next_step(entry: CallEntry, now_us: int) -> ce.ANY_CALL_EVENT | None:
    """What has to happen to a call now; None: nothing yet."""
    phase = phase_of(entry)
    if phase not in STANDING:
        return None
    if phase is Phase.NOBODY:
        waits = entry.again_us is not None and now_us < entry.again_us
        return None if waits or not entry.people else _made(entry, 1, now_us)
    if phase is Phase.OPEN:
        return _made(entry, 1, now_us) if entry.people else _list_ended(entry, now_us)
    last = entry.made[-1]
    # A clock that was set back must not keep anybody waiting longer than the list says.
    if last.at_us <= now_us < last.until_us:
        return None
    return _made(entry, last.place + 1, now_us) if last.place < len(entry.people) else _list_ended(entry, now_us)


def _made(entry: CallEntry, place: int, now_us: int) -> ce.CallMade:
    wait_us = int(entry.people[place - 1].wait_s * US_PER_S)
    return ce.CallMade(at_us=now_us, call_id=entry.call_id, place=place, until_us=now_us + wait_us)


def _list_ended(entry: CallEntry, now_us: int) -> ce.CallListEnded:
    again_us = now_us + int(entry.again_s * US_PER_S)
    return ce.CallListEnded(at_us=now_us, call_id=entry.call_id, again_us=again_us)


def _wanting(calls: Calls, alarms: AlarmState, times: CallingTimes, now_us: int) -> list[AlarmEntry]:
    """Alarms that need a person now and that no call is about, the most urgent first."""
    wanting = []
    for alarm in alarms.alarms:
        waiting = alarm.status is not AlarmStatus.ACKNOWLEDGED and not alarm.technical
        if not waiting or not (alarm.priority == HIGH or alarm.alarm == DETERIORATION):
            continue
        first_us = int(times.first_s(alarm.priority) * US_PER_S)
        # Since the first that nobody acknowledged: what comes and goes still calls.
        if 0 <= now_us - alarm.waits_us < first_us or _covered(alarm, calls, times, now_us):
            continue
        wanting.append(alarm)
    return sorted(wanting, key=lambda one: (_RANK[one.priority], one.raised_us))


def _covered(alarm: AlarmEntry, calls: Calls, times: CallingTimes, now_us: int) -> bool:
    """Whether a call about this alarm stands, or was answered so lately that who answered may be on the way."""
    for entry in calls.entries.values():
        same = alarm.alarm_id in entry.causes or (alarm.alarm in entry.abouts and alarm.waits_us <= entry.opened_us)
        if not same:
            continue
        phase = phase_of(entry)
        if phase in STANDING:
            return alarm.alarm_id in entry.causes or alarm.priority == entry.priority
        if phase is Phase.ANSWERED and entry.answered_us is not None:
            come_us = int(times.come_s(entry.priority) * US_PER_S)
            if 0 <= now_us - entry.answered_us < come_us:
                return True
    return False


def _ended_by_alarms(
    entry: CallEntry, alarms: AlarmState, names: Mapping[str, str], now_us: int
) -> ce.CallAnswered | ce.CallWithdrawn | None:
    """Who acknowledges every alarm of a call at the bed has answered it; what was switched off needs nobody.

    An alarm that cleared by itself still needs somebody: the call goes on until a person answers.
    """
    if entry.cause != "alarm":
        return None
    same = [one for one in alarms.alarms if one.alarm_id in entry.causes or one.alarm in entry.abouts]
    waiting = [one for one in same if one.status is not AlarmStatus.ACKNOWLEDGED]
    if entry.acknowledged and not waiting:
        who = entry.acknowledged[-1][0]
        return ce.CallAnswered(at_us=now_us, call_id=entry.call_id, who=names.get(who, who), how="bedside")
    off = {one.alarm for one in alarms.off_at(now_us)}
    if not same and set(entry.abouts) <= off:
        return ce.CallWithdrawn(at_us=now_us, call_id=entry.call_id, why="the alarm was switched off by a person")
    return None


def _entry_of(opened: ce.CallOpened) -> CallEntry:
    return CallEntry(
        call_id=opened.call_id,
        cause=opened.cause,
        causes=(opened.cause_id,),
        abouts=(opened.about,),
        texts=(opened.text,),
        priority=opened.priority,
        people=opened.people,
        again_s=opened.again_s,
        opened_us=opened.at_us,
        opened_by="",
    )
