"""Looks over a release that loads: what is in it, what is odd, and which numbers carry most on least.

``loader`` refuses what is inconsistent. This module tells an editor what is consistent and still poor.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import log, log10
from statistics import NormalDist
from typing import Protocol

from holdfast.knowledge.graded import Measure
from holdfast.knowledge.model import Derivation, Estimate, Finding, Frequency, Grade, Knowledge

FINDINGS_PER_DISEASE_MIN = 5
QUICK_RANGE = (30, 60)
"""Fewer chips miss what an emergency examination looks at; more cannot be seen at a glance."""
PRIOR_SUM_RANGE = (0.5, 1.5)
"""The priors are shares of one population; two diseases at once let them pass 1 a little."""
WEAKEST_SHOWN = 20
_LEAK_APART = 4.0
"""How many times a background rate may differ from what the background of its value says."""

STORY_FINDINGS = (
    "collapse",
    "crt_prolonged",
    "diffuse_pain",
    "focal_pain_abdomen",
    "focal_pain_forelimb",
    "focal_pain_head",
    "focal_pain_hindlimb",
    "focal_pain_neck",
    "focal_pain_pelvis",
    "focal_pain_spine",
    "focal_pain_thoracic_wall",
    "gums_pale",
    "known_blunt_trauma_recent",
    "known_penetrating_injury",
    "lethargy",
    "mentation_dull",
    "metallic_opacity_abdomen",
    "metallic_opacity_thorax",
    "multi_organ",
    "no_response_to_fluids",
    "no_response_to_oxygen",
    "pressor_response_to_palpation",
    "pulse_weak",
    "sudden_deterioration_overnight",
    "working_dog_recent_deployment",
)
"""Keys that the body chart, the touch responses and the second look name in code."""


class Graded(Protocol):
    """Anything with a pedigree."""

    @property
    def grade(self) -> Grade: ...
    @property
    def source(self) -> str: ...
    @property
    def note(self) -> str: ...


@dataclass(frozen=True)
class WeakNumber:
    """An estimate of ours that conclusions lean on."""

    where: str
    value: float
    strength: float
    """Powers of ten by which it can move the odds: of one disease for a frequency, summed over diseases for a leak."""


@dataclass(frozen=True)
class Report:
    """What ``check`` found. ``errors`` make a release unfit to ship; ``warnings`` are work to do."""

    release: str
    counts: dict[str, int]
    grades: dict[str, dict[Grade, int]]
    """Kind of number (prior, leak, frequency, ...) to how many of each grade."""
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    weakest: tuple[WeakNumber, ...]
    shares: dict[Grade, float]
    """Share of all numbers of each grade."""
    tuned_for_these_data: bool
    """Whether temperature, silence and share of the unlisted were fitted on these data, or on older ones."""


def check(knowledge: Knowledge) -> Report:
    """The report on one release."""
    return Report(
        release=knowledge.release,
        counts=_counts(knowledge),
        grades=_grades(knowledge),
        errors=tuple(_errors(knowledge)),
        warnings=tuple(_warnings(knowledge)),
        weakest=_weakest(knowledge),
        shares=_shares(knowledge),
        tuned_for_these_data=knowledge.tuning.fitted_for == knowledge.facts,
    )


def likelihood_ratio(frequency: Frequency, finding: Finding) -> float:
    """How much oftener the finding is present with the disease (noisy-or with the leak) than without."""
    return (1 - (1 - frequency.p) * (1 - finding.leak.value)) / finding.leak.value


def _counts(knowledge: Knowledge) -> dict[str, int]:
    diseases = knowledge.diseases.values()
    return {
        "diseases": len(knowledge.diseases),
        "descriptive states": sum(disease.descriptive for disease in diseases),
        "treatable diseases": sum(disease.treatable for disease in diseases),
        "findings": len(knowledge.findings),
        "findings in use": len(_used(knowledge)),
        "quick findings": sum(finding.quick for finding in knowledge.findings.values()),
        "spellings": len(knowledge.aliases),
        "frequencies": sum(len(disease.findings) for disease in diseases),
        "complications": sum(len(disease.complications) for disease in diseases),
        "tests": len(knowledge.tests),
        "alarm kinds": len(knowledge.alarms.kinds),
        "watched numbers": len(knowledge.alarms.limits),
        "sources": len(knowledge.sources),
    }


def numbers(knowledge: Knowledge) -> Iterator[tuple[str, str, Grade, str, str]]:
    """Every number that can reach a conclusion: kind, owner, grade, source and note."""

    def told(kind: str, owner: str, number: Estimate | Graded) -> tuple[str, str, Grade, str, str]:
        return kind, owner, number.grade, number.source, number.note

    tuning = knowledge.tuning
    for name, value in (
        ("temperature", tuning.temperature),
        ("silence", tuning.silence),
        ("unlisted share", tuning.unlisted_share),
        ("claim slope", tuning.claim_slope),
    ):
        yield told("tuning", name, value)
    for finding in knowledge.findings.values():
        yield told("leak", finding.key, finding.leak)
        for derived in finding.derived:
            yield told("threshold", finding.key, derived.threshold)
    for measure in knowledge.measures.values():
        yield told("background value", measure.key, measure.mean)
        yield told("background value", measure.key, measure.spread)
    for disease in knowledge.diseases.values():
        yield told("prior", disease.key, disease.prior)
        yield told("benefit", disease.key, disease.benefit)
        groups: tuple[tuple[str, tuple[Graded, ...]], ...] = (
            ("frequency", disease.findings),
            ("value", disease.values),
            ("complication", disease.complications),
            ("modifier", disease.modifiers),
        )
        for kind, group in groups:
            for number in group:
                yield told(kind, disease.key, number)
    for test in knowledge.tests.values():
        yield told("minutes", test.key, test.minutes)
        for accuracy in test.accuracy:
            yield told("accuracy", test.key, accuracy)
    for alarm in knowledge.alarms.kinds.values():
        yield told("alarm delay", alarm.key, alarm)
    for limit in knowledge.alarms.limits.values():
        for side in (side for row in limit.rows for side in (row.low, row.high) if side is not None):
            yield told("alarm limit", limit.key, side)


def _shares(knowledge: Knowledge) -> dict[Grade, float]:
    counted = Counter(grade for _, _, grade, _, _ in numbers(knowledge))
    return {grade: counted[grade] / counted.total() for grade in Grade}


def _grades(knowledge: Knowledge) -> dict[str, dict[Grade, int]]:
    counted: dict[str, Counter[Grade]] = {}
    for kind, _, grade, _, _ in numbers(knowledge):
        counted.setdefault(kind, Counter())[grade] += 1
    return {kind: {grade: counter[grade] for grade in Grade} for kind, counter in counted.items()}


def _used(knowledge: Knowledge) -> set[str]:
    return {frequency.finding for disease in knowledge.diseases.values() for frequency in disease.findings}


def _errors(knowledge: Knowledge) -> Iterator[str]:
    for kind, owner, grade, source, _ in numbers(knowledge):
        if grade is not Grade.ESTIMATE and source not in knowledge.sources:
            yield f"{kind} of {owner!r} is {grade.value} and has no source"
    steps = {level for scale in knowledge.scales.values() for level in scale.levels}
    for test in knowledge.tests.values():
        for accuracy in test.accuracy:
            if accuracy.finding in steps or knowledge.findings[accuracy.finding].syndrome:
                yield f"test {test.key!r} has an accuracy for {accuracy.finding!r}, which has a scale or a syndrome"
    for key in STORY_FINDINGS:
        if key not in knowledge.findings:
            yield f"finding {key!r} is named in code and missing"
    if not any(disease.descriptive for disease in knowledge.diseases.values()):
        yield "there is no descriptive state, so 'organ failure' could not be told from a cause"
    for disease in knowledge.diseases.values():
        if not disease.findings:
            yield f"disease {disease.key!r} has no findings and could never be told from another"
        if disease.treatable and not disease.treatment_summary.strip():
            yield f"disease {disease.key!r} is treatable and does not say how"
        if disease.descriptive and disease.treatable:
            yield f"disease {disease.key!r} is descriptive: it has no treatment of its own"


def _warnings(knowledge: Knowledge) -> Iterator[str]:
    yield from _warnings_on_diseases(knowledge)
    yield from _warnings_on_findings(knowledge)
    yield from _warnings_on_measures(knowledge)
    yield from _warnings_on_the_whole(knowledge)


def _warnings_on_diseases(knowledge: Knowledge) -> Iterator[str]:
    for disease in knowledge.diseases.values():
        if 0 < len(disease.findings) < FINDINGS_PER_DISEASE_MIN:
            yield f"disease {disease.key!r} has only {len(disease.findings)} findings"
        for frequency in disease.findings:
            finding = knowledge.findings[frequency.finding]
            if frequency.p < finding.leak.value:
                yield (
                    f"disease {disease.key!r} shows {finding.key!r} in {frequency.p:.3g}, "
                    f"below the background of {finding.leak.value:.3g}"
                )
    silent = Counter(
        (kind, owner) for kind, owner, grade, _, note in numbers(knowledge) if grade is Grade.ESTIMATE and not note
    )
    for (kind, owner), count in sorted(silent.items()):
        yield f"{owner}: {count} {kind} estimate{'s' if count != 1 else ''} without a note"


def _warnings_on_findings(knowledge: Knowledge) -> Iterator[str]:
    used = _used(knowledge)
    revealed = {key for test in knowledge.tests.values() for key in test.reveals}
    members = Counter(finding.syndrome for finding in knowledge.findings.values() if finding.syndrome)
    for finding in knowledge.findings.values():
        if finding.key not in used and not finding.implies_absent:
            yield f"finding {finding.key!r} is used by no disease"
        if finding.key in used and finding.stage == "workup" and finding.key not in revealed:
            yield f"finding {finding.key!r} needs a test and no test reveals it"
        if members[finding.syndrome] == 1:
            yield f"finding {finding.key!r} is alone in its syndrome {finding.syndrome!r}"
    for test in knowledge.tests.values():
        if not used.intersection(test.reveals):
            yield f"test {test.key!r} reveals nothing that a disease uses"


def _warnings_on_measures(knowledge: Knowledge) -> Iterator[str]:
    """The share of the background beyond a threshold should be about the background rate of its finding."""
    for measure in knowledge.measures.values():
        for key in measure.covers:
            finding = knowledge.findings[key]
            for rule in finding.derived:
                if rule.observation != measure.key:
                    continue
                if rule.unit.lower() != measure.unit.lower():
                    yield f"measure {measure.key!r} is in {measure.unit}, the threshold of {key!r} in {rule.unit}"
                beyond = _beyond(measure, rule)
                if not 1 / _LEAK_APART <= beyond / finding.leak.value <= _LEAK_APART:
                    yield (
                        f"measure {measure.key!r} puts {beyond:.2g} of the background beyond the threshold of {key!r}, "
                        f"its background rate says {finding.leak.value:.2g}"
                    )


def _beyond(measure: Measure, rule: Derivation) -> float:
    middle, spread, at = measure.mean.value, measure.spread.value, rule.threshold.value
    off = log(at / middle) / log(spread) if measure.log else (at - middle) / spread
    below = NormalDist().cdf(off)
    return below if rule.op.startswith("<") else 1 - below


def _warnings_on_the_whole(knowledge: Knowledge) -> Iterator[str]:
    if knowledge.tuning.fitted_for != knowledge.facts:
        yield (
            "temperature, silence, unlisted share and claim slope were fitted for "
            f"{knowledge.tuning.fitted_for or 'no release'}; the data are {knowledge.facts}: "
            "fit them again, or freeze them for these data"
        )
    total = sum(disease.prior.value for disease in knowledge.diseases.values())
    if not PRIOR_SUM_RANGE[0] <= total <= PRIOR_SUM_RANGE[1]:
        yield f"the priors add up to {total:.2f}"
    quick = sum(finding.quick for finding in knowledge.findings.values())
    if not QUICK_RANGE[0] <= quick <= QUICK_RANGE[1]:
        yield f"{quick} findings are quick; {QUICK_RANGE[0]} to {QUICK_RANGE[1]} fit an emergency examination"
    cited = set(_citations(knowledge))
    for source in sorted(knowledge.sources.keys() - cited):
        yield f"source {source!r} is cited nowhere"


def _citations(knowledge: Knowledge) -> Iterator[str]:
    yield from (source for _, _, _, source, _ in numbers(knowledge))
    for disease in knowledge.diseases.values():
        yield from (exclusion.source for exclusion in disease.exclusions)
    yield from knowledge.alarms.citations()
    yield from knowledge.care.citations()


def _weakest(knowledge: Knowledge) -> tuple[WeakNumber, ...]:
    """Estimates that move the odds most, half of them leaks: a wrong leak is wrong in every disease at once."""
    frequencies: list[WeakNumber] = []
    leaks: dict[str, float] = defaultdict(float)
    for disease in knowledge.diseases.values():
        for frequency in disease.findings:
            finding = knowledge.findings[frequency.finding]
            strength = log10(likelihood_ratio(frequency, finding))
            if finding.leak.grade is Grade.ESTIMATE:
                leaks[finding.key] += strength
            if frequency.grade is Grade.ESTIMATE:
                where = f"frequency of {finding.key} in {disease.key}"
                frequencies.append(WeakNumber(where, frequency.p, strength))
    backgrounds = [
        WeakNumber(f"leak of {key}", knowledge.findings[key].leak.value, strength) for key, strength in leaks.items()
    ]
    half = WEAKEST_SHOWN // 2
    return (*_strongest(backgrounds, half), *_strongest(frequencies, half))


def _strongest(numbers: list[WeakNumber], count: int) -> list[WeakNumber]:
    return sorted(numbers, key=lambda number: (-number.strength, number.where))[:count]
