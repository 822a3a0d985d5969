"""HL7 times, in every spelling monitors were seen to use.

``YYYYMMDDHHMMSS[.frac][+ZZZZ]`` is the standard. Seen besides: milliseconds without a dot
(``20260124131540000+0800``), four digits after the dot, no zone, dates only, ISO 8601, and
placeholders (``19000101``, all zeros).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from holdfast.kernel.limits import EARLIEST_US, LATEST_US
from holdfast.kernel.time import US_PER_S, from_datetime

_DTM = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)"
    r"(?:(?P<second>\d\d)(?:\.?(?P<fraction>\d{1,9}))?)?)?)?)?)?\.?(?P<zone>Z|[+-]\d\d:?(?:\d\d)?)?",
    re.ASCII,
)
_ISO = re.compile(
    r"(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)(?:[T ]+(?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?\s*(?P<zone>Z|[+-]\d\d:?(?:\d\d)?)?",
    re.ASCII,
)
_OFFSET_MIN_MAX = 14 * 60


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a sender wrote it."""

    at_us: int
    offset_min: int
    zoned: bool
    """The sender wrote the zone itself."""
    to_the_minute: bool
    """False for a bare date or hour: good for a birthday, not for the age of a value."""


def parse_dtm(text: str, default_offset_min: int = 0) -> Moment | None:
    """Read a time; ``None`` for an empty, impossible or placeholder one. Never raises."""
    text = text.strip()
    match = _DTM.fullmatch(text) or _ISO.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    offset_min = _offset_min(part["zone"]) if part["zone"] else default_offset_min
    if offset_min is None or abs(offset_min) > _OFFSET_MIN_MAX:
        return None
    try:
        wall = datetime(
            int(part["year"]),
            int(part["month"] or 1),
            int(part["day"] or 1),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            tzinfo=UTC,
        )
        instant_us = from_datetime(wall - timedelta(minutes=offset_min))
    except (ValueError, OverflowError):
        return None
    fraction = part["fraction"] or ""
    if fraction:
        instant_us += int(fraction) * US_PER_S // 10 ** len(fraction)
    if not EARLIEST_US <= instant_us < LATEST_US:
        return None  # 1900, 0000 and 1970 are what an unset field or clock holds
    return Moment(instant_us, offset_min, part["zone"] is not None, part["minute"] is not None)


def _offset_min(zone: str) -> int | None:
    if zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def format_dtm(instant_us: int, offset_min: int = 0) -> str:
    """HL7 DTM with zone; four digits of fraction (the standard's most) when there is one."""
    wall = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us, minutes=offset_min)
    fraction = f".{wall.microsecond // 100:04d}" if wall.microsecond >= 100 else ""
    sign = "-" if offset_min < 0 else "+"
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{wall:%Y%m%d%H%M%S}{fraction}{sign}{hours:02d}{minutes:02d}"
