"""Which event could have done it: every incident on record, and one that is not.

Each incident on record happened, so it enters with weight 1; events that nobody recorded enter with how many of them
are to be expected (per year, and per piece of work). Each weight is multiplied by how probable the evidence is if that
event did it (``aspects``). The range of an answer is 5 to 95 % of joint draws of all the numbers, widened to all the
answers that missing evidence could have given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.investigation import aspects
from holdfast.investigation.aspects import Aspect, Hypothesis
from holdfast.investigation.draws import DRAWS, Floats, factor, share
from holdfast.investigation.question import US_PER_DAY, Question, Work
from holdfast.knowledge.injuries import Injuries, Unrecorded
from holdfast.record.service_events import Answer, Mechanism

UNRECORDED = "not_on_record"
_DAYS_PER_YEAR = 365.25
_TINY = 1e-200
"""Instead of dividing by nothing; far below every weight."""


@dataclass(frozen=True)
class Candidate:
    """One row of the answer."""

    key: str
    """Id of the incident, or ``UNRECORDED``."""
    probability: float
    low: float
    high: float


@dataclass(frozen=True)
class WorkShare:
    """How much of the unrecorded event's probability falls into one piece of work."""

    work: Work
    share: float


@dataclass(frozen=True)
class Comparison:
    candidates: tuple[Candidate, ...]
    """The most probable first."""
    works: tuple[WorkShare, ...]
    """The greatest share first."""
    elsewhere: float
    """Share of the unrecorded event's probability that falls into no piece of work on record."""
    mechanisms: tuple[tuple[Mechanism, float], ...]
    """What kind of unrecorded event it would be, by share, the greatest first."""

    def candidate(self, key: str) -> Candidate:
        return next(one for one in self.candidates if one.key == key)


@dataclass(frozen=True)
class _Expected:
    """Events of one kind that nobody recorded, as many as fit the age: (answers, draws), point, and point by work."""

    low: Floats
    high: Floats
    point: Floats
    by_work: Floats


def compare(data: Injuries, asked: Question, chart: Sequence[str]) -> Comparison:
    """The answer. ``chart`` are all places of the body chart (``places.all_places``)."""
    kinds = [Mechanism(row.mechanism) for row in data.unrecorded]
    count = len(asked.incidents)
    hypotheses = [Hypothesis(one.incident.mechanism, one) for one in asked.incidents]
    hypotheses += [Hypothesis(None, one) for one in asked.incidents]
    hypotheses += [Hypothesis(kind) for kind in kinds]
    groups = [[number, count + number] for number in range(count)]
    groups.append(list(range(2 * count, len(hypotheses))))
    expected = [_expected(data, asked, row, chart) for row in data.unrecorded]
    parts = [
        _as_told(data, asked, len(kinds)),
        aspects.what_it_is(data, asked, hypotheses),
        aspects.where(data, asked, hypotheses, chart),
        aspects.seen_after(data, hypotheses),
        _when(data, asked, expected, chart),
    ]
    weights = np.prod(np.stack([part.point[part.row_of, 0] for part in parts]), axis=0)
    points = [weights[group].sum() / weights.sum() for group in groups]
    keys = [*(one.entry_id for one in asked.incidents), UNRECORDED]
    made = [
        Candidate(key, float(p), *_range(*bounds))
        for key, p, bounds in zip(keys, points, _bounds(parts, groups), strict=True)
    ]
    by_kind = weights[2 * count :] / weights[2 * count :].sum()
    works = (by_kind[:, None] * np.stack([one.by_work for one in expected])).sum(axis=0)
    shared = [WorkShare(work, float(p)) for work, p in zip(asked.works, works, strict=True)]
    return Comparison(
        candidates=tuple(sorted(made, key=lambda one: -one.probability)),
        works=tuple(sorted(shared, key=lambda one: -one.share)),
        elsewhere=float(max(0.0, 1.0 - works.sum())),
        mechanisms=tuple(sorted(zip(kinds, map(float, by_kind), strict=True), key=lambda one: -one[1])),
    )


def _range(low: Floats, high: Floats) -> tuple[float, float]:
    """5 to 95 % of the draws, and never without the value itself."""
    ends = float(np.quantile(low[1:], 0.05)), float(np.quantile(high[1:], 0.95))
    return min(ends[0], float(low[0])), max(ends[1], float(high[0]))


def _bounds(parts: Sequence[Aspect], groups: Sequence[list[int]]) -> list[tuple[Floats, Floats]]:
    """Least and greatest probability of each group of hypotheses, in every draw."""
    one_over = 1.0 / np.maximum(_ratios(parts), _TINY)  # [g, h] the least that h can be as a multiple of g
    at_most = np.array(  # [G, H] the greatest that group G can be as a multiple of group H
        [[sum(1 / one_over[g, other].sum(axis=0) for g in group) for other in groups] for group in groups]
    )
    made = []
    for number in range(len(groups)):
        others = [one for one in range(len(groups)) if one != number]
        low = 1 / (1 + at_most[others, number].sum(axis=0))
        high = 1 / (1 + (1 / np.maximum(at_most[number, others], _TINY)).sum(axis=0))
        made.append((low, high))
    return made


def _ratios(parts: Sequence[Aspect]) -> Floats:
    """(H, H, draws): the greatest quotient of the weights of two hypotheses over all answers of missing evidence."""
    made: Floats = np.ones((1, 1, 1))
    for part in parts:
        rows = part.low.shape[1]
        best = np.zeros((rows, rows, part.low.shape[2]))
        for low, high in zip(part.low, part.high, strict=True):
            np.fmax(best, high[:, None] / np.maximum(low[None, :], _TINY), out=best)
        made = np.minimum(made * best[part.row_of][:, part.row_of], 1 / _TINY)
    return made


def _as_told(data: Injuries, asked: Question, unrecorded: int) -> Aspect:
    """Whether an incident was what was told."""
    rows = [data.mistaken.witnessed if one.incident.witnesses else data.mistaken.unwitnessed for one in asked.incidents]
    wrong = [share(f"mistaken {row.p}", row.p, row.within) for row in rows]
    told = np.stack([*(1 - one for one in wrong), *wrong, np.ones(1 + DRAWS)])
    row_of = np.array([*range(2 * len(rows)), *([2 * len(rows)] * unrecorded)], dtype=np.int64)
    return Aspect(row_of, told[None], told[None], told)


def _when(data: Injuries, asked: Question, expected: Sequence[_Expected], chart: Sequence[str]) -> Aspect:
    """Time, films and how many events are to be expected: together, because the unrecorded ones are a sum over time."""
    at_us = np.array([one.at_us for one in asked.incidents], dtype=np.float64)
    film_low, film_high, film_point = _films(data, asked, at_us, chart)
    times, point = _times(data, asked, (asked.found_us - at_us) / US_PER_DAY)
    low = [np.concatenate((one * film_low, [e.low[n] for e in expected])) for n, (one, _) in enumerate(times)]
    high = [np.concatenate((one * film_high, [e.high[n] for e in expected])) for n, (_, one) in enumerate(times)]
    count = len(asked.incidents)
    row_of = np.array([*range(count), *range(count), *range(count, count + len(expected))], dtype=np.int64)
    both = np.concatenate((point * film_point, [one.point for one in expected]))
    return Aspect(row_of, np.stack(low), np.stack(high), both)


def _times(data: Injuries, asked: Question, days: Floats) -> tuple[list[tuple[Floats, Floats]], Floats]:
    """(low, high) for each answer, and the point: what the stated age leaves to each moment, (moments, draws)."""
    age = asked.lesion.age
    if age is None:
        floor = np.broadcast_to(aspects.lowest_age(data), (len(days), len(aspects.lowest_age(data))))
        possible = (days >= 0)[:, None]
        one = np.where(possible, np.ones_like(floor), 0.0)
        return [(np.where(possible, floor, 0.0), one)], one
    told = {basis: aspects.at_age(data, age, basis, days) for basis in aspects.age_answers(asked)}
    return [(one, one) for one in told.values()], aspects.at_age(data, age, age.basis, days)


def _films(data: Injuries, asked: Question, at_us: Floats, chart: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    draws = len(aspects.lowest_age(data))
    low, high, point = (np.ones((len(at_us), draws)) for _ in range(3))
    for film in asked.films:
        one_low, one_high, one_point = aspects.film_effect(data, asked, film, at_us, chart)
        low, high, point = low * one_low, high * one_high, point * one_point
    return low, high, point


def _expected(data: Injuries, asked: Question, row: Unrecorded, chart: Sequence[str]) -> _Expected:
    """Events of one kind that nobody recorded: over all the time off work, and in each piece of work."""
    days, long = aspects.spread_days(asked)
    worked = np.array([one.at_us for one in asked.works], dtype=np.float64)
    moments: Floats = np.concatenate((asked.found_us - days * US_PER_DAY, worked))
    ages = (asked.found_us - moments) / US_PER_DAY
    film_low, film_high, film_point = _films(data, asked, moments, chart)
    times, time_point = _times(data, asked, ages)
    off = factor(f"unrecorded year {row.mechanism}", row.per_year / _DAYS_PER_YEAR, row.within) * long[:, None]
    work = factor(f"unrecorded work {row.mechanism}", row.per_work, row.work_within)
    near = np.maximum(factor(f"unrecorded near {row.mechanism}", row.per_work_near, row.near_within), work)
    kept = [_at_work(row.mechanism, one, work, near) for one in asked.works]
    rate_low = np.concatenate((off, *([np.stack([one[0] for one in kept])] if kept else [])))
    rate_high = np.concatenate((off, *([np.stack([one[1] for one in kept])] if kept else [])))
    rate_point = np.concatenate((off, *([np.stack([one[2] for one in kept])] if kept else [])))
    by_moment = rate_point * time_point * film_point
    point = by_moment.sum(axis=0)
    return _Expected(
        low=np.stack([(rate_low * low * film_low).sum(axis=0) for low, _ in times]),
        high=np.stack([(rate_high * high * film_high).sum(axis=0) for _, high in times]),
        point=point,
        by_work=by_moment[len(days) :, 0] / point[0],
    )


def _at_work(mechanism: str, one: Work, work: Floats, near: Floats) -> tuple[Floats, Floats, Floats]:
    """(low, high, point) of events to be expected in one piece of work; unknown lies between yes and no."""
    answer = {Mechanism.GUNSHOT: one.gunfire, Mechanism.EXPLOSION: one.explosion}.get(Mechanism(mechanism), Answer.NO)
    if answer == Answer.NOT_RECORDED:
        return work, near, work
    rate = near if answer == Answer.YES else work
    return rate, rate, rate
