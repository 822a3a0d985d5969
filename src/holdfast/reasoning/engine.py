"""The best-explanation enumerator: every single disease, every pair, then a beam to sets of six.

Measured against exact inference on invented worlds (benchmarks/reasoning_exact.py). At least one member of a set must
name a cause or be "something not on the list"; sets of descriptive states alone are kept for judging a declared
diagnosis and weigh nothing among causes. Diseases that explain nothing of what was seen are not searched beyond pairs:
whether they are there besides hardly depends on the rest, so their share is taken from a few sets.
"""

from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.claims import claimed
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.likelihood import (
    Facts,
    Tables,
    compile_facts,
    log_absent,
    log_likelihood,
    log_values,
    point_tables,
    terms_of,
)
from holdfast.reasoning.prior import log_set_prior, prior_odds_shift, shifted
from holdfast.reasoning.terms import explained_by
from holdfast.reasoning.weighing import log_recorded
from holdfast.reasoning.world import Bools, Floats, Ints, World, compile_world

SET_MAX = 6
"""Largest set of diseases considered at once."""
SEEDS_MAX = 500
"""Sets of one size that are grown by every active disease, where these are few."""
ACTIVE_FEW = 45
"""Beyond so many active diseases fewer sets are grown, so that the work does not rise with their number."""
TAIL = 2e-3
"""Sets are not grown whose weight, with that of all lighter ones of their size, is less than this share of all."""
DROPPED = 5e-4
"""Share of the weight of the sets of one size that is let go with the lightest of them."""
_BESIDE = 4
"""Sets from which the share of a disease that explains nothing is taken."""


@dataclass(frozen=True)
class Question:
    """One animal against one release: everything the weight of a set depends on."""

    world: World
    tables: Tables
    facts: Facts
    shift: Floats
    """(D,) log odds that signalment adds to each prior."""

    def log_prior(self, members: Ints) -> Floats:
        """(N,) of sets as rows, ``world.size`` where a place is empty."""
        pi = shifted(self.world.pi, self.shift)
        return log_set_prior(self.world.complications, pi, self.world.descriptive, members)

    def log_like(self, members: Ints) -> Floats:
        """(N,) untempered log likelihood of sets as rows."""
        return log_likelihood(self.world, self.tables, self.facts, members)


@dataclass(frozen=True)
class Posterior:
    """Sets of diseases that could explain the animal, heaviest first."""

    question: Question
    members: Ints
    """(N, SET_MAX) disease indices ascending, D where a place is empty."""
    log_prior: Floats
    log_like: Floats
    """Untempered log likelihood of the findings."""
    log_weight: Floats
    """log prior + log likelihood / T, before normalising."""
    names_cause: Bools
    weights: Floats
    """(N,) summing to 1 over the sets that name a cause; 0 for the others."""
    marginals: Floats
    """(D,) weight of all sets that hold the disease, as boldly as it may be claimed (``claims``)."""

    @property
    def world(self) -> World:
        return self.question.world

    def p(self, key: str) -> float:
        """Posterior probability of one disease by key."""
        return float(self.marginals[self.world.index[key]])

    def set_keys(self, row: int) -> tuple[str, ...]:
        """Disease keys of one set."""
        return tuple(self.world.keys[i] for i in self.members[row] if i < self.world.size)

    def best(self, count: int) -> Ints:
        """Rows of the heaviest sets that name a cause."""
        return np.flatnonzero(self.names_cause)[:count]


def ask(world: World, knowledge: Knowledge, evidence: Evidence) -> Question:
    """Compile evidence about one animal against a compiled release."""
    return Question(
        world,
        point_tables(world),
        compile_facts(world, evidence),
        prior_odds_shift(world, knowledge, evidence.signalment),
    )


def infer(knowledge: Knowledge, evidence: Evidence) -> Posterior:
    """Posterior over sets of diseases. Deterministic; the order in which findings were given does not matter."""
    return answer(ask(compile_world(knowledge), knowledge, evidence))


def answer(question: Question) -> Posterior:
    """Search, weigh and normalise."""
    search = _Search(question)
    levels = [search.weigh(np.arange(question.world.size)[:, None])]
    levels.append(search.pairs())
    for _ in range(3, SET_MAX + 1):
        best = max(float(level.log_weight.max(initial=-np.inf)) for level in levels)
        total = sum(float(np.exp(level.log_weight - best).sum()) for level in levels)
        grown = search.grow(levels[-1], best, total)
        if grown is None:
            break
        levels.append(grown)
    return _normalised(question, levels, search.active)


@dataclass(frozen=True)
class _Level:
    """Sets of one size that are worth keeping."""

    members: Ints
    """(N, size), ascending."""
    log_prior: Floats
    log_like: Floats
    log_weight: Floats


class _Search:
    """What stays the same from one size of set to the next."""

    def __init__(self, question: Question) -> None:
        world, tables = question.world, question.tables
        self.question = question
        self.heard, self.rest = question.facts.parts(world)
        self.terms = terms_of(world, tables, self.heard)
        self.negatives = log_absent(tables, self.terms.absent)
        self.nothing_seen = float(np.log(tables.no_leak[self.terms.absent]).sum())
        self.active = self._active()

    def _active(self) -> Bools:
        """(D,) diseases that can make what was seen likelier, or bring about one that can, or come of one."""
        world, tables = self.question.world, self.question.tables
        wanted = explained_by(self.terms, self.heard.said[tables.columns])
        active = (tables.not_shown[:-1, wanted] < 1.0).any(axis=1)
        active |= (tables.values.shift[:-1, self.heard.measured] != 0).any(axis=1)
        brings = world.complications.ever[:-1, :-1]
        while True:
            more = active | brings[:, active].any(axis=1) | brings[active].any(axis=0)
            if (more == active).all():
                return np.asarray(active)
            active = more

    def weigh(self, members: Ints) -> _Level:
        """The sets worth keeping. What was recorded sorts out hopeless sets first: the weak say of the many findings
        that nobody recorded is dear to compute and could not bring one back. Singles always stay."""
        question = self.question
        temperature = question.world.temperature
        prior = question.log_prior(members)
        like = log_recorded(self.terms, *question.tables.drawn, members)[0] + self.negatives[members].sum(axis=1)
        like += log_values(question.tables, self.heard, members) + self.nothing_seen
        if members.shape[1] > 1:
            weight = prior + like / temperature
            kept = _heavy(weight)
            members, prior, like = members[kept], prior[kept], like[kept]
        like = like + log_likelihood(question.world, question.tables, self.rest, members)
        return _Level(members, prior, like, prior + like / temperature)

    def pairs(self) -> _Level:
        """Every pair."""
        first, second = np.triu_indices(self.question.world.size, k=1)
        return self.weigh(np.stack([first, second], axis=1))

    def grow(self, level: _Level, best: float, total: float) -> _Level | None:
        """The best sets of a level, each with every further active disease, without repeats; None without any.

        ``total`` is the weight of all sets so far over that of the ``best``.
        """
        size = self.question.world.size
        active = np.flatnonzero(self.active)
        seeds = int(SEEDS_MAX * min(1.0, ACTIVE_FEW / max(1, len(active))) ** 2)
        order = np.argsort(-level.log_weight, kind="stable")[:seeds]
        weight = np.exp(level.log_weight[order] - best)
        order = order[np.cumsum(weight[::-1])[::-1] >= TAIL * total]
        order = order[self.active[level.members[order]].all(axis=1)]
        source, extra = np.repeat(order, len(active)), np.tile(active, len(order))
        fresh = (level.members[source] != extra[:, None]).all(axis=1)
        source, extra = source[fresh], extra[fresh]
        if not len(source):
            return None
        members = np.sort(np.column_stack([level.members[source], extra]), axis=1)
        _, once = np.unique(members @ size ** np.arange(members.shape[1]), return_index=True)
        return self.weigh(members[once])


def _heavy(log_weight: Floats) -> Ints:
    """Rows without the lightest that together weigh next to nothing."""
    if not np.isfinite(log_weight).any():
        return np.empty(0, dtype=np.int64)
    weight = np.exp(log_weight - log_weight.max())
    ascending = np.sort(weight)
    floor = ascending[np.searchsorted(np.cumsum(ascending), DROPPED * ascending.sum())]
    return np.flatnonzero(weight >= floor)


def _normalised(question: Question, levels: list[_Level], active: Bools) -> Posterior:
    world = question.world
    members = np.vstack([_padded(level.members, world.size) for level in levels])
    log_prior = np.concatenate([level.log_prior for level in levels])
    log_like = np.concatenate([level.log_like for level in levels])
    log_weight = np.concatenate([level.log_weight for level in levels])
    order = np.argsort(-log_weight, kind="stable")  # equal ones stay smaller first, then by their diseases
    members, log_prior, log_like, log_weight = members[order], log_prior[order], log_like[order], log_weight[order]
    names_cause = _has_cause(world, members)
    raw = np.where(names_cause, np.exp(log_weight - log_weight[names_cause].max()), 0.0)
    weights = raw / raw.sum()
    marginals = _marginals(question, members, weights, log_weight, active)
    claims = claimed(marginals, world.claim_slope)
    return Posterior(question, members, log_prior, log_like, log_weight, names_cause, weights, claims)


def _padded(members: Ints, size: int) -> Ints:
    filled = np.full((len(members), SET_MAX), size, dtype=np.int64)
    filled[:, : members.shape[1]] = members
    return filled


def _marginals(question: Question, members: Ints, weights: Floats, log_weight: Floats, active: Bools) -> Floats:
    """(D,) chance of each disease. Sets of active diseases stand for themselves with any inactive ones besides."""
    world = question.world
    inside = np.append(active, True)[members].all(axis=1)
    outside = ~np.append(active, False)[members].any(axis=1)
    idle = np.flatnonzero(~active)
    heavy = np.flatnonzero(inside & (weights > 0) & (members[:, -1] == world.size))[:_BESIDE]
    if not heavy.size or not idle.size:
        return np.minimum(_held(members, weights, world.size), 1.0)
    beside = np.repeat(members[heavy], len(idle), axis=0)
    beside[:, -1] = np.tile(idle, len(heavy))
    beside = np.sort(beside, axis=1)
    log_beside = question.log_prior(beside) + question.log_like(beside) / world.temperature
    top = log_weight[heavy[0]]
    odds = np.exp(log_beside - top).reshape(len(heavy), -1).sum(axis=0) / np.exp(log_weight[heavy] - top).sum()
    # Besides a set of active diseases stands any number of idle ones; sets of idle ones alone are as they were found.
    any_idle = float(np.prod(1.0 + odds))
    whole = float(weights[inside].sum()) * any_idle
    marginals = _held(members[inside], weights[inside], world.size) * any_idle
    marginals[idle] = whole * odds / (1.0 + odds)
    marginals += _held(members[outside], weights[outside], world.size)
    return np.minimum(marginals / (whole + float(weights[outside].sum())), 1.0)


def _held(members: Ints, weights: Floats, size: int) -> Floats:
    """(size,) weight of the sets that hold each disease."""
    held = np.zeros(size + 1)
    for column in members.T:
        held += np.bincount(column, weights=weights, minlength=size + 1)
    return held[:-1]


def _has_cause(world: World, members: Ints) -> Bools:
    """Whether a set holds something other than descriptive states."""
    names_nothing = np.append(world.descriptive, True)
    return np.asarray(~names_nothing[members].all(axis=1), dtype=bool)
