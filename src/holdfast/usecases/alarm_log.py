"""The log of a case's alarms: each time one was raised, with its numbers and what became of it."""

from dataclasses import dataclass, replace

from holdfast.record import alarm_events as al
from holdfast.record import events as ev
from holdfast.usecases.context import Context

LINES_MAX = 500
"""So many of the newest are told; all of them stay in the record."""


@dataclass(frozen=True)
class LogLine:
    """An alarm from one raising to its end."""

    alarm_id: str
    alarm: str
    text: str
    priority: str
    technical: bool
    raised_us: int
    value: float | None
    limit: float | None
    unit: str
    ended_us: int | None = None
    acknowledged_by: str = ""
    """Name."""
    acknowledged_us: int | None = None
    called: tuple[str, ...] = ()
    """Whom it called because nobody acknowledged, in order."""


def alarm_log(ctx: Context, case_id: str) -> list[LogLine]:
    """The newest first."""
    recorded = ctx.store.read_stream(ev.case_stream(case_id), without_blocks=True)
    lines: list[LogLine] = []
    newest: dict[str, int] = {}
    """Place of the last raising of each alarm."""
    for item in recorded:
        match item.event:
            case al.AlarmRaised() as raised:
                newest[raised.alarm_id] = len(lines)
                lines.append(_line(raised))
            case (
                al.AlarmCleared(alarm_id=alarm_id)
                | al.AlarmAcknowledged(alarm_id=alarm_id)
                | al.AlarmEscalated(alarm_id=alarm_id)
            ) if alarm_id in newest:
                place = newest[alarm_id]
                lines[place] = _after(ctx, lines[place], item)
    return lines[::-1][:LINES_MAX]


def _line(raised: al.AlarmRaised) -> LogLine:
    return LogLine(
        alarm_id=raised.alarm_id,
        alarm=raised.alarm,
        text=raised.text,
        priority=raised.priority,
        technical=raised.technical,
        raised_us=raised.at_us,
        value=raised.value,
        limit=raised.limit,
        unit=raised.unit,
    )


def _after(ctx: Context, line: LogLine, item: ev.Recorded) -> LogLine:
    match item.event:
        case al.AlarmCleared(at_us=at_us):
            return replace(line, ended_us=at_us)
        case al.AlarmAcknowledged(at_us=at_us) if line.acknowledged_us is None:
            return replace(line, acknowledged_by=ctx.book.clinic.name_of(item.actor), acknowledged_us=at_us)
        case al.AlarmEscalated(called=called):
            return replace(line, called=(*line.called, called))
    return line
