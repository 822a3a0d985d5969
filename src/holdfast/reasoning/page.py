"""An assessment as plain JSON values: what is stored in the record and shown on the page.

Nothing here is computed anew. Every number comes with where it was taken from; nothing is called excluded.
"""

import math
from dataclasses import replace

from holdfast.knowledge.model import Disease, Grade, Knowledge
from holdfast.reasoning.assessment import Assessment, Candidate
from holdfast.reasoning.explain import number_of_background, numbers_of_link
from holdfast.reasoning.fit import NOT_WHOLE, FindingFit, Fit, Rival, Verdict
from holdfast.reasoning.fit_course import FitThen
from holdfast.reasoning.grounds import grounds, number_of
from holdfast.reasoning.not_excluded import Negative, NotExcluded
from holdfast.reasoning.page_numbers import (
    Page,
    disease_name,
    finding_name,
    in_sentence,
    number_page,
    rounded,
    source_of,
)
from holdfast.reasoning.page_tests import before_page, hold_page, next_test_page
from holdfast.reasoning.ranges import Parameter
from holdfast.reasoning.words import (
    calibration_words,
    contribution_words,
    grounds_words,
    likelihood_words,
    listed,
    percent,
    share_words,
    span,
    verdict_words,
)

UNLISTED_SAID = 0.1
"""Probability from which 'something not on our list' is said among the caveats."""

WORTH_A_MENTION = 3.0
"""Times that a rival must explain more before it is named beside a diagnosis that is not called a misfit (estimate,
ours; Jeffreys called a Bayes factor below the root of ten barely worth mentioning)."""

LEAVES_OPEN = "leaves_open"
"""A diagnosis that is not called a misfit and leaves signs unexplained: it must not look like one that fits."""

SENTENCES = 8
"""Findings of a candidate that are put into words, those that moved it most."""


def to_page(assessment: Assessment, knowledge: Knowledge) -> Page:
    """Plain dicts, lists, strings, numbers, booleans and None only."""
    fitted = assessment.fit
    return {
        "knowledge_release": assessment.knowledge_release,
        "working": assessment.working,
        "candidates": [_candidate(c, assessment, knowledge) for c in assessment.candidates],
        "descriptive": [_candidate(c, assessment, knowledge) for c in assessment.descriptive],
        "sets": [
            {
                "diseases": [{"key": k, "name": disease_name(k, knowledge)} for k in keys],
                "p": rounded(p),
                "words": percent(p),
            }
            for keys, p in assessment.sets
        ],
        "unlisted": [{"system": s, "p": rounded(p), "words": percent(p)} for s, p in assessment.unlisted[:3]],
        "fit": _fit(fitted, knowledge) if fitted else None,
        "fit_over_time": [_fit_then(then, knowledge) for then in assessment.fit_course],
        "unexplained": _unexplained(fitted, assessment, knowledge) if fitted else [],
        "not_excluded": [_not_excluded(n, assessment, knowledge) for n in assessment.not_excluded],
        "next_tests": [next_test_page(t, knowledge) for t in assessment.next_tests],
        "hold": hold_page(assessment.next_tests[0], knowledge) if assessment.next_tests else None,
        "before_going_on": before_page(assessment.before_going_on, knowledge) if assessment.before_going_on else None,
        "evidence_used": _evidence(assessment, knowledge),
        "caveats": _caveats(assessment, knowledge),
    }


def _finding(finding: FindingFit, knowledge: Knowledge) -> Page:
    return {
        "key": finding.key,
        "name": knowledge.findings[finding.key].name,
        "p": rounded(finding.p),
        "background": rounded(finding.background),
        "since_us": finding.since_us,
    }


def _candidate(candidate: Candidate, assessment: Assessment, knowledge: Knowledge) -> Page:
    disease = knowledge.diseases[candidate.key]
    moved = sorted(candidate.contributions.items(), key=lambda item: (-abs(item[1]), item[0]))
    return {
        "key": disease.key,
        "name": disease.name,
        "system": disease.system,
        "p": rounded(candidate.p),
        "low": rounded(candidate.range.low),
        "high": rounded(candidate.range.high),
        "words": f"{likelihood_words(candidate.p)} ({span(candidate.range.low, candidate.range.high)})",
        "rests_on": _rests_on(disease.key, assessment, knowledge),
        "moved_by": [_mover(parameter, knowledge) for parameter in candidate.range.moved_by],
        "treatable": disease.treatable,
        "treatment_summary": disease.treatment_summary,
        "urgency": disease.urgency.value,
        "explains": [_finding(f, knowledge) for f in candidate.explains],
        "unexplained": [_finding(f, knowledge) for f in candidate.unexplained],
        "contributions": [
            {"key": key, "name": knowledge.findings[key].name, "log_odds": round(value, 2)} for key, value in moved
        ],
        "sentences": [_sentence(key, value, disease, knowledge) for key, value in moved[:SENTENCES]],
        "numbers": [number_page(n, knowledge) for n in candidate.numbers],
    }


def _sentence(finding: str, log_odds: float, disease: Disease, knowledge: Knowledge) -> Page:
    """What one finding did to one candidate, in words, with the numbers that it rests on."""
    numbers = numbers_of_link(knowledge, disease.key, finding)
    link = numbers[0] if len(numbers) > 1 else None
    return {
        "key": finding,
        "text": contribution_words(
            finding_name(finding, knowledge),
            log_odds,
            (link.value, link.n, link.total) if link else None,
            numbers[-1].value,
        ),
        "odds_factor": float(f"{math.exp(log_odds):.2g}"),
        "numbers": [number_page(n, knowledge) for n in numbers],
    }


def _rests_on(disease: str, assessment: Assessment, knowledge: Knowledge) -> Page:
    """How many of the numbers behind one disease are ours; in words only where most are."""
    found = grounds(knowledge, assessment.evidence, disease)
    words = grounds_words(found.estimates, found.numbers) if found.mostly_estimates else ""
    return {"numbers": found.numbers, "estimates": found.estimates, "words": words}


def _mover(parameter: Parameter, knowledge: Knowledge) -> Page:
    """A number that the range of a probability hangs on, in words, and the number itself."""
    number = number_of(knowledge, parameter)
    text = _parameter(parameter, knowledge)
    return {"text": text[:1].upper() + text[1:], "numbers": [number_page(number, knowledge)] if number else []}


def _parameter(parameter: Parameter, knowledge: Knowledge) -> str:
    if not parameter.disease:
        return f"how often {finding_name(parameter.finding, knowledge)} is seen without a listed cause"
    if not parameter.finding:
        return f"how common {disease_name(parameter.disease, knowledge)} is"
    return f"how often {disease_name(parameter.disease, knowledge)} shows {finding_name(parameter.finding, knowledge)}"


def _set_name(keys: tuple[str, ...], knowledge: Knowledge) -> str:
    """The causes of a set; a state that names no cause explains nothing to a person."""
    causes = [key for key in keys if key not in knowledge.diseases or not knowledge.diseases[key].descriptive]
    return listed([disease_name(key, knowledge) for key in causes or keys], most=4)


def _rival(rival: Rival | None, knowledge: Knowledge) -> Page | None:
    if rival is None:
        return None
    return {
        "diseases": [{"key": key, "name": disease_name(key, knowledge)} for key in rival.diseases],
        "p": rounded(rival.weight),
        "times_better": float(f"{rival.better:.2g}"),
    }


def _fit(fitted: Fit, knowledge: Knowledge) -> Page:
    winner = fitted.besides if fitted.story == NOT_WHOLE else fitted.instead
    if winner and fitted.verdict is Verdict.FITS and winner.better < WORTH_A_MENTION:
        winner = None
    words = verdict_words(
        fitted,
        knowledge.diseases[fitted.working].name,
        [finding_name(f.key, knowledge) for f in fitted.unexplained],
        _set_name(winner.diseases, knowledge) if winner else "",
        names_a_cause=not knowledge.diseases[fitted.working].descriptive,
    )
    return {
        "working": fitted.working,
        "name": knowledge.diseases[fitted.working].name,
        "names_a_cause": not knowledge.diseases[fitted.working].descriptive,
        "verdict": fitted.verdict.value,
        "level": LEAVES_OPEN if fitted.verdict is Verdict.FITS and fitted.unexplained else fitted.verdict.value,
        "story": fitted.story,
        "words": words,
        "p": rounded(fitted.p),
        "calibrated_on": fitted.calibrated_on,
        "log_odds_not_enough": round(fitted.log_odds_not_enough, 2),
        "score": round(fitted.score, 2),
        "e_value": float(f"{fitted.e_value:.2g}"),
        "explains": [_finding(f, knowledge) for f in fitted.explains],
        "expected_absent": [_finding(f, knowledge) for f in fitted.expected_absent],
        "instead": _rival(fitted.instead, knowledge),
        "besides": _rival(fitted.besides, knowledge),
        "calibration": calibration_words(
            fitted.p, fitted.calibrated_on, fitted.calibrated_release == knowledge.release
        ),
    }


def _fit_then(then: FitThen, knowledge: Knowledge) -> Page:
    return {
        "at_us": then.at_us,
        "p": rounded(then.p),
        "verdict": then.verdict,
        "words": f"a right diagnosis looks as bad in {percent(then.p)}",
        "present": then.present,
        "new": [finding_name(key, knowledge) if key in knowledge.findings else key for key in then.new],
    }


def _unexplained(fitted: Fit, assessment: Assessment, knowledge: Knowledge) -> list[Page]:
    name = knowledge.diseases[fitted.working].name
    rows = []
    for finding in fitted.unexplained:
        reason = f"{name} shows this in {percent(finding.p)}, hardly above background ({percent(finding.background)})."
        better = [c.key for c in assessment.candidates if any(f.key == finding.key for f in c.explains)]
        observed = assessment.evidence.findings[finding.key]
        own = numbers_of_link(knowledge, fitted.working, finding.key)[:-1]
        theirs = [n for key in better[:1] for n in numbers_of_link(knowledge, key, finding.key)[:-1]]
        theirs_name = disease_name(better[0], knowledge) if better else ""
        if theirs:
            seen = share_words(theirs[0].value, theirs[0].n, theirs[0].total)
            reason += f" {theirs_name} shows it in {seen}."
        named = [
            *(replace(n, what=f"{finding_name(finding.key, knowledge)} with {name}") for n in own),
            *(replace(n, what=f"{finding_name(finding.key, knowledge)} with {theirs_name}") for n in theirs),
            number_of_background(knowledge, finding.key),
        ]
        rows.append(
            {
                **_finding(finding, knowledge),
                "reason": reason,
                "numbers": [number_page(n, knowledge) for n in named],
                "basis": observed.basis,
                "provenance": list(observed.provenance),
                "explained_by": [{"key": key, "name": disease_name(key, knowledge)} for key in better[:3]],
            }
        )
    return rows


def _not_excluded(cause: NotExcluded, assessment: Assessment, knowledge: Knowledge) -> Page:
    disease = knowledge.diseases[cause.key]
    return {
        "key": cause.key,
        "name": disease.name,
        "p": rounded(cause.p),
        "low": rounded(cause.low),
        "high": rounded(cause.high),
        "words": f"{likelihood_words(cause.p)} ({span(cause.low, cause.high)})",
        "rests_on": _rests_on(cause.key, assessment, knowledge),
        "benefit": cause.benefit,
        "benefit_grade": disease.benefit.grade.value,
        "urgency": cause.urgency.value,
        "treatment_summary": disease.treatment_summary,
        "negative": _negative(cause.negative, knowledge) if cause.negative else None,
        "would_exclude": [
            {
                "test": e.test,
                "name": knowledge.tests[e.test].name if e.test in knowledge.tests else e.test,
                "says": e.says,
                "does_not_exclude": e.does_not_exclude,
                "grade": e.grade.value,
                **source_of(e.source, knowledge),
            }
            for e in cause.exclusions
        ],
    }


def _negative(negative: Negative, knowledge: Knowledge) -> Page:
    name = knowledge.tests[negative.test].name
    finding = finding_name(negative.finding, knowledge)
    return {
        "test": negative.test,
        "name": name,
        "finding": negative.finding,
        "p": rounded(negative.p),
        "words": f"{name} without {finding} would leave {percent(negative.p)}.",
    }


def _evidence(assessment: Assessment, knowledge: Knowledge) -> list[Page]:
    rows = []
    for key, observed in assessment.evidence.findings.items():
        known = knowledge.findings.get(key)
        rows.append(
            {
                "key": key,
                "name": known.name if known else key,
                "presence": observed.presence.value,
                "since_us": observed.since_us,
                "basis": observed.basis,
                "provenance": list(observed.provenance),
                "used": known is not None,
            }
        )
    return rows


def _caveats(assessment: Assessment, knowledge: Knowledge) -> list[str]:
    """What the reader must know to weigh the page; never empty."""
    caveats = [
        "Probabilities rest on published series and, where none were found, on our estimates; each number says which.",
        "A cause that is not listed, or that is low on the list, has not been ruled out.",
    ]
    if assessment.unlisted and assessment.unlisted[0][1] >= UNLISTED_SAID:
        system, p = assessment.unlisted[0]
        caveats.append(f"Something {system.replace('_', ' ')} that is not on our list: {percent(p)}.")
    if assessment.unlinked:
        names = [finding_name(key, knowledge) for key in assessment.unlinked]
        caveats.append(f"No listed cause is known to show: {listed(names, most=8)}.")
    graded = [n.grade for c in assessment.candidates[:1] for n in c.numbers]
    if graded:
        ours = sum(grade is Grade.ESTIMATE for grade in graded)
        caveats.append(f"Of {len(graded)} numbers behind the leading cause, {ours} are our estimates.")
    present = {key for key, found in assessment.evidence.findings.items() if found.present}
    for test in knowledge.tests.values():
        if reasons := [finding_name(key, knowledge) for key in test.never_with if key in present]:
            caveats.append(f"Not asked for: {in_sentence(test.name)} ({listed(reasons, most=3)}).")
    return [*caveats, *assessment.evidence.notes]
