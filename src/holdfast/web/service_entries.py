"""What can be posted about a working dog's service and about what was found in a case, by form or as JSON.

Moments come as the clinic's wall clock writes them (``at``: ``2026-11-22T06:12``) or as ``at_us``.
"""

import msgspec

from holdfast.record import inquiry_events as iq
from holdfast.record import service_events as se
from holdfast.web.entries import Entry


class NewDogEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str = ""
    service_number: str = ""
    microchip: str = ""
    breed: str = ""
    unit: str = ""
    training: bool = False


class DogFactEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    field: str = ""
    value: str = ""
    reason: str = ""


class HandlerEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    handler: str = ""
    unit: str = ""
    account: str = ""
    at: str = ""
    at_us: int | None = None


class HappeningEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the history; which fields count depends on ``kind``."""

    kind: str = ""
    at: str = ""
    at_us: int | None = None
    end: str = ""
    end_us: int | None = None
    place: str = ""
    by: str = ""
    note: str = ""
    replaces: str = ""
    reason: str = ""
    task: str = ""
    gunfire: se.Answer = se.Answer.NOT_RECORDED
    explosion: se.Answer = se.Answer.NOT_RECORDED
    gear: str = ""
    mechanism: se.Mechanism = se.Mechanism.OTHER
    what: str = ""
    where: str = ""
    """``side:region`` of the body chart."""
    witnesses: str = ""
    seen: se.Seen = se.Seen.NOT_RECORDED
    seen_words: str = ""
    treated: str = ""
    imaged: se.Imaged = se.Imaged.NOT_RECORDED
    agent: str = ""
    minutes: float | None = None
    signs: str = ""
    result: str = ""
    places_imaged: tuple[str, ...] = ()
    metal_seen: se.Answer = se.Answer.NOT_RECORDED
    state: str = ""
    fitness_reason: str = ""


class WithdrawalEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    entry_id: str = ""
    reason: str = ""


class LinkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    service_id: str = ""
    how: str = ""


class UnlinkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""


class LesionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lesion_id: str = ""
    by: str = ""
    where: str = ""
    """``side:region`` of the body chart."""
    depth: iq.Depth = iq.Depth.NOT_RECORDED
    found: iq.ObjectFound = iq.ObjectFound.NOT_RECORDED
    found_basis: iq.Basis = iq.Basis.NOT_RECORDED
    material: iq.Material = iq.Material.NOT_RECORDED
    item_id: str = ""
    age_low_days: float | None = None
    age_high_days: float | None = None
    age_basis: iq.AgeBasis = iq.AgeBasis.NOT_RECORDED
    age_reason: str = ""
    age_by: str = ""
    note: str = ""
    reason: str = ""
    at: str = ""
    at_us: int | None = None


class StatementEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lesion_id: str = ""


class ImportEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file by JSON: ``take`` false tries it and writes nothing."""

    csv: str = ""
    name: str = ""
    columns: dict[str, str] = msgspec.field(default_factory=dict)
    dates: str = "iso"
    kind: str = ""
    by: str = ""
    take: bool = False
    expected: str = ""
