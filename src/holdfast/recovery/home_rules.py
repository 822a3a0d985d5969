"""What home observed, held against the rules: the gravest advice of all that speak. Saying nothing is never good news:
what was not looked at speaks for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_H
from holdfast.knowledge.recovery_care import ADVICE, HomeRule


@dataclass(frozen=True)
class Observed:
    """One observation from home; an empty field was not looked at."""

    at_us: int
    breaths_per_min: float | None = None
    effort: str = ""
    gums: str = ""
    appetite: str = ""
    gait: str = ""
    wound: str = ""


@dataclass(frozen=True)
class Advised:
    """What to do, and the rules that say so, the gravest first."""

    advice: str
    rules: tuple[HomeRule, ...]


def advise(rules: Sequence[HomeRule], now: Observed, earlier: Sequence[Observed]) -> Advised:
    """The advice on an observation; ``earlier``: those before it, in any order."""
    spoke = [rule for rule in rules if _speaks(rule, now, earlier)]
    spoke.sort(key=lambda rule: ADVICE.index(rule.advice))
    return Advised(spoke[0].advice if spoke else ADVICE[-1], tuple(spoke))


def _speaks(rule: HomeRule, now: Observed, earlier: Sequence[Observed]) -> bool:
    if not _holds(rule, now):
        return False
    if rule.again_within_h is None:
        return True
    oldest_us, newest_us = now.at_us - rule.again_within_h * US_PER_H, now.at_us - rule.after_h * US_PER_H
    return any(oldest_us <= one.at_us <= newest_us and _holds(rule, one) for one in earlier)


def _holds(rule: HomeRule, one: Observed) -> bool:
    if rule.above is not None:
        return one.breaths_per_min is not None and one.breaths_per_min > rule.above
    return str(getattr(one, rule.field)) == rule.is_
