"""Limits of the numbers of one animal: which hold, and which number lies beyond its own now.

Only a fresh number is judged. One that is stale, withheld or absent neither raises an alarm nor clears one; missed for
long enough, that is an alarm of its own, about the equipment.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from holdfast.kernel.time import US_PER_S, age_words
from holdfast.knowledge.alarm_rules import AlarmRules, LimitRow, LimitRule
from holdfast.knowledge.grades import Estimate
from holdfast.monitoring.alarms import Cause, Key
from holdfast.record.alarm_state import LimitEntry

VALUE_LOST = "value_lost"
"""The alarm about a number that was there and is missed; its signal is the key of the limit."""


@dataclass(frozen=True)
class Animal:
    """What defaults depend on; None: not known."""

    species: str = "dog"
    weight_kg: float | None = None
    age_months: float | None = None


@dataclass(frozen=True)
class Limits:
    """The limits of one number for one animal. None: no limit on that side."""

    rule: LimitRule
    row: LimitRow
    """The defaults of this animal."""
    own: LimitEntry | None
    """What a person set in their place."""

    @property
    def low(self) -> float | None:
        return self.own.low if self.own else _value(self.row.low)

    @property
    def high(self) -> float | None:
        return self.own.high if self.own else _value(self.row.high)


@dataclass(frozen=True)
class Watch:
    """When each limit last had a fresh number to judge."""

    since_us: int
    """When watching began."""
    fresh_us: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Judged:
    """What the numbers of one moment say."""

    causes: tuple[Cause, ...]
    unknown: frozenset[Key]
    """Alarms of which nothing can be said at this moment."""
    forgotten: frozenset[Key]
    """Alarms of which nothing has been known for so long that they are given up."""


def limits_for(rules: AlarmRules, animal: Animal, own: Mapping[str, LimitEntry]) -> tuple[Limits, ...]:
    """The limits of this animal, in the order of the table."""
    return tuple(
        Limits(rule, next(row for row in rule.rows if all(_fits(when, animal) for when in row.when)), own.get(key))
        for key, rule in rules.limits.items()
    )


def judge(
    watch: Watch,
    limits: tuple[Limits, ...],
    fresh: Mapping[str, float],
    standing: Container[Key],
    now_us: int,
) -> tuple[Watch, Judged]:
    """Judge the ``fresh`` numbers by key; ``standing``: alarms that stand, which clear only well inside their limit."""
    causes: list[Cause] = []
    unknown: set[Key] = set()
    forgotten: set[Key] = set()
    seen_us = dict(watch.fresh_us)
    for one in limits:
        rule = one.rule
        if not rule.numerics:
            continue
        value = next((fresh[key] for key in rule.numerics if key in fresh), None)
        if value is not None:
            seen_us[rule.key] = now_us
            causes += _beyond(one, value, standing, now_us)
            continue
        sides = {(rule.low_kind, rule.key), (rule.high_kind, rule.key)}
        missed_us = now_us - seen_us.get(rule.key, watch.since_us)
        if missed_us > rule.forget_after_s * US_PER_S:
            forgotten |= sides
        else:
            unknown |= sides
        if rule.key in seen_us and rule.lost_after_s is not None and missed_us > rule.lost_after_s * US_PER_S:
            text = f"{rule.label}: no value for {age_words(missed_us)}"
            causes.append(Cause(VALUE_LOST, rule.key, text, seen_us[rule.key]))
    return replace(watch, fresh_us=seen_us), Judged(tuple(causes), frozenset(unknown), frozenset(forgotten))


def _beyond(one: Limits, value: float, standing: Container[Key], now_us: int) -> list[Cause]:
    rule, low, high = one.rule, one.low, one.high
    low_key, high_key = (rule.low_kind, rule.key), (rule.high_kind, rule.key)
    found = []
    if low is not None and value < low + (rule.hysteresis if low_key in standing else 0.0):
        found.append((low_key, low))
    if high is not None and value > high - (rule.hysteresis if high_key in standing else 0.0):
        found.append((high_key, high))
    return [
        Cause(
            *key,
            f"{rule.label} {value:.{rule.decimals}f} {rule.unit}, limit {limit:g}",
            now_us,
            value=value,
            limit=limit,
            unit=rule.unit,
        )
        for key, limit in found
    ]


def _fits(when: str, animal: Animal) -> bool:
    """Whether the animal fits one condition (see ``LimitRow.when``); what is not known fits none."""
    if when.startswith("species:"):
        return animal.species.casefold() == when.removeprefix("species:")
    name, sign, bound = when.partition("<") if "<" in when else when.partition(">=")
    known = animal.weight_kg if name == "weight_kg" else animal.age_months
    if known is None:
        return False
    return known < float(bound) if sign == "<" else known >= float(bound)


def _value(estimate: Estimate | None) -> float | None:
    return estimate.value if estimate else None
