"""The suggested tests of an assessment as plain JSON values: what each tells, asks, may get wrong, and would change."""

from holdfast.knowledge.graded import Accuracy
from holdfast.knowledge.model import Knowledge, Test
from holdfast.reasoning.explain import Number
from holdfast.reasoning.next_test import NextTest
from holdfast.reasoning.page_numbers import Page, disease_name, finding_name, in_sentence, number_page, rounded
from holdfast.reasoning.short_tests import BeforeGoingOn, ShortTest
from holdfast.reasoning.words import (
    accuracy_words,
    listed,
    percent,
    same_decision_words,
    treatable_then_words,
    treatable_words,
)

SHORT_TESTS = 2
"""Short tests that are named before going on: after them one looks again."""


def next_test_page(judged: NextTest, knowledge: Knowledge) -> Page:
    """One suggested test."""
    test = knowledge.tests[judged.key]
    favours = [disease_name(key, knowledge) for key in judged.favours]
    against = [disease_name(key, knowledge) for key in judged.against]
    telling = finding_name(judged.telling, knowledge)
    why = f"Tells most by {telling}"
    if favours and against:
        why += f": expected with {listed(favours)}, hardly with {listed(against)}"
    elif favours:
        why += f": expected with {listed(favours)}"
    why += f". What is most worth treating would be something else afterwards in {percent(1 - judged.same_decision)}."
    if judged.shows:
        why += (
            f" It stands here because it would show {in_sentence(disease_name(judged.shows, knowledge))} itself, "
            "which nothing on record has shown yet."
        )
    if judged.again:
        why += " It seems to have been done already: this counts only what may have been overlooked."
    return {
        "key": test.key,
        "name": test.name,
        "again": judged.again,
        "minutes": test.minutes.value,
        "minutes_grade": test.minutes.grade.value,
        "may_be_wrong": [_accuracy(a, knowledge) for a in judged.may_be_wrong],
        "numbers": [_minutes(test, knowledge)],
        "invasiveness": test.invasiveness,
        "cost_band": test.cost_band,
        "risk": test.risk_unstable,
        "point_of_care": test.point_of_care,
        "telling": judged.telling,
        "shows": judged.shows,
        "separates": {"for": favours, "against": against},
        "information_bits": round(judged.information_bits, 3),
        "same_decision": rounded(judged.same_decision),
        "score": round(judged.score, 4),
        "why": why,
    }


def _minutes(test: Test, knowledge: Knowledge) -> Page:
    minutes = test.minutes
    return number_page(
        Number("minutes of work", minutes.value, minutes.grade, minutes.source, note=minutes.note), knowledge
    )


def _accuracy(accuracy: Accuracy, knowledge: Knowledge) -> Page:
    """How often the test errs about one finding, with both numbers."""
    name = finding_name(accuracy.finding, knowledge)
    sides = (("shown where it is", accuracy.sensitivity), ("not shown where it is not", accuracy.specificity))
    return {
        "finding": accuracy.finding,
        "name": name,
        "words": accuracy_words(name, accuracy.sensitivity, accuracy.specificity),
        "numbers": [
            number_page(
                Number(f"{name}, {what}", p, accuracy.grade, accuracy.source, None, accuracy.total, accuracy.note),
                knowledge,
            )
            for what, p in sides
        ],
    }


def hold_page(judged: NextTest, knowledge: Knowledge) -> Page:
    """What waiting for the first test is expected to change."""
    test = knowledge.tests[judged.key]
    worth = in_sentence(disease_name(judged.worth, knowledge)) if judged.worth else ""
    return {
        "test": test.key,
        "worth": judged.worth,
        "same_decision": rounded(judged.same_decision),
        "words": same_decision_words(test.name, test.minutes.value, worth, judged.same_decision),
    }


def before_page(before: BeforeGoingOn, knowledge: Knowledge) -> Page:
    """The short tests that tell most whether anything that can be treated is at work, the best first."""
    return {
        "p": rounded(before.p),
        "words": treatable_words(before.p, bool(before.tests)),
        "tests": [_short_test(one, knowledge) for one in before.tests[:SHORT_TESTS]],
    }


def _short_test(judged: ShortTest, knowledge: Knowledge) -> Page:
    test = knowledge.tests[judged.key]
    finding = finding_name(judged.telling, knowledge)
    return {
        "key": test.key,
        "name": test.name,
        "minutes": test.minutes.value,
        "minutes_grade": test.minutes.grade.value,
        "numbers": [_minutes(test, knowledge)],
        "invasiveness": test.invasiveness,
        "risk": test.risk_unstable,
        "again": judged.again,
        "telling": judged.telling,
        "p_with": rounded(judged.p_with),
        "p_without": rounded(judged.p_without),
        "information_bits": round(judged.information_bits, 3),
        "words": treatable_then_words(finding, judged.p_with, judged.p_without, judged.again),
    }
