"""Turns the entries of the files into :class:`Knowledge` and checks every reference and number on the way."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from holdfast.knowledge import conditions, graded_assembly, shapes
from holdfast.knowledge.alarm_rules import AlarmRules
from holdfast.knowledge.care import Care
from holdfast.knowledge.graded import Measure, TreatmentResponse
from holdfast.knowledge.model import (
    Complication,
    Derivation,
    Disease,
    Exclusion,
    Finding,
    Frequency,
    Grade,
    Knowledge,
    Modifier,
    Reason,
    Region,
    Source,
    Test,
    Tuning,
)
from holdfast.knowledge.pedigree import Pedigree, Problems
from holdfast.knowledge.vocabulary import fold

_KEY = re.compile(r"[a-z0-9][a-z0-9_]*")
_P_TOLERANCE = 0.02
"""Printed percentages are rounded, and a few papers round badly; further off means a slip of ours."""


@dataclass(frozen=True)
class Parts:
    """All entries as read, before references are checked."""

    tuning: shapes.TuningShape
    findings: list[tuple[str, shapes.FindingShape]]
    diseases: list[tuple[str, shapes.DiseaseShape]]
    sources: list[shapes.SourceShape]
    tests: list[shapes.TestShape]
    measures: list[shapes.MeasureShape]
    scales: list[shapes.ScaleShape]
    regions: list[shapes.RegionShape]
    reasons: list[shapes.ReasonShape]
    finding_aliases: dict[str, str]
    disease_aliases: dict[str, list[str]]


def assemble(
    parts: Parts, alarms: AlarmRules, care: Care, digest: str, facts_digest: str, problems: Problems
) -> Knowledge:
    """The release; faults are added to ``problems`` and the value is then not to be used."""
    _unique_keys(parts, problems)
    _no_circles(parts, problems)
    aliases = _finding_spellings(parts, problems)
    checks = Pedigree(problems, {s.id for s in parts.sources}, {shape.key for _, shape in parts.findings})
    measures = graded_assembly.measures(parts.measures, checks)
    work = _Assembly(
        problems=problems,
        sources=checks.sources,
        findings=checks.findings,
        diseases={shape.key for _, shape in parts.diseases},
        tests={shape.key for shape in parts.tests},
        measures=measures,
        aliases=aliases,
    )
    return Knowledge(
        release=f"{parts.tuning.version}+{digest}",
        facts=facts_digest,
        sources={s.id: Source(s.id, s.title, s.url, s.text_seen, s.year, s.note) for s in parts.sources},
        findings={shape.key: work.finding(file, shape) for file, shape in parts.findings},
        diseases={shape.key: work.disease(file, shape) for file, shape in parts.diseases},
        tests={shape.key: work.test(shape) for shape in parts.tests},
        regions={shape.key: work.region(shape) for shape in parts.regions},
        reasons={s.key: Reason(s.key, s.text, s.decision) for s in parts.reasons},
        tuning=work.tuning(parts.tuning),
        aliases=aliases,
        disease_aliases=_disease_spellings(parts, problems),
        measures=measures,
        scales=graded_assembly.scales(parts.scales, [shape for _, shape in parts.findings], checks),
        alarms=alarms,
        care=care,
    )


def _unique_keys(parts: Parts, problems: Problems) -> None:
    groups: list[tuple[str, Iterable[tuple[str, str]]]] = [
        ("source", (("sources.yaml", s.id) for s in parts.sources)),
        ("finding", ((file, s.key) for file, s in parts.findings)),
        ("disease", ((file, s.key) for file, s in parts.diseases)),
        ("test", (("tests.yaml", s.key) for s in parts.tests)),
        ("measure", (("measures.yaml", s.key) for s in parts.measures)),
        ("scale", (("scales.yaml", s.key) for s in parts.scales)),
        ("region", (("regions.yaml", s.key) for s in parts.regions)),
        ("reason", (("reasons.yaml", s.key) for s in parts.reasons)),
    ]
    for kind, entries in groups:
        first: dict[str, str] = {}
        for file, key in entries:
            if not _KEY.fullmatch(key):
                problems.add(file, key, "a key is lower-case letters, digits and underscores")
            if key in first:
                problems.add(file, key, f"this {kind} is already in {first[key]}")
            first.setdefault(key, file)
    for file, disease in parts.diseases:
        if file != f"diseases/{disease.key}.yaml":
            problems.add(file, disease.key, "the file must be named after the disease key")


def _no_circles(parts: Parts, problems: Problems) -> None:
    """No disease may lead to itself by way of its complications: it would make itself more likely."""
    leads_to = {
        shape.key: [each.disease for each in shape.complications if each.disease != shape.key]
        for _, shape in parts.diseases
    }
    while True:
        try:
            TopologicalSorter(leads_to).prepare()
        except CycleError as error:
            first, *others = reversed(error.args[1])  # the sorter thinks of them as coming before, not after
            text = f"complications go in a circle: {' > '.join((first, *others))}"
            problems.add(f"diseases/{first}.yaml", first, text)
            leads_to[first].remove(others[0])  # said; now look for the next circle
        else:
            return


def _finding_spellings(parts: Parts, problems: Problems) -> dict[str, str]:
    """Every spelling, as written and folded, to its key; one spelling for two findings is a fault."""
    keys = {shape.key for _, shape in parts.findings}
    spellings: dict[str, str] = {}
    owners: dict[str, str] = {}

    def claim(file: str, text: str, key: str) -> None:
        owner = owners.setdefault(fold(text), key)
        if owner != key:
            problems.add(file, key, f"{text!r} already means {owner}")
        spellings.setdefault(text, key)
        spellings.setdefault(fold(text), key)

    for file, shape in parts.findings:
        claim(file, shape.key, shape.key)
    for file, shape in parts.findings:
        for text in (shape.name, *shape.synonyms):
            claim(file, text, shape.key)
    for text, key in parts.finding_aliases.items():
        if key not in keys:
            problems.add("finding_aliases.yaml", text, f"there is no finding {key!r}")
        else:
            claim("finding_aliases.yaml", text, key)
    return spellings


def _disease_spellings(parts: Parts, problems: Problems) -> dict[str, tuple[str, ...]]:
    """Names, synonyms and aliases of diseases to keys. One name may mean several (aliases) on purpose."""
    keys = {shape.key for _, shape in parts.diseases}
    spellings: dict[str, tuple[str, ...]] = {}
    for file, shape in parts.diseases:
        for text in (shape.key, shape.name, *shape.synonyms):
            for spelling in {text, fold(text)}:
                known = spellings.setdefault(spelling, (shape.key,))
                if known != (shape.key,):
                    clash = f"{text!r} already means {known[0]}; list both in disease_aliases.yaml"
                    problems.add(file, shape.key, clash)
    for text, targets in parts.disease_aliases.items():
        unknown = [key for key in targets if key not in keys]
        if unknown or not targets:
            problems.add("disease_aliases.yaml", text, f"there is no disease {', '.join(unknown) or 'named'}")
        for spelling in {text, fold(text)}:
            spellings[spelling] = tuple(targets)
    return spellings


@dataclass
class _Assembly(Pedigree):
    """Builds single entries against the sets of known keys."""

    diseases: set[str]
    tests: set[str]
    measures: dict[str, Measure]
    aliases: dict[str, str]

    def finding(self, file: str, shape: shapes.FindingShape) -> Finding:
        fault = self.faults(file, shape.key)
        for key in shape.implies_absent:
            if key not in self.findings or key == shape.key:
                fault(f"implies_absent names {key!r}, which is not another finding")
        return Finding(
            key=shape.key,
            name=shape.name,
            system=shape.system,
            stage=shape.stage,
            leak=self.probability(shape.leak, "leak", fault),
            synonyms=shape.synonyms,
            derived=tuple(self._derivation(derived, fault) for derived in shape.derived),
            syndrome=shape.syndrome,
            implies_absent=shape.implies_absent,
            quick=shape.quick,
            context=shape.context,
            response=TreatmentResponse(shape.response.category, shape.response.helped) if shape.response else None,
            note=shape.note,
        )

    def _derivation(self, shape: shapes.DerivationShape, fault: Callable[[str], None]) -> Derivation:
        beyond, threshold = shape.absent_beyond, shape.threshold.value
        if beyond is not None and (beyond > threshold if shape.op.startswith(">") else beyond < threshold):
            fault(f"absent_beyond of {shape.observation} lies on the side where the finding is present")
        estimate = self.estimate(shape.threshold, f"threshold of {shape.observation}", fault)
        return Derivation(shape.observation, shape.op, estimate, shape.unit, beyond)

    def disease(self, file: str, shape: shapes.DiseaseShape) -> Disease:
        fault = self.faults(file, shape.key)
        benefit = self.estimate(shape.benefit, "benefit", fault)
        if not 0 <= benefit.value <= 1:
            fault("benefit lies outside 0 to 1")
        frequencies = tuple(self._frequency(frequency, fault) for frequency in shape.findings)
        seen: set[str] = set()
        for frequency in frequencies:
            if frequency.finding in seen:
                fault(f"finding {frequency.finding!r} is listed twice (directly or by a synonym)")
            seen.add(frequency.finding)
        return Disease(
            key=shape.key,
            name=shape.name,
            system=shape.system,
            descriptive=shape.descriptive,
            prior=self.probability(shape.prior, "prior", fault),
            treatable=shape.treatable,
            benefit=benefit,
            urgency=shape.urgency,
            treatment_summary=shape.treatment_summary,
            findings=frequencies,
            values=graded_assembly.values(shape.values, self.measures, self, fault),
            complications=tuple(self._complication(each, shape.key, fault) for each in shape.complications),
            modifiers=tuple(self._modifier(each, fault) for each in shape.modifiers),
            exclusions=tuple(self._exclusion(each, fault) for each in shape.exclusions),
            synonyms=shape.synonyms,
            note=shape.note,
        )

    def _frequency(self, shape: shapes.FrequencyShape, fault: Callable[[str], None]) -> Frequency:
        key = shape.finding if shape.finding in self.findings else self.aliases.get(fold(shape.finding), "")
        if not key:
            fault(f"there is no finding {shape.finding!r}")
        self.pedigree(shape.grade, shape.source, f"finding {shape.finding!r}", fault)
        if shape.grade is Grade.PUBLISHED and shape.total is None:
            fault(f"finding {shape.finding!r} is published, so it needs n and total, or p and total")
        p = self._share(shape, fault)
        return Frequency(key or shape.finding, p, shape.grade, shape.n, shape.total, shape.source, shape.note)

    def _share(self, shape: shapes.FrequencyShape, fault: Callable[[str], None]) -> float:
        """n/total where counted, else p. None or all of N is drawn in by half a dog: nothing is 0 or 100 %."""
        what = f"finding {shape.finding!r}"
        if shape.total is not None and shape.total <= 0:
            fault(f"{what} has a total that is not positive")
            return 0.5
        if shape.n is not None:
            if shape.total is None or not 0 <= shape.n <= shape.total:
                fault(f"{what} has n without a total that reaches it")
                return 0.5
            share = shape.n / shape.total
            if shape.p is not None and abs(shape.p - share) > _P_TOLERANCE:
                fault(f"{what} says p {shape.p} but n/total is {share:.3f}")
            return share if 0 < shape.n < shape.total else (shape.n + 0.5) / (shape.total + 1)
        if shape.p is None or not 0 < shape.p < 1:
            fault(f"{what} needs n and total, or a p between 0 and 1 (both excluded)")
            return 0.5
        return shape.p

    def _complication(self, shape: shapes.ComplicationShape, own: str, fault: Callable[[str], None]) -> Complication:
        if shape.disease not in self.diseases or shape.disease == own:
            fault(f"complication {shape.disease!r} is not another disease")
        if not 0 < shape.p < 1:
            fault(f"complication {shape.disease!r} has a p outside 0 to 1")
        self.pedigree(shape.grade, shape.source, f"complication {shape.disease!r}", fault)
        return Complication(shape.disease, shape.p, shape.grade, shape.source, shape.note)

    def _modifier(self, shape: shapes.ModifierShape, fault: Callable[[str], None]) -> Modifier:
        try:
            conditions.read(shape.when)
        except ValueError as error:
            fault(f"modifier {error}")
        if not shape.odds_ratio > 0:
            fault(f"modifier {shape.when!r} needs an odds ratio above 0")
        self.pedigree(shape.grade, shape.source, f"modifier {shape.when!r}", fault)
        return Modifier(shape.when, shape.odds_ratio, shape.grade, shape.source, shape.note)

    def _exclusion(self, shape: shapes.ExclusionShape, fault: Callable[[str], None]) -> Exclusion:
        if shape.test not in self.tests:
            fault(f"exclusion names the test {shape.test!r}, which is not in tests.yaml")
        self.pedigree(shape.grade, shape.source, f"exclusion by {shape.test!r}", fault)
        return Exclusion(shape.test, shape.says, shape.does_not_exclude, shape.grade, shape.source)

    def test(self, shape: shapes.TestShape) -> Test:
        fault = self.faults("tests.yaml", shape.key)
        self.known_findings(shape.reveals, "reveals", fault)
        self.known_findings(shape.never_with, "never_with", fault)
        minutes = self.estimate(shape.minutes, "minutes", fault)
        if not minutes.value > 0:
            fault("minutes must be above 0")
        return Test(
            key=shape.key,
            name=shape.name,
            minutes=minutes,
            cost_band=shape.cost_band,
            invasiveness=shape.invasiveness,
            risk_unstable=shape.risk_unstable,
            never_with=shape.never_with,
            reveals=shape.reveals,
            accuracy=graded_assembly.accuracies(shape, self, fault),
            point_of_care=shape.point_of_care,
        )

    def region(self, shape: shapes.RegionShape) -> Region:
        fault = self.faults("regions.yaml", shape.key)
        self.known_findings((shape.focal_finding,), "focal_finding", fault)
        if not shape.sides:
            fault("at least one side is needed")
        return Region(shape.key, shape.name, shape.sides, shape.focal_finding)

    def tuning(self, shape: shapes.TuningShape) -> Tuning:
        fault = self.faults("tuning.yaml", "tuning")
        temperature = self.estimate(shape.temperature, "temperature", fault)
        if temperature.value < 1:
            fault("a temperature below 1 would claim more than the findings say")
        claim_slope = self.estimate(shape.claim_slope, "claim_slope", fault)
        if not 0 < claim_slope.value <= 1:
            fault("a claim slope of 0 or less, or above 1, would turn claims round or make them bolder than inference")
        return Tuning(
            temperature=temperature,
            silence=self.probability(shape.silence, "silence", fault),
            unlisted_share=self.probability(shape.unlisted_share, "unlisted_share", fault),
            claim_slope=claim_slope,
            fitted_for=shape.fitted_for,
        )
