"""Instants as the clinic's wall clock shows them."""

from holdfast.kernel.time import to_datetime


def clock(instant_us: int) -> str:
    """Time of day as the clinic's wall clock shows it."""
    return to_datetime(instant_us).astimezone().strftime("%H:%M:%S")


def stamp(instant_us: int) -> str:
    """Day and time as the clinic's wall clock shows it."""
    return to_datetime(instant_us).astimezone().strftime("%d %b %Y %H:%M:%S")


def machine(instant_us: int) -> str:
    """ISO 8601 in UTC, for ``<time datetime>``."""
    return to_datetime(instant_us).isoformat()


def local_moment(instant_us: int) -> str:
    """As a field of type ``datetime-local`` takes it."""
    return to_datetime(instant_us).astimezone().strftime("%Y-%m-%dT%H:%M")
