"""From what stands in the record to findings: what was written down, what numbers mean, what touching showed.

What a person wrote goes before what is derived from a number, and both before what another finding implies.
Retracted entries are left out by the caller.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from holdfast.knowledge.model import Derivation, Knowledge
from holdfast.reasoning.evidence import Evidence, Observed, Signalment, Value
from holdfast.reasoning.touch import Touch, TouchEffect, from_effects, from_touches
from holdfast.record.events import Presence

_WORKING_DOG = "working_dog"


@dataclass(frozen=True)
class RecordedFinding:
    """One finding that a person entered, with its number when it has one."""

    key: str
    presence: Presence
    at_us: int
    event_id: str
    value: float | None = None
    unit: str = ""
    test: str = ""
    """Key of the test that gave it, where known."""


@dataclass(frozen=True)
class TreatmentEffect:
    """What followed one treatment, put beside what may be expected of it."""

    category: str
    """Of the treatment given: oxygen, fluid, analgesic ..."""
    at_us: int
    helped: bool | None
    """Whether what may be expected came; None when it cannot be judged: then nothing is said."""
    text: str
    """What was seen: ``SpO2 88 to 89 % within 30 min, expected a rise of 2 or more``."""
    event_id: str


@dataclass(frozen=True)
class Measurement:
    """The latest value of one numeric, in the unit of the knowledge."""

    key: str
    value: float
    unit: str
    at_us: int | None
    source: str
    """Event id or name of what measured it."""


@dataclass(frozen=True)
class Inputs:
    """Everything evidence is derived from, as plain values."""

    findings: Sequence[RecordedFinding] = ()
    measurements: Sequence[Measurement] = ()
    touches: Sequence[Touch] = ()
    effects: Sequence[TouchEffect] = ()
    treatments: Sequence[TreatmentEffect] = ()
    signalment: Signalment = field(default_factory=Signalment)


def derive(knowledge: Knowledge, inputs: Inputs) -> Evidence:
    """Evidence at the moment of the inputs; every piece says what it was derived from and since when."""
    recorded = _recorded(knowledge, inputs.findings)
    values = _composed(_latest([*inputs.measurements, *_values(inputs.findings)]))
    from_numbers, notes = _from_numbers(knowledge, values)
    touched, touch_notes = from_touches(knowledge, inputs.touches)
    merged = {
        **_from_signalment(knowledge, inputs.signalment),
        **from_numbers,
        **touched,
        **from_effects(knowledge, inputs.effects),
        **_from_treatments(knowledge, inputs.treatments),
        **recorded,
    }
    findings = {**_implied(knowledge, merged), **merged}
    unknown = sorted(key for key in findings if key not in knowledge.findings)
    said = tuple(f"{key!r} is not in the vocabulary: it stays on record, unused here." for key in unknown)
    notes = (*notes, *touch_notes, *said)
    return Evidence(dict(sorted(findings.items())), inputs.signalment, notes, _measured(knowledge, values))


def _recorded(knowledge: Knowledge, entries: Iterable[RecordedFinding]) -> dict[str, Observed]:
    """Last word per finding; known since the start of the present run of that word."""
    history: dict[str, list[RecordedFinding]] = {}
    for entry in sorted(entries, key=lambda e: (e.at_us, e.event_id)):
        key = knowledge.aliases.get(entry.key, entry.key)
        # A number under a key that is no finding speaks only through its thresholds.
        if key in knowledge.findings or entry.value is None:
            history.setdefault(key, []).append(entry)
    observed = {}
    for key, entries_of in history.items():
        run = []
        for entry in reversed(entries_of):
            if entry.presence is not entries_of[-1].presence:
                break
            run.append(entry)
        ids = tuple(entry.event_id for entry in reversed(run))
        observed[key] = Observed(run[0].presence, run[-1].at_us, "recorded", ids, run[0].test)
    return observed


def _values(entries: Iterable[RecordedFinding]) -> list[Measurement]:
    return [Measurement(e.key, e.value, e.unit, e.at_us, e.event_id) for e in entries if e.value is not None]


def _latest(measurements: Iterable[Measurement]) -> dict[str, Measurement]:
    """Newest value per key; a value without a time is older than any with one."""
    latest: dict[str, Measurement] = {}
    for m in sorted(measurements, key=lambda m: (-1 if m.at_us is None else m.at_us, m.source)):
        latest[m.key] = m
    return latest


_RATIOS = (
    ("na_k_ratio", ("sodium_mmol_l",), ("potassium_mmol_l",)),
    ("shock_index", ("hr", "hr_ecg", "pulse"), ("art_sys", "nibp_sys")),
)
"""Numbers that are one value over another: name, numerators and denominators in order of preference."""


def _composed(values: dict[str, Measurement]) -> dict[str, Measurement]:
    """The values, with ratios that nobody entered added where both parts are known."""
    composed = dict(values)
    for name, over, under in _RATIOS:
        top = next((values[k] for k in over if k in values), None)
        bottom = next((values[k] for k in under if k in values and values[k].value > 0), None)
        if name in values or top is None or bottom is None:
            continue
        times = [m.at_us for m in (top, bottom) if m.at_us is not None]
        source = f"{top.source}, {bottom.source}"
        composed[name] = Measurement(name, top.value / bottom.value, "1", max(times, default=None), source)
    return composed


def _from_numbers(knowledge: Knowledge, values: dict[str, Measurement]) -> tuple[dict[str, Observed], tuple[str, ...]]:
    findings: dict[str, Observed] = {}
    notes: list[str] = []
    for finding in knowledge.findings.values():
        judged = []
        for rule in finding.derived:
            measured = values.get(rule.observation)
            if measured is None:
                continue
            if measured.unit and rule.unit and measured.unit.lower() != rule.unit.lower():
                notes.append(
                    f"{measured.key} {measured.value:g} {measured.unit} was not used for {finding.name}: "
                    f"its threshold is in {rule.unit}."
                )
                continue
            judged.append((_judge(rule, measured.value), rule, measured))
        decided = _decide(judged)
        if decided is not None:
            findings[finding.key] = decided
    return findings, tuple(dict.fromkeys(notes))


def _measured(knowledge: Knowledge, values: dict[str, Measurement]) -> dict[str, Value]:
    """Values that the knowledge can use as they are; one in another unit speaks through no threshold either."""
    return {
        key: Value(m.value, m.at_us, m.source)
        for key, measure in knowledge.measures.items()
        if (m := values.get(key)) is not None and (not m.unit or m.unit.lower() == measure.unit.lower())
    }


def _from_treatments(knowledge: Knowledge, effects: Iterable[TreatmentEffect]) -> dict[str, Observed]:
    """Findings that say whether a kind of treatment helped: the newest judged one decides."""
    newest: dict[str, TreatmentEffect] = {}
    for effect in sorted(effects, key=lambda e: (e.at_us, e.event_id)):
        if effect.helped is not None:
            newest[effect.category] = effect
    observed = {}
    for finding in knowledge.findings.values():
        seen = newest.get(finding.response.category) if finding.response else None
        if finding.response is not None and seen is not None:
            presence = Presence.PRESENT if seen.helped is finding.response.helped else Presence.ABSENT
            observed[finding.key] = Observed(presence, seen.at_us, seen.text, (seen.event_id,))
    return observed


def _judge(rule: Derivation, value: float) -> Presence | None:
    """Present, absent, or nothing said in the band between."""
    limit = rule.threshold.value
    present = {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[rule.op]
    if present:
        return Presence.PRESENT
    if rule.absent_beyond is None:
        return None
    beyond = value >= rule.absent_beyond if rule.op.startswith("<") else value <= rule.absent_beyond
    return Presence.ABSENT if beyond else None


def _decide(judged: list[tuple[Presence | None, Derivation, Measurement]]) -> Observed | None:
    """Any rule that says present decides; absent only when every rule that could be judged says so."""
    seen = [(rule, m) for presence, rule, m in judged if presence is Presence.PRESENT]
    if seen:
        return _told(Presence.PRESENT, seen)
    if judged and all(presence is Presence.ABSENT for presence, _, _ in judged):
        return _told(Presence.ABSENT, [(rule, m) for _, rule, m in judged])
    return None


def _told(presence: Presence, why: list[tuple[Derivation, Measurement]]) -> Observed:
    def words(rule: Derivation, m: Measurement) -> str:
        number = f"{m.key} {m.value:g} {rule.unit}".strip()
        holds = "is" if presence is Presence.PRESENT else "is not"
        return f"{number} {holds} {rule.op} {rule.threshold.value:g}"

    times = [m.at_us for _, m in why if m.at_us is not None]
    text = "; ".join(words(rule, m) for rule, m in why)
    return Observed(presence, min(times, default=None), text, tuple(dict.fromkeys(m.source for _, m in why)))


def _from_signalment(knowledge: Knowledge, dog: Signalment) -> dict[str, Observed]:
    if dog.working_dog is None or _WORKING_DOG not in knowledge.findings:
        return {}
    presence = Presence.PRESENT if dog.working_dog else Presence.ABSENT
    return {_WORKING_DOG: Observed(presence, None, "signalment")}


def _implied(knowledge: Knowledge, merged: dict[str, Observed]) -> dict[str, Observed]:
    """What a normal result rules out, unless somebody looked at that very thing."""
    implied = {}
    for key, observed in merged.items():
        finding = knowledge.findings.get(key)
        if finding is None or not observed.present:
            continue
        for absent in finding.implies_absent:
            text = f"implied by: {finding.name}"
            implied[absent] = Observed(Presence.ABSENT, observed.since_us, text, observed.provenance)
    return implied
