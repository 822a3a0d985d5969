"""Did what followed a treatment look like what may be expected of it?

What may be expected stands in a file with its sources (``knowledge/courses.yaml``). The comparison speaks of what was
seen and never of what to do: the dose is not known here, and an effect that fails to come has many reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.knowledge.courses import Courses, Effect
from holdfast.monitoring.given import Given
from holdfast.monitoring.response import CHANGED, STEADY, Window

AS_EXPECTED, LESS, OPPOSITE, CANNOT_SAY = "as expected", "less than expected", "opposite to expected", "cannot say"


@dataclass(frozen=True)
class Compared:
    """One expected effect beside what was seen."""

    sign: str
    label: str
    expected: str
    """In words: ``rises by 8 mmHg or more within 5 to 60 min``."""
    verdict: str
    text: str
    grade: str
    source: str
    note: str


def compare(courses: Courses, given: Given, seen: dict[str, Sequence[Window]]) -> tuple[Compared, ...]:
    """Every effect that may be expected of the treatment; ``seen``: the windows of each sign that was measured."""
    compared = []
    for effect in given.expected.effects:
        sign = courses.sign(effect.sign)
        verdict, text = _verdict(effect, seen.get(effect.sign, ()))
        way = "rises" if effect.direction == "up" else "falls"
        unit = "" if sign.unit == "1" else f" {sign.unit}"
        condition = _condition(effect, unit)
        compared.append(
            Compared(
                sign=sign.key,
                label=sign.label,
                expected=f"{way} by {effect.at_least:g}{unit} or more between {effect.from_min:g} and "
                f"{effect.to_min:g} min{condition}",
                verdict=verdict,
                text=text,
                grade=given.expected.grade,
                source=given.expected.source,
                note=given.expected.note,
            )
        )
    return tuple(compared)


def _condition(effect: Effect, unit: str) -> str:
    said = [
        f"when it was {word} {bound:g}{unit}"
        for word, bound in (("below", effect.only_below), ("above", effect.only_above))
        if bound is not None
    ]
    return f", {' and '.join(said)}" if said else ""


def _verdict(effect: Effect, windows: Sequence[Window]) -> tuple[str, str]:
    """The verdict and what it rests on: the window in which the number moved most the expected way."""
    within = [one for one in windows if one.from_min < effect.to_min and one.to_min > effect.from_min]
    if not within:
        return CANNOT_SAY, "not measured"
    judged = [one for one in within if one.change is not None and one.verdict in (CHANGED, STEADY)]
    if not judged:
        return CANNOT_SAY, within[0].text
    toward = 1.0 if effect.direction == "up" else -1.0
    best = max(judged, key=lambda one: toward * one.change.change if one.change else 0.0)
    assert best.change is not None
    assert best.before is not None
    text = f"{best.from_min} to {best.to_min} min: {best.text}"
    moved = toward * best.change.change
    if best.verdict == CHANGED and moved >= effect.at_least:
        return AS_EXPECTED, text
    worst = min(judged, key=lambda one: toward * one.change.change if one.change else 0.0)
    if worst.verdict == CHANGED and worst.change and toward * worst.change.change <= -effect.at_least:
        return OPPOSITE, f"{worst.from_min} to {worst.to_min} min: {worst.text}"
    if not _applies(effect, best.before):
        return CANNOT_SAY, f"not expected at a level of {best.before:.0f} before ({text})"
    if effect.may_be_absent:
        return CANNOT_SAY, f"it is not always seen ({text})"
    if any(one.change is None for one in within):
        return CANNOT_SAY, f"not all of the time could be judged ({text})"
    return LESS, text


def _applies(effect: Effect, before: float) -> bool:
    below = effect.only_below is None or before < effect.only_below
    return below and (effect.only_above is None or before > effect.only_above)
