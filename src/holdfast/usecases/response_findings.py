"""From what followed a treatment to a finding: used by itself where the knowledge says so, else asked of a person.

A treatment that could not be judged (too few values, another drug, not over yet) says nothing here.
"""

from functools import lru_cache
from importlib import resources

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError
from holdfast.reasoning.derive import TreatmentEffect
from holdfast.record.case_state import CaseState
from holdfast.record.events import Presence
from holdfast.usecases.context import Context
from holdfast.usecases.course_views import CourseView, TreatmentView
from holdfast.usecases.second_look import treatment_effects


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finding after one kind of treatment."""

    category: str
    helped: bool
    finding: str
    ask: str
    """What a person is asked; empty: the knowledge derives the finding by itself."""
    words: tuple[str, ...] = ()
    """Substances; empty: the whole category."""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What a treatment says, or asks."""

    finding: str
    name: str
    state: str
    """used (by the reasoning, from the signals), recorded (a person said it) or asked."""
    ask: str
    text: str
    """What was seen."""


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """The packaged rules; raises ``HoldfastError``."""
    data = (resources.files("holdfast.knowledge") / "response_findings.yaml").read_bytes()
    try:
        return typed.convert(yaml.safe_load(data), tuple[Rule, ...])
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise HoldfastError(f"The findings after a treatment cannot be read: {error}.", "Correct them.") from error


def suggestions(ctx: Context, course: CourseView) -> dict[str, tuple[Suggestion, ...]]:
    """By treatment; those of which nothing can be said are not here."""
    case = ctx.book.case(course.case_id)
    effects = {one.event_id: one for one in treatment_effects(course)}
    newest = {one.category: one.event_id for one in sorted(effects.values(), key=lambda e: e.at_us) if _judged(one)}
    found = {}
    for given in course.treatments:
        effect = effects[given.treatment_id]
        said = tuple(
            _suggestion(ctx, case, rule, effect)
            for rule in rules()
            if _fits(rule, given)
            and effect.helped is rule.helped
            # The newest judged one of its kind decides; an older one that said otherwise is history.
            and newest.get(given.category) == given.treatment_id
        )
        if said:
            found[given.treatment_id] = said
    return found


def _judged(effect: TreatmentEffect) -> bool:
    return effect.helped is not None


def _fits(rule: Rule, given: TreatmentView) -> bool:
    said = given.what.lower()
    return rule.category == given.category and (not rule.words or any(word in said for word in rule.words))


def _suggestion(ctx: Context, case: CaseState, rule: Rule, effect: TreatmentEffect) -> Suggestion:
    known = ctx.knowledge.findings.get(rule.finding)
    own = [e for e in case.standing_findings if e.key == rule.finding]
    recorded = bool(own) and (not rule.ask or own[-1].presence is Presence.PRESENT or own[-1].at_us >= effect.at_us)
    state = "recorded" if recorded else "asked" if rule.ask else "used"
    return Suggestion(
        finding=rule.finding, name=known.name if known else rule.finding, state=state, ask=rule.ask, text=effect.text
    )
