"""Instants and durations as plain integers.

An instant is microseconds since 1970-01-01T00:00:00Z (``*_us``); a duration carries its unit in
its name (``*_s``, ``*_us``). Nothing here reads a clock: time always arrives as an argument.
"""

from datetime import UTC, datetime, timedelta, timezone

US_PER_S = 1_000_000
US_PER_MIN = 60 * US_PER_S
US_PER_H = 60 * US_PER_MIN

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_datetime(moment: datetime) -> int:
    """Microseconds since the epoch of an aware datetime."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone is not an instant")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(instant_us: int, offset_min: int = 0) -> datetime:
    """The instant as an aware datetime at a fixed offset from UTC (minutes)."""
    zone = timezone(timedelta(minutes=offset_min))
    return (_EPOCH + timedelta(microseconds=instant_us)).astimezone(zone)


def iso(instant_us: int, offset_min: int = 0) -> str:
    """ISO 8601 with offset, as short as is exact (no fraction when it is zero)."""
    return to_datetime(instant_us, offset_min).isoformat()


def from_iso(text: str) -> int:
    """The instant written in ISO 8601; without an offset it is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def age_words(age_us: int) -> str:
    """An age as a person reads it at the bedside: ``now``, ``12 s``, ``24 min``, ``3 h``, ``2 d``."""
    age_s = max(0, age_us) // US_PER_S
    if age_s < 2:
        return "now"
    if age_s < 90:
        return f"{age_s} s"
    if age_s < 90 * 60:
        return f"{age_s // 60} min"
    if age_s < 48 * 3600:
        return f"{age_s // 3600} h"
    return f"{age_s // 86400} d"
