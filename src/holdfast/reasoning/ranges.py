"""How far each probability could be off, given how few dogs stand behind the numbers.

Two hundred joint draws of all parameters are made once per release; each question re-weighs a fixed list of sets
under every draw. Background rates were measured to matter most, so they are drawn too.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.model import Frequency, Knowledge
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.likelihood import Tables, log_likelihood
from holdfast.reasoning.prior import log_set_prior, shifted
from holdfast.reasoning.values import ValueTables, value_spread
from holdfast.reasoning.world import (
    STUDY_FACTOR,
    UNLISTED,
    Complications,
    Floats,
    Ints,
    World,
    at_least,
    not_shown,
    spread_of,
)

DRAWS = 200
SETS_MAX = 300
"""Sets re-weighed per draw; re-searching under every draw moved the range ends by 0.01 to 0.02 only."""
_P_EDGE = 1e-9
_MOVES = 0.2
"""Correlation with the log odds below which a parameter is not named."""
_RIVALS = 5
"""Leading diseases whose numbers are looked at for every other."""


@dataclass(frozen=True)
class Draws:
    """Joint draws of every parameter of a release; first axis DRAWS."""

    pi: Floats
    leak: Floats
    links: Floats
    """(DRAWS, L) frequency of each link."""
    link_at: Ints
    """(L, 2) disease and finding index of each link."""
    complications: Complications
    values: ValueTables
    systems: tuple[tuple[int, tuple[int, ...]], ...]
    """Index of each unlisted pseudo-disease and of the listed ones it is the mean of."""


@dataclass(frozen=True)
class Parameter:
    """One number of the release: a link's frequency, a disease's prior (no finding) or a background (no disease)."""

    disease: str
    finding: str


@dataclass(frozen=True)
class Range:
    """5 to 95 % of the draws, and what moves it."""

    low: float
    high: float
    moved_by: tuple[Parameter, ...]
    """Up to three parameters, the strongest first."""


def draw(knowledge: Knowledge, world: World) -> Draws:
    """The draws of a release: the same release always gives the same draws."""
    seed = int.from_bytes(hashlib.sha256(knowledge.facts.encode()).digest()[:8], "big")
    rng = np.random.Generator(np.random.PCG64(seed))
    listed = list(knowledge.diseases.values())
    spread = np.full(world.size, 0.8)
    spread[: len(listed)] = [spread_of(d.prior.grade) for d in listed]
    pi = np.clip(world.pi * np.exp(spread * rng.standard_normal((DRAWS, world.size))), 1e-7, 0.9)
    leak_spread = np.array([spread_of(f.leak.grade) for f in knowledge.findings.values()])
    odds = np.log(world.leak / (1 - world.leak)) + leak_spread * rng.standard_normal((DRAWS, len(world.leak)))
    places = [place for place in sorted(world.link_of) if world.shown[place] > 0]
    mean = np.array([world.shown[place] for place in places])
    dogs = np.array([_dogs(world.link_of[place]) for place in places])
    log_none = np.zeros((DRAWS, *world.complications.log_none.shape))
    for disease in listed:
        for c in disease.complications:
            p, w = min(max(c.p, 1e-3), 0.99), 8.0
            edge = world.complications.edge[world.index[disease.key], world.index[c.disease]]
            drawn = np.log1p(-np.minimum(rng.beta(p * w, (1 - p) * w, DRAWS), 0.99))
            if edge >= 0:
                log_none[:, edge] = drawn
    return Draws(
        pi=pi,
        leak=1.0 / (1.0 + np.exp(-odds)),
        links=np.clip(rng.beta(mean * dogs, (1 - mean) * dogs, (DRAWS, len(places))), 0.0, 0.999),
        link_at=np.array(places, dtype=np.int64).reshape(-1, 2),
        complications=Complications.of(world.complications.edge, log_none),
        values=_drawn_values(knowledge, world, rng),
        systems=_systems(knowledge, world),
    )


def _drawn_values(knowledge: Knowledge, world: World, rng: np.random.Generator) -> ValueTables:
    """Shifts and background middles of measured values, drawn about those of the release; what shifts nothing stays."""
    point = world.values
    spread = np.zeros(point.shift.shape)
    for column, measure in enumerate(knowledge.measures.values()):
        for disease in knowledge.diseases.values():
            spread[world.index[disease.key], column] = value_spread(measure, disease)
    middle = [spread_of(measure.mean.grade) / 2 for measure in knowledge.measures.values()]
    moved = np.where(point.shift != 0, spread, 0.0)
    return ValueTables(
        point.shift + moved * rng.standard_normal((DRAWS, *moved.shape)),
        np.broadcast_to(point.extra, (DRAWS, *point.extra.shape)),
        np.array(middle) * rng.standard_normal((DRAWS, len(middle))),
    )


def _dogs(frequency: Frequency) -> float:
    """Dogs a frequency is worth when drawn: counted ones count less in another clinic."""
    return max(2.0, frequency.weight / STUDY_FACTOR if frequency.total is not None else frequency.weight)


def _systems(knowledge: Knowledge, world: World) -> tuple[tuple[int, tuple[int, ...]], ...]:
    causes = [d for d in knowledge.diseases.values() if not d.descriptive]
    return tuple(
        (place, tuple(world.index[d.key] for d in causes if UNLISTED + d.system == key))
        for key, place in world.index.items()
        if key.startswith(UNLISTED)
    )


def ranges(
    posterior: Posterior, draws: Draws, diseases: tuple[int, ...], explained: frozenset[int] = frozenset()
) -> dict[int, Range]:
    """5 to 95 % range of the probability of each asked-for disease index; what moves it for the ``explained`` ones."""
    tables, shown, odds = _drawn_odds(posterior, draws)
    asked = tuple(d for d in diseases if d in explained)
    moved_by = {d: _movers(found) for d, found in _strengths(posterior, draws, tables, shown, odds, asked).items()}
    low, high = np.quantile(1.0 / (1.0 + np.exp(-odds)), [0.05, 0.95], axis=0)
    answer = {}
    for d in diseases:
        p = float(posterior.marginals[d])
        answer[d] = Range(min(float(low[d]), p), max(float(high[d]), p), moved_by.get(d, ()))
    return answer


def pulls(
    posterior: Posterior, draws: Draws, diseases: tuple[int, ...]
) -> dict[int, tuple[tuple[Parameter, float], ...]]:
    """Per disease index: every number in play and the variance of the log odds of the disease that goes with it.

    What goes along by chance in so many draws is taken off, so a number without influence may stand a little below 0.
    """
    tables, shown, odds = _drawn_odds(posterior, draws)
    return {
        d: tuple((parameter, (r * r - 1.0 / (DRAWS - 1)) * float(odds[:, d].var())) for parameter, r in strengths)
        for d, strengths in _strengths(posterior, draws, tables, shown, odds, diseases).items()
    }


def _drawn_odds(posterior: Posterior, draws: Draws) -> tuple[Tables, Floats, Floats]:
    """(tables, frequencies, log odds (DRAWS, D)) of every draw."""
    rows = _rows(posterior)
    tables, shown = _drawn_tables(posterior, draws)
    holds = _holds(posterior, rows)
    odds = _logit(_drawn_weights(posterior, draws, tables, rows) @ holds)
    # The short list holds a little less of a rare disease than the whole list: shift to the whole.
    weights = posterior.weights[rows]
    odds += _logit(posterior.marginals) - _logit(weights @ holds / weights.sum())
    return tables, shown, odds


def _rows(posterior: Posterior) -> Ints:
    """The heaviest sets, and for every disease its own heaviest one."""
    size = posterior.world.size
    named = np.flatnonzero(posterior.names_cause)
    own = np.full(size + 1, len(posterior.members))
    for column in posterior.members[named].T:
        np.minimum.at(own, column, named)
    own = own[:size]
    return np.unique(np.concatenate([named[: max(0, SETS_MAX - size)], own[own < len(posterior.members)]]))


def _holds(posterior: Posterior, rows: Ints) -> Floats:
    """(rows, D) 1 where the set holds the disease."""
    holds = np.zeros((len(rows), posterior.world.size + 1))
    for column in posterior.members[rows].T:
        holds[np.arange(len(rows)), column] = 1.0
    return holds[:, :-1]


def _drawn_tables(posterior: Posterior, draws: Draws) -> tuple[Tables, Floats]:
    """Finding tables of every draw for what was recorded, whole syndromes included."""
    world, facts = posterior.world, posterior.question.facts
    observed = facts.observed
    groups = world.syndrome[observed]
    together = np.isin(world.syndrome, groups[groups >= 0])
    for levels in world.scales:
        together[levels] |= bool(np.isin(levels, observed).any())
    columns = np.union1d(observed, np.flatnonzero(together)).astype(np.int64)
    column_of = np.full(len(world.findings), -1)
    column_of[columns] = np.arange(len(columns))
    shown = np.zeros((DRAWS, world.size, len(columns)))
    used = np.flatnonzero(column_of[draws.link_at[:, 1]] >= 0)
    shown[:, draws.link_at[used, 0], column_of[draws.link_at[used, 1]]] = draws.links[:, used]
    leak = draws.leak[:, columns]
    whole = tuple(column_of[levels] for levels in world.scales if (column_of[levels] >= 0).all())
    at_least(shown, whole)
    at_least(leak, whole)
    for place, members in draws.systems:
        shown[:, place] = shown[:, list(members)].mean(axis=1)
    return Tables(columns, not_shown(shown, leak), 1.0 - leak, draws.values), shown


def _drawn_weights(posterior: Posterior, draws: Draws, tables: Tables, rows: Ints) -> Floats:
    """(DRAWS, rows) weight of each set under each draw, summing to 1."""
    world, question, members = posterior.world, posterior.question, posterior.members[rows]
    spoken = question.facts.spoken()
    # Silence is weak and its parameters are not drawn: it enters at its value for the release.
    silence = posterior.log_like[rows] - log_likelihood(world, question.tables, spoken, members)
    like = log_likelihood(world, tables, spoken, members) + silence
    prior = log_set_prior(draws.complications, shifted(draws.pi, question.shift), world.descriptive, members)
    log_weight = prior + like / world.temperature
    weights = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def _movers(strengths: tuple[tuple[Parameter, float], ...]) -> tuple[Parameter, ...]:
    """The three parameters whose draws go along with the log odds most closely."""
    ranked = sorted(strengths, key=lambda one: -abs(one[1]))
    return tuple(dict.fromkeys(parameter for parameter, r in ranked if abs(r) >= _MOVES))[:3]


def _strengths(
    posterior: Posterior, draws: Draws, tables: Tables, shown: Floats, odds: Floats, diseases: tuple[int, ...]
) -> dict[int, tuple[tuple[Parameter, float], ...]]:
    """Per disease: correlation of its log odds with the background rates, and with its own and its rivals' numbers."""
    world = posterior.world
    leading = [int(d) for d in np.argsort(-posterior.marginals, kind="stable")[:_RIVALS]]
    findings = [world.findings[f] for f in tables.columns]
    parameters = [(Parameter("", finding), -1) for finding in findings]
    values = list(tables.no_leak.T)
    known = np.asarray(shown[0] > 0, dtype=bool)
    for d in dict.fromkeys((*leading, *diseases)):
        key = world.keys[d]
        parameters.append((Parameter(key, ""), d))
        values.append(np.log(draws.pi[:, d]))
        for column in np.flatnonzero(known[d]):
            parameters.append((Parameter(key, findings[column]), d))
            values.append(shown[:, d, column])
        for column in posterior.question.facts.measured:
            # The value is named by the finding that it stands for.
            if world.values.shift[d, column] != 0:
                parameters.append((Parameter(key, world.findings[int(np.argmax(world.covers[column]))]), d))
                values.append(draws.values.shift[:, d, column])
    wanted = list(diseases)
    strength = _correlations(np.stack(values), odds[:, wanted])
    return {
        d: tuple(
            (parameter, float(strength[row, place]))
            for row, (parameter, owner) in enumerate(parameters)
            if owner in (-1, d) or owner in leading
        )
        for place, d in enumerate(wanted)
    }


def _correlations(rows: Floats, against: Floats) -> Floats:
    """(P, n) of parameters (P, DRAWS) with columns (DRAWS, n)."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    target = against - against.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=1)[:, None] * (target**2).sum(axis=0))
    return np.asarray((centred @ target) / np.maximum(scale, 1e-300), dtype=np.float64)


def _logit(p: Floats | float) -> Floats:
    clipped = np.clip(np.asarray(p, dtype=np.float64), _P_EDGE, 1 - _P_EDGE)
    return np.asarray(np.log(clipped) - np.log1p(-clipped), dtype=np.float64)
