"""Doses that were read in a source, with what disagrees beside them. The data are ``data/doses.yaml``.

A dose that is not here was not checked, and Holdfast has no word on it. Nothing here reads files; see ``loader``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from holdfast.knowledge.grades import Grade

BOLUS_UNITS = ("mg/kg", "U/kg", "mEq/kg", "g/kg", "mL/kg", "J/kg")
"""Once, or again after a time."""
INFUSION_UNITS = ("ug/kg/min", "ug/kg/h", "mg/kg/h")
"""Constant rate infusions."""


@dataclass(frozen=True)
class DoseRange:
    """What one source prints; ``low`` is ``high`` where it prints one number."""

    low: float
    high: float
    unit: str
    """One of ``BOLUS_UNITS`` or ``INFUSION_UNITS``."""
    grade: Grade
    source: str
    note: str = ""


@dataclass(frozen=True)
class Disagreement:
    """What another source prints."""

    says: str
    source: str
    superseded: bool
    """An older edition says so: shown, never offered."""
    range: DoseRange | None = None
    """The other numbers, where it is the numbers that differ."""


class Repeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When it may be given again."""

    from_s: float | None = None
    to_s: float | None = None
    """Due from, and overdue after, counted from the last time. None: nothing printed."""
    times: int | None = None
    """How often altogether; None: nothing printed."""
    source: str


class Most(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Not more than this altogether, as printed."""

    amount: float
    unit: str
    source: str
    note: str = ""


class Concentration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A strength that the source itself calculates with. The vial in the hand decides, not this."""

    amount_per_ml: float
    unit: str
    source: str


@dataclass(frozen=True)
class Dose:
    """One drug (or fluid, or energy) for one use."""

    key: str
    drug: str
    use: str
    """cpr, reversal, defibrillation, emergency or analgesia."""
    indication: str
    species: tuple[str, ...]
    routes: tuple[str, ...]
    range: DoseRange
    checked: str
    """Day on which the source was read, ISO."""
    give_over: str = ""
    repeat: Repeat | None = None
    most: Most | None = None
    concentrations: tuple[Concentration, ...] = ()
    cautions: tuple[str, ...] = ()
    agrees: tuple[str, ...] = ()
    """Further sources that print the same."""
    disagrees: tuple[Disagreement, ...] = ()

    @property
    def infusion(self) -> bool:
        return self.range.unit in INFUSION_UNITS

    @property
    def accepted(self) -> tuple[float, float]:
        """The lowest and the highest that a current source prints; outside it, a reason is asked for."""
        others = [
            other.range
            for other in self.disagrees
            if other.range is not None and not other.superseded and other.range.unit == self.range.unit
        ]
        every = (self.range, *others)
        return min(one.low for one in every), max(one.high for one in every)

    def citations(self) -> Iterator[str]:
        """Ids of every source that it names."""
        yield self.range.source
        yield from self.agrees
        yield from (one.source for one in self.concentrations)
        for one in self.disagrees:
            yield one.source
        if self.repeat is not None:
            yield self.repeat.source
        if self.most is not None:
            yield self.most.source
