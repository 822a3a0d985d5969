"""Looks over a release that loads: what is in it, what is odd, and which numbers carry most on least.

``loader`` refuses what is inconsistent. This module tells an editor what is consistent and still poor.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import log10

from holdfast.knowledge.model import Disease, Estimate, Finding, Frequency, Grade, Knowledge

FINDINGS_PER_DISEASE_MIN = 5
QUICK_RANGE = (30, 60)
"""Fewer chips miss what an emergency examination looks at; more cannot be seen at a glance."""
PRIOR_SUM_RANGE = (0.5, 1.5)
"""The priors are shares of one population; two diseases at once let them pass 1 a little."""
WEAKEST_SHOWN = 20

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


def check(knowledge: Knowledge) -> Report:
    """The report on one release."""
    return Report(
        release=knowledge.release,
        counts=_counts(knowledge),
        grades=_grades(knowledge),
        errors=tuple(_errors(knowledge)),
        warnings=tuple(_warnings(knowledge)),
        weakest=_weakest(knowledge),
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


def _numbers(knowledge: Knowledge) -> Iterator[tuple[str, str, Grade, str]]:
    """Every number that can reach a conclusion: kind, owner, grade and note."""
    for finding in knowledge.findings.values():
        yield "leak", finding.key, finding.leak.grade, finding.leak.note
        for derived in finding.derived:
            yield "threshold", finding.key, derived.threshold.grade, derived.threshold.note
    for disease in knowledge.diseases.values():
        yield "prior", disease.key, disease.prior.grade, disease.prior.note
        yield "benefit", disease.key, disease.benefit.grade, disease.benefit.note
        for frequency in disease.findings:
            yield "frequency", disease.key, frequency.grade, frequency.note
        for complication in disease.complications:
            yield "complication", disease.key, complication.grade, complication.note
        for modifier in disease.modifiers:
            yield "modifier", disease.key, modifier.grade, modifier.note
    for test in knowledge.tests.values():
        yield "minutes", test.key, test.minutes.grade, test.minutes.note
    for kind in knowledge.alarms.kinds.values():
        yield "alarm delay", kind.key, kind.grade, kind.note
    for limit in knowledge.alarms.limits.values():
        for side in (side for row in limit.rows for side in (row.low, row.high) if side is not None):
            yield "alarm limit", limit.key, side.grade, side.note


def _grades(knowledge: Knowledge) -> dict[str, dict[Grade, int]]:
    counted: dict[str, Counter[Grade]] = {}
    for kind, _, grade, _ in _numbers(knowledge):
        counted.setdefault(kind, Counter())[grade] += 1
    return {kind: {grade: counter[grade] for grade in Grade} for kind, counter in counted.items()}


def _used(knowledge: Knowledge) -> set[str]:
    return {frequency.finding for disease in knowledge.diseases.values() for frequency in disease.findings}


def _errors(knowledge: Knowledge) -> Iterator[str]:
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
        (kind, owner) for kind, owner, grade, note in _numbers(knowledge) if grade is Grade.ESTIMATE and not note
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


def _warnings_on_the_whole(knowledge: Knowledge) -> Iterator[str]:
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
    tuning = knowledge.tuning
    estimates: list[Estimate] = [tuning.temperature, tuning.silence, tuning.unlisted_share]
    for finding in knowledge.findings.values():
        estimates += [finding.leak, *(derived.threshold for derived in finding.derived)]
    estimates += [test.minutes for test in knowledge.tests.values()]
    for disease in knowledge.diseases.values():
        estimates += [disease.prior, disease.benefit]
        yield from _disease_citations(disease)
    yield from (estimate.source for estimate in estimates)
    yield from knowledge.alarms.citations()


def _disease_citations(disease: Disease) -> Iterator[str]:
    yield from (frequency.source for frequency in disease.findings)
    yield from (complication.source for complication in disease.complications)
    yield from (modifier.source for modifier in disease.modifiers)
    yield from (exclusion.source for exclusion in disease.exclusions)


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
