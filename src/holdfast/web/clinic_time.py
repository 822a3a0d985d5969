"""Instants as the clinic's wall clock shows them."""

from datetime import datetime

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_S, from_datetime, to_datetime


def clock(instant_us: int) -> str:
    """Time of day as the clinic's wall clock shows it."""
    return to_datetime(instant_us).astimezone().strftime("%H:%M:%S")


def stamp(instant_us: int) -> str:
    """Day and time as the clinic's wall clock shows it."""
    return to_datetime(instant_us).astimezone().strftime("%d %b %Y %H:%M:%S")


def day(instant_us: int) -> str:
    """The day as the clinic's calendar shows it."""
    return to_datetime(instant_us).astimezone().strftime("%A, %d %B %Y")


def machine(instant_us: int) -> str:
    """ISO 8601 in UTC, for ``<time datetime>``."""
    return to_datetime(instant_us).isoformat()


def moment(text: str) -> int | None:
    """A moment as the page's field writes it (clinic time, ``2026-11-22T06:12[:30]``), or None.

    A minute means all of that minute: what was recorded at 06:12:40 was known "at 06:12".
    """
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise OperatorError(f"{text!r} is not a moment.", "Choose day and time.") from None
    whole_minute = text.count(":") == 1
    return from_datetime(local.astimezone()) + (60 * US_PER_S - 1 if whole_minute else US_PER_S - 1)


def local_moment(instant_us: int) -> str:
    """As a field of type ``datetime-local`` takes it."""
    return to_datetime(instant_us).astimezone().strftime("%Y-%m-%dT%H:%M")


def instant(text: str) -> int | None:
    """When something happened, as the page's field writes it (clinic time); None for an empty field."""
    if not text:
        return None
    try:
        return from_datetime(datetime.fromisoformat(text).astimezone())
    except ValueError:
        raise OperatorError(f"{text!r} is not a moment.", "Choose day and time.") from None
