"""The log of alarms of a case: what was raised when, why it ended, who acknowledged, who was called."""

from collections.abc import Iterable

import msgspec

from holdfast.record import alarm_events as al
from holdfast.record import events as ev
from holdfast.usecases.alarm_views import label
from holdfast.usecases.context import Context


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm from its raising on. A latched one that came back is a line of its own."""

    alarm_id: str
    kind: str
    label: str
    signal: str
    text: str
    """As it was when the alarm was raised, with value and limit."""
    priority: str
    technical: bool
    since_us: int
    raised_us: int
    cleared_us: int | None = None
    """When its cause was gone; None: it lasts, or the alarm was switched off first."""
    why_cleared: str = ""
    """over, part_of:<alarm>, not_known, said_over, not_watched, switched_off or raised_anew (about more); empty while
    it lasts."""
    said_by: str = ""
    """Who said that it is over; empty: the signals, or nobody."""
    latched: bool = False
    """Whether it stayed visible after its cause was gone."""
    acknowledged_by: str = ""
    """Name, empty when nobody did."""
    acknowledged_us: int | None = None
    called: tuple[tuple[str, int], ...] = ()
    """Whom it called, and when."""
    second_opinion: str = ""
    """What our signals said when it was raised; empty: they were not asked."""


def alarm_log(
    ctx: Context, case_id: str, *, limit: int = 500, recorded_until_us: int | None = None
) -> tuple[LogLine, ...]:
    """The last ``limit`` alarms of a case, the newest first; with ``recorded_until_us`` as they were known by then."""
    recorded = ctx.store.read_stream(ev.case_stream(case_id), recorded_until_us=recorded_until_us, without_blocks=True)
    return _lines(ctx, recorded)[: -limit - 1 : -1]


def _lines(ctx: Context, recorded: Iterable[ev.Recorded]) -> tuple[LogLine, ...]:
    lines: list[LogLine] = []
    last: dict[str, int] = {}

    def change(alarm_id: str, **changes: object) -> None:
        if alarm_id in last:
            lines[last[alarm_id]] = msgspec.structs.replace(lines[last[alarm_id]], **changes)

    for item in recorded:
        match item.event:
            case al.AlarmRaised() as event:
                for line in lines:
                    if (line.kind, line.signal) == (event.alarm, event.signal) and not line.why_cleared:
                        change(line.alarm_id, cleared_us=event.at_us, why_cleared="raised_anew")
                last[event.alarm_id] = len(lines)
                lines.append(_raised(ctx, event))
            case al.AlarmCleared() as event:
                said_by = ctx.book.clinic.name_of(item.actor) if event.why == "said_over" else ""
                change(
                    event.alarm_id,
                    cleared_us=event.at_us,
                    why_cleared=event.why,
                    said_by=said_by,
                    latched=event.latches,
                )
            case al.AlarmAcknowledged() as event:
                change(
                    event.alarm_id,
                    acknowledged_by=ctx.book.clinic.name_of(item.actor),
                    acknowledged_us=event.at_us,
                )
            case al.AlarmEscalated() as event if event.alarm_id in last:
                called = lines[last[event.alarm_id]].called
                change(event.alarm_id, called=(*called, (event.called, event.at_us)))
            case al.AlarmSecondOpinion() as event:
                change(event.alarm_id, second_opinion=event.text)
            case al.AlarmSwitchedOff() as event:
                for line in lines:
                    if line.kind == event.alarm and not line.why_cleared:
                        change(line.alarm_id, why_cleared="switched_off")
    return tuple(lines)


def _raised(ctx: Context, event: al.AlarmRaised) -> LogLine:
    return LogLine(
        alarm_id=event.alarm_id,
        kind=event.alarm,
        label=label(ctx.knowledge.alarms, event.alarm),
        signal=event.signal,
        text=event.text,
        priority=event.priority,
        technical=event.technical,
        since_us=event.since_us,
        raised_us=event.at_us,
    )
