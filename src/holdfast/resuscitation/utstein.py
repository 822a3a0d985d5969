"""The report of a resuscitation in the order of the veterinary Utstein template: hospital, animal, event, outcome.

The template's abstract was read (Boller 2016, ``utstein_vet_2016``), which names these four groups and the core
elements; the full list of its supplemental variables was not. What nobody recorded is said as not recorded.
"""

from dataclasses import dataclass

from holdfast.kernel.time import US_PER_S
from holdfast.record.cpr_events import CprStep
from holdfast.record.cpr_log import CprLog
from holdfast.resuscitation.course import Course, Phase, course, seen
from holdfast.resuscitation.protocol import Protocol

FACTS: dict[str, str] = {
    "hospital": "Hospital",
    "location": "Where it arrested",
    "witnessed": "Arrest seen by somebody",
    "suspected_cause": "Suspected cause",
    "stop_reason": "Why efforts ended",
    "alive_24h": "Alive after 24 hours",
    "discharged": "Alive at discharge",
    "function_at_discharge": "Functional capacity at discharge",
}
"""What a person records, by key of ``cpr_fact_recorded.1``."""

NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Animal:
    """Who it was, in the words of the record."""

    name: str
    species: str
    breed: str
    sex: str
    age: str
    weight_kg: float | None


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    label: str
    value: str


@dataclass(frozen=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class LogLine:
    """One touch in the report, those taken back included."""

    after_us: int
    """Since the beginning."""
    step: CprStep
    what: str
    amount: str
    by: str
    withdrawn: str


@dataclass(frozen=True)
class Report:
    """The whole record of one resuscitation."""

    sections: tuple[Section, ...]
    """Hospital, animal, event, outcome."""
    log: tuple[LogLine, ...]


def report(log: CprLog, animal: Animal, numbers: Protocol, now_us: int) -> Report | None:
    """The report as of ``now_us``; None before it began."""
    stands = course(log, now_us)
    if stands is None:
        return None
    return Report(
        sections=(
            Section("Hospital", (Row(FACTS["hospital"], log.fact("hospital") or NOT_RECORDED),)),
            Section("Animal", _animal(animal, log)),
            Section("Event", _event(log, stands, now_us)),
            Section("Outcome", _outcome(log, stands, numbers, now_us)),
        ),
        log=tuple(
            LogLine(e.at_us - stands.began_us, e.step, e.what, _amount(e.amount, e.unit, e.route), e.by, e.withdrawn)
            for e in log.entries
            if e.at_us <= now_us
        ),
    )


def _animal(animal: Animal, log: CprLog) -> tuple[Row, ...]:
    used = log.started.weight_kg if log.started else animal.weight_kg
    return (
        Row("Name", animal.name or NOT_RECORDED),
        Row("Species", animal.species or NOT_RECORDED),
        Row("Breed", animal.breed or NOT_RECORDED),
        Row("Sex", animal.sex or NOT_RECORDED),
        Row("Age", animal.age or NOT_RECORDED),
        Row("Weight that doses were worked out from", f"{used:g} kg" if used is not None else NOT_RECORDED),
    )


def _event(log: CprLog, stands: Course, now_us: int) -> tuple[Row, ...]:
    touches = seen(log, now_us)
    rhythms = [entry.what for entry in touches if entry.step is CprStep.RHYTHM]
    drugs = [entry for entry in touches if entry.step is CprStep.DRUG]
    first_drug = duration(drugs[0].at_us - stands.began_us) if drugs else "none given"
    etco2 = [entry.amount for entry in touches if entry.step is CprStep.ETCO2 and entry.amount is not None]
    compressed_us = sum((s.to_us or now_us) - s.from_us for s in stands.stretches if s.phase is Phase.COMPRESSIONS)
    place = log.fact("location") or (log.started.location if log.started else "")
    return (
        Row(FACTS["location"], place or NOT_RECORDED),
        Row(FACTS["witnessed"], log.fact("witnessed") or NOT_RECORDED),
        Row(FACTS["suspected_cause"], log.fact("suspected_cause") or NOT_RECORDED),
        Row("First rhythm identified", rhythms[0] if rhythms else NOT_RECORDED),
        Row("Cycles of compressions", str(len(stands.cycles))),
        Row("Time with compressions", duration(compressed_us)),
        Row("Shocks", str(sum(entry.step is CprStep.SHOCK for entry in touches))),
        Row("First drug after", first_drug),
        Row("EtCO2", f"{min(etco2):g} to {max(etco2):g} mmHg" if etco2 else NOT_RECORDED),
    )


def _outcome(log: CprLog, stands: Course, numbers: Protocol, now_us: int) -> tuple[Row, ...]:
    lasted = [(s.to_us or now_us) - s.from_us for s in stands.stretches if s.phase is Phase.CIRCULATION]
    longest = max(lasted, default=0)
    stops = [entry for entry in seen(log, now_us) if entry.step is CprStep.STOPPED]
    open_still = stands.phase is Phase.CIRCULATION
    return (
        Row(
            f"Circulation for more than {numbers.rosc_any_us // US_PER_S} s",
            _yes(longest, numbers.rosc_any_us, open_still),
        ),
        Row(
            f"Circulation for more than {numbers.rosc_sustained_us // (60 * US_PER_S)} min",
            _yes(longest, numbers.rosc_sustained_us, open_still),
        ),
        Row(FACTS["stop_reason"], log.fact("stop_reason") or (stops[-1].what if stops else "") or NOT_RECORDED),
        Row(FACTS["alive_24h"], log.fact("alive_24h") or NOT_RECORDED),
        Row(FACTS["discharged"], log.fact("discharged") or NOT_RECORDED),
        Row(FACTS["function_at_discharge"], log.fact("function_at_discharge") or NOT_RECORDED),
    )


def _yes(longest_us: int, limit_us: int, lasts: bool) -> str:
    if longest_us > limit_us:
        return "yes"
    return "not yet" if lasts else "no"


def _amount(amount: float | None, unit: str, route: str) -> str:
    return " ".join(part for part in (f"{amount:g}" if amount is not None else "", unit, route) if part)


def duration(us: int) -> str:
    """Minutes and seconds, as on the clock."""
    seconds = us // US_PER_S
    return f"{seconds // 60}:{seconds % 60:02d}"
