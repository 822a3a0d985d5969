"""The alarms of the whole ward in one line: what the bar on every page shows, and in which order beds stand."""

from collections.abc import Sequence

import msgspec

from holdfast.knowledge.alarm_rules import PRIORITIES
from holdfast.usecases.alarm_views import AlarmView, urgency
from holdfast.usecases.live_views import BedView

_UNACKNOWLEDGED = ("active", "latched")


class StripAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm, and whose it is."""

    bed: str
    case_id: str
    name: str
    training: bool
    alarm: AlarmView


class StripPause(msgspec.Struct, frozen=True, kw_only=True):
    """A dog whose alarms do not sound until ``until_us``."""

    bed: str
    case_id: str
    name: str
    until_us: int
    by: str


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """Every alarm of the ward at one moment."""

    server_us: int
    sound: str
    """high, medium or low: the most urgent sound that any bed asks for; empty: none."""
    sounding: str
    """The case that asks for it; empty: none."""
    alarms: tuple[StripAlarm, ...]
    """What nobody has acknowledged first; each part by priority."""
    paused: tuple[StripPause, ...]


def strip(beds: Sequence[BedView], now_us: int) -> Strip:
    """The alarms of these beds as one list."""
    ordered = ranked(beds)
    rows = [bed_row(bed, alarm) for bed in ordered for alarm in bed.alarms.alarms]
    sounding = min(
        (bed for bed in ordered if bed.alarms.sound), key=lambda bed: PRIORITIES.index(bed.alarms.sound), default=None
    )
    return Strip(
        server_us=now_us,
        sound=sounding.alarms.sound if sounding else "",
        sounding=sounding.case_id if sounding else "",
        alarms=tuple(sorted(rows, key=_rank)),
        paused=tuple(
            StripPause(
                bed=bed.bed,
                case_id=bed.case_id,
                name=bed.name,
                until_us=bed.alarms.paused_until_us,
                by=bed.alarms.paused_by,
            )
            for bed in beds
            if bed.alarms.paused_until_us is not None
        ),
    )


def ranked(beds: Sequence[BedView]) -> list[BedView]:
    """The beds, the one that needs a person first in front; beds without alarms in the clinic's order."""
    return sorted(beds, key=lambda bed: urgency(bed.alarms))


def bed_row(bed: BedView, alarm: AlarmView) -> StripAlarm:
    """One alarm with the name of the dog."""
    return StripAlarm(bed=bed.bed, case_id=bed.case_id, name=bed.name, training=bed.training, alarm=alarm)


def _rank(row: StripAlarm) -> tuple[bool, int, bool]:
    alarm = row.alarm
    return alarm.state not in _UNACKNOWLEDGED, PRIORITIES.index(alarm.priority), alarm.state == "latched"
