"""What a simulated working dog did before its scenario begins; the composition root turns it into commands."""

from dataclasses import dataclass

from holdfast.record.service_events import Happening


@dataclass(frozen=True)
class Past:
    """One entry of the history, ``day`` days from the live moment (negative)."""

    day: float
    hours: float | None
    place: str
    what: Happening
    note: str = ""
    by: str = ""
    """Empty: the handler."""


@dataclass(frozen=True)
class ServicePast:
    """The whole of it. Name, chip and breed are those of the scenario."""

    service_number: str
    unit: str
    handler: str
    handler_since_day: float
    entries: tuple[Past, ...]
