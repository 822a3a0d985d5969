"""What reasoning is given: findings with where each came from, and who the animal is."""

from dataclasses import dataclass, field

from holdfast.record.events import Presence


@dataclass(frozen=True)
class Observed:
    """One finding as known now. Something nobody looked for is simply not here."""

    presence: Presence
    since_us: int | None = None
    """First moment of the present run of this presence; None when the time was not stated."""
    basis: str = "recorded"
    """How it came about, as a sentence a person reads: ``recorded``, ``creatinine 4.2 mg/dL is above 1.8`` ..."""
    provenance: tuple[str, ...] = ()
    """Event ids (or other names) of what it rests on."""
    test: str = ""
    """Test that gave it, where known: it may be wrong as often as that test is."""

    @property
    def present(self) -> bool:
        return self.presence is Presence.PRESENT


@dataclass(frozen=True)
class Value:
    """A measured value in the unit of its measure."""

    value: float
    at_us: int | None = None
    source: str = ""
    """Event id or name of what measured it."""


@dataclass(frozen=True)
class Signalment:
    """Who the animal is, as far as it shifts how common a disease is. Unknown parts shift nothing."""

    breed: str = ""
    age_years: float | None = None
    sex: str = ""
    """female, female_neutered, male, male_neutered, unknown or empty."""
    weight_kg: float | None = None
    working_dog: bool | None = None
    region: str = ""
    """Where it lives or was last: a country or a part of one (ISO 3166: ``AU``, ``AU-QLD``)."""
    month: int | None = None
    """Month in which it fell ill, 1 to 12."""


@dataclass(frozen=True)
class Evidence:
    """All that is known at one moment."""

    findings: dict[str, Observed]
    """Finding key -> what was seen. Keys that the knowledge does not have are kept and said, not used."""
    signalment: Signalment = field(default_factory=Signalment)
    notes: tuple[str, ...] = ()
    """What could not be read into a finding, and why, in sentences."""
    values: dict[str, Value] = field(default_factory=dict)
    """Measure key -> the newest value. It is used instead of the findings that are derived from it."""
