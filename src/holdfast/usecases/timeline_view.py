"""The timeline whole: what people entered, alarms with who acknowledged them, and what lies before the case."""

from collections.abc import Iterable
from dataclasses import replace

from holdfast.record import alarm_events as al
from holdfast.record import events as ev
from holdfast.usecases.alarm_log import LogLine, alarm_log
from holdfast.usecases.context import Context
from holdfast.usecases.ports import OWN_ACTOR
from holdfast.usecases.service_lines import service_lines
from holdfast.usecases.timeline import Line, timeline

ORDER = (
    "service",
    "inquiry",
    "finding",
    "touch",
    "treatment",
    "diagnosis",
    "test",
    "imaging",
    "order",
    "second_look",
    "decision",
    "surgery",
    "resuscitation",
    "recovery",
    "alarm",
    "monitor",
    "custody",
    "note",
    "admin",
)
"""Lanes of the timeline from top to bottom; a category that is not here comes after them."""
ALARMS_MAX = 2_000
_SHOWED = (("unexplained", "leaves open", 4), ("not_excluded", "not excluded", 3), ("next_tests", "would tell most", 1))
"""Parts of a second look that the timeline tells: key, words, how many names."""


def whole_timeline(ctx: Context, case_id: str, until_us: int | None = None) -> list[Line]:
    """All lines in the order of when things happened; with ``until_us`` only what had been recorded by then."""
    recorded = ctx.store.read_stream(ev.case_stream(case_id), recorded_until_us=until_us, without_blocks=True)
    looks = {one.seq: one.event for one in recorded if isinstance(one.event, ev.SecondLookShown)}
    lines = [_with_look(line, looks.get(line.seq)) for line in timeline(ctx, case_id, until_us)]
    raised = {one.event.alarm_id: one for one in recorded if isinstance(one.event, al.AlarmRaised)}
    log = alarm_log(ctx, case_id, limit=ALARMS_MAX, recorded_until_us=until_us)
    lines += [_alarm(one, raised[one.alarm_id]) for one in log]
    lines += service_lines(ctx, case_id, until_us)
    return sorted(lines, key=lambda line: (line.at_us, line.seq))


def categories_of(lines: Iterable[Line]) -> tuple[str, ...]:
    """Categories that the lines have, in the order of the lanes."""
    found = {line.category for line in lines}
    return (*(one for one in ORDER if one in found), *sorted(found - set(ORDER)))


def chosen_of(
    lines: Iterable[Line],
    *,
    categories: Iterable[str] = (),
    actors: Iterable[str] = (),
    from_us: int | None = None,
    to_us: int | None = None,
) -> list[Line]:
    """The lines of these categories and people (none named: all) in the half-open stretch of time."""
    kinds, people = set(categories), set(actors)
    return [
        line
        for line in lines
        if (not kinds or line.category in kinds)
        and (not people or line.actor in people)
        and (from_us is None or line.at_us >= from_us)
        and (to_us is None or line.at_us < to_us)
    ]


def _alarm(one: LogLine, raised: ev.Recorded) -> Line:
    parts = [one.text]
    if one.acknowledged_by:
        parts.append(f"acknowledged by {one.acknowledged_by} {_after(one.acknowledged_us, one.raised_us)}")
    else:
        parts.append("acknowledged by nobody")
    parts += [f"{whom} called {_after(at_us, one.raised_us)}" for whom, at_us in one.called]
    parts.append(f"over {_after(one.cleared_us, one.raised_us)}" if one.cleared_us is not None else "lasts")
    if one.second_opinion:
        parts.append(one.second_opinion)
    return Line(
        seq=raised.seq,
        at_us=one.raised_us,
        recorded_us=raised.recorded_us,
        actor=OWN_ACTOR,
        kind=ev.kind_of(raised.event),
        category="alarm",
        text=f"Alarm, {one.priority}: {one.label}",
        detail="; ".join(part for part in parts if part),
        end_us=one.cleared_us,
    )


def _after(at_us: int | None, since_us: int) -> str:
    seconds = ((at_us or since_us) - since_us) // 1_000_000
    return f"after {seconds} s" if seconds < 120 else f"after {seconds // 60} min"


def _with_look(line: Line, look: ev.SecondLookShown | None) -> Line:
    """A second look with what it showed beside its verdict."""
    if look is None:
        return line
    said = [line.detail]
    for key, words, most in _SHOWED:
        names = _names(look.page.get(key))
        more = f" and {len(names) - most} more" if 1 < most < len(names) else ""
        said += [f"{words}: {', '.join(names[:most])}{more}"] if names else []
    return replace(line, detail="; ".join(part for part in said if part))


def _names(rows: object) -> list[str]:
    """Names in a part of the page as it was shown; a part of another shape says nothing."""
    if not isinstance(rows, list):
        return []
    return [str(row["name"]) for row in rows if isinstance(row, dict) and row.get("name")]
