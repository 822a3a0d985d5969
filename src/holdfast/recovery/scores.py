"""A published score, filled from what is on record, with everything that it still misses.

What is not on record is never taken as normal: an item without an answer leaves the total open, and the page says
between which ends it lies. A person's answer goes before a value read off the record; the newer of two answers goes
before the older.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, floor

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.scores import Condition, Item, Level, ScoreRule, Statement

_US_PER_H = 3600 * US_PER_S


@dataclass(frozen=True)
class Value:
    """A value on record, in the canonical unit of its key."""

    value: float
    at_us: int


@dataclass(frozen=True)
class Sign:
    """A finding on record: looked for, and seen or not seen."""

    present: bool
    at_us: int


@dataclass(frozen=True)
class Answer:
    """What a person chose for one item."""

    item: str
    score: float
    at_us: int
    by: str


@dataclass(frozen=True)
class OnRecord:
    """Everything that a score may fill itself from."""

    values: Mapping[str, Value]
    findings: Mapping[str, Sign]
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Filled:
    """One item that has its points."""

    item: str
    name: str
    score: float
    how: str
    """person, value or findings."""
    what: str
    """The level in words, or the value."""
    at_us: int
    by: str = ""


@dataclass(frozen=True)
class Missing:
    """One item that has none, and why."""

    item: str
    name: str
    why: str
    """not_recorded, too_old or unclear (levels contradict each other)."""


@dataclass(frozen=True)
class RiskShown:
    """A published probability. It never goes without the limits of its use."""

    of: str
    probability: float
    limits: tuple[Statement, ...]


@dataclass(frozen=True)
class Score:
    """A score as of one moment."""

    key: str
    filled: tuple[Filled, ...]
    missing: tuple[Missing, ...]
    total: float | None
    """None while an item is missing."""
    between: tuple[float, float]
    """The total lies between these, whatever the missing items turn out to be."""
    limits: tuple[Statement, ...]
    risk: RiskShown | None = None
    syndrome: bool | None = None
    """Of a count with a minimum: whether it is reached; None: it cannot be said yet."""


def score(rule: ScoreRule, record: OnRecord, now_us: int) -> Score:
    """The score as of ``now_us``; what is on record later than that does not count."""
    since_us = now_us - int(rule.within_h * _US_PER_H)
    lines = [_line(item, rule, record, since_us, now_us) for item in rule.items]
    filled = tuple(line for line in lines if isinstance(line, Filled))
    missing = tuple(line for line in lines if isinstance(line, Missing))
    if rule.kind == "ratio":
        total, between = _ratio(rule, filled)
    else:
        between = _between(rule, filled)
        total = None if missing else sum(line.score for line in filled)
    return Score(
        key=rule.key,
        filled=filled,
        missing=missing,
        total=total,
        between=between,
        limits=rule.limits,
        risk=_risk(rule, total),
        syndrome=_syndrome(rule, between),
    )


def _line(item: Item, rule: ScoreRule, record: OnRecord, since_us: int, now_us: int) -> Filled | Missing:
    """The item as filled by a person, a value or findings, in this order; otherwise why it is not."""
    own = [a for a in record.answers if a.item == item.key and a.at_us <= now_us and a.score in item.scores]
    fresh = max((a for a in own if a.at_us >= since_us), key=lambda a: (a.at_us, a.score, a.by), default=None)
    if fresh is not None:
        return Filled(item.key, item.name, fresh.score, "person", _words(item, fresh.score), fresh.at_us, fresh.by)
    value = record.values.get(item.observation) if item.observation else None
    usable = value is not None and value.at_us <= now_us and (item.whole or value.at_us >= since_us)
    if value is not None and usable:
        points = value.value if rule.kind == "ratio" else _points(item, value.value)
        return Filled(item.key, item.name, points, "value", f"{value.value:g}", value.at_us)
    found = [
        (level, at_us)
        for level in item.levels
        if level.when and (at_us := _holds(level, record, since_us, now_us)) is not None
    ]
    if len({level.score for level, _ in found}) == 1:
        level, at_us = found[0]
        return Filled(item.key, item.name, level.score, "findings", level.text, at_us)
    if found:
        return Missing(item.key, item.name, "unclear")
    return Missing(item.key, item.name, "too_old" if own or value is not None else "not_recorded")


def _words(item: Item, points: float) -> str:
    return next((level.text for level in item.levels if level.score == points), f"{points:g}")


def _points(item: Item, value: float) -> float:
    scaled = value / item.divide_by
    factor = 10**item.decimals
    compared = floor(scaled) if item.whole else floor(scaled * factor + 0.5 + 1e-9) / factor
    return next(band.score for band in item.bands if band.up_to is None or compared <= band.up_to)


def _holds(level: Level, record: OnRecord, since_us: int, now_us: int) -> int | None:
    """When the oldest thing that the level rests on was recorded; None when it does not hold or is not known."""
    times = [_known(condition, record, since_us, now_us) for condition in level.when]
    held = [at_us for at_us in times if at_us is not None]
    if level.any_of:
        return min(held, default=None)
    return min(held) if len(held) == len(times) else None


def _known(condition: Condition, record: OnRecord, since_us: int, now_us: int) -> int | None:
    if condition.finding:
        sign = record.findings.get(condition.finding)
        if sign is None or sign.present is not condition.present:
            return None
        return sign.at_us if since_us <= sign.at_us <= now_us else None
    value = record.values.get(condition.observation)
    if value is None or not since_us <= value.at_us <= now_us:
        return None
    above = condition.low is None or value.value >= condition.low
    below = condition.high is None or value.value < condition.high
    return value.at_us if above and below else None


def _between(rule: ScoreRule, filled: Iterable[Filled]) -> tuple[float, float]:
    points = {line.item: line.score for line in filled}
    low = sum(points.get(item.key, min(item.scores)) for item in rule.items)
    high = sum(points.get(item.key, max(item.scores)) for item in rule.items)
    return low, high


def _ratio(rule: ScoreRule, filled: tuple[Filled, ...]) -> tuple[float | None, tuple[float, float]]:
    if len(filled) < len(rule.items) or filled[1].score <= 0:
        return None, (rule.low, rule.high)
    ratio = filled[0].score / filled[1].score
    if not rule.low <= ratio <= rule.high:
        return None, (rule.low, rule.high)
    return ratio, (ratio, ratio)


def _risk(rule: ScoreRule, total: float | None) -> RiskShown | None:
    if rule.risk is None or total is None:
        return None
    odds = rule.risk.slope * total + rule.risk.intercept
    return RiskShown(rule.risk.of, 1 / (1 + exp(-odds)), rule.limits)


def _syndrome(rule: ScoreRule, between: tuple[float, float]) -> bool | None:
    if not rule.minimum:
        return None
    if between[0] >= rule.minimum:
        return True
    return False if between[1] < rule.minimum else None
