"""Which one test would tell most, for its minutes and for what it asks of the animal.

Two values are computed over the heaviest sets of diseases: mutual information (how far the test is expected to
narrow down what started it, not which consequences there are) and the expected gain in treating the right causes.
Confirming the leader is not a goal: choosing tests that way was measured to need half as many again.
"""

from dataclasses import dataclass, replace

import numpy as np

from holdfast.knowledge.graded import Accuracy
from holdfast.knowledge.model import Knowledge, Test
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.not_excluded import treatable_causes
from holdfast.reasoning.results import (
    OVERHEAD_MIN,
    OVERLOOKED,
    Answers,
    answers,
    done_tests,
    entropy_bits,
    information_bits,
    most_telling,
    outcomes,
)
from holdfast.reasoning.world import Floats, Ints, World

SETS = 50
AS_GOOD = 0.8
"""A cause that is still worth this share of the best one after a result is no other decision (estimate, ours): where
two stand level, every result would seem to change what to do."""
TREAT_COST = 0.05
"""Loss of pursuing a cause that is not there, against a benefit of 1 (estimate, ours)."""
FIRST, LIKELY = 3, 0.42
"""Among the first so many tests stands one that would show the leading treatable cause itself, once that cause is this
likely (estimate, ours). A test that confirms tells little when the numbers are believed; but most of them are
estimates, and nobody treats a wire that was never seen."""
SHOWS, SHOWS_RATIO = 0.8, 50.0
"""A finding of the work-up that the cause shows at least so often, at so many times the odds of the background, is the
cause seen (estimate, ours)."""
ASKS_LITTLE = 1
"""Only a test of at most this invasiveness is moved up: a sedation is not worth what is known already."""


@dataclass(frozen=True)
class NextTest:
    """What one test is expected to bring."""

    key: str
    information_bits: float
    gain: float
    """Expected gain over treatable causes: probability of benefit that acting after the result adds."""
    same_decision: float
    """Probability that the treatable cause most worth pursuing stays so, or nearly so, whatever the result."""
    worth: str
    """That cause; empty when no treatable one is in play."""
    again: bool
    """The test seems to have been done: what it could still bring is only what was overlooked or not written down."""
    score: float
    """Ranking value per minute."""
    telling: str
    """The finding that tells most."""
    favours: tuple[str, ...]
    """Candidates that the finding, when present, speaks for."""
    against: tuple[str, ...]
    """Candidates that it speaks against."""
    may_be_wrong: tuple[Accuracy, ...] = ()
    """Open findings about which the test is known to err, and how often: to be said beside its result."""
    shows: str = ""
    """The leading treatable cause, where the test stands so high only because it would show that cause itself."""


@dataclass(frozen=True)
class _Bench:
    """The heaviest sets and what each treat decision is worth now."""

    weights: Floats
    shown: Floats
    """(S, F) P(finding present | set)."""
    holds: Floats
    """(S, T) whether set s holds treatable cause t."""
    benefit: Floats
    causes: tuple[str, ...]
    """Keys of the treatable causes."""
    starts: Floats
    """(S, R) 1 where set s began with root causes r: members that no other member brings about, states left out."""
    leading: tuple[int, ...]
    """The ten likeliest causes."""
    shown_alone: Floats
    """(10, F) P(finding present | each of these alone)."""


def next_tests(posterior: Posterior, knowledge: Knowledge) -> tuple[NextTest, ...]:
    """Every test with something left to answer, best first."""
    rows = posterior.best(SETS)
    world = posterior.world
    members = posterior.members[rows]
    weights = posterior.weights[rows]
    # A treatable cause in none of the heaviest sets cannot gain from any test here.
    causes = tuple(d for d in treatable_causes(knowledge) if (members == world.index[d.key]).any())
    places = np.array([world.index[d.key] for d in causes], dtype=np.int64)
    tables, every = posterior.question.tables, np.arange(len(world.findings))
    leading = [int(i) for i in np.argsort(-posterior.marginals, kind="stable") if not world.descriptive[i]][:10]
    bench = _Bench(
        weights / weights.sum(),
        finding_probability(tables, members, every),
        (members[:, :, None] == places).any(axis=1).astype(np.float64),
        np.array([d.benefit.value for d in causes]),
        tuple(d.key for d in causes),
        _starts(posterior, members),
        tuple(leading),
        finding_probability(tables, np.array(leading, dtype=np.int64)[:, None], every),
    )
    done, asked = done_tests(posterior, knowledge), answers(posterior, bench.shown)
    telling = entropy_bits(bench.weights @ asked.p) - bench.weights @ entropy_bits(asked.p)
    judged = []
    for key, columns in asked.tests.items():
        kept = most_telling(telling[columns]) + columns.start
        judged.append(_judge(world, knowledge.tests[key], bench, asked, kept, key in done))
    ranked = sorted(judged, key=lambda t: _order(knowledge.tests[t.key], t))
    return tuple(_with_proof(posterior, knowledge, ranked))


def _with_proof(posterior: Posterior, knowledge: Knowledge, ranked: list[NextTest]) -> list[NextTest]:
    """The ranking with the best test that would show the leading treatable cause itself among the first few."""
    world, facts = posterior.world, posterior.question.facts
    leader = max((world.index[d.key] for d in treatable_causes(knowledge)), key=posterior.marginals.__getitem__)
    if posterior.marginals[leader] < LIKELY:
        return ranked
    often, leak = world.shown[leader], world.leak
    proof = ~world.presenting & (often >= SHOWS) & (often * (1 - leak) >= SHOWS_RATIO * leak * (1 - often))
    if proof[facts.present].any():
        return ranked
    proof[facts.observed] = False
    shows = {world.findings[f] for f in np.flatnonzero(proof)}
    tests = knowledge.tests
    easy = [t for t in ranked if not t.again and tests[t.key].invasiveness <= ASKS_LITTLE]
    able = [t for t in easy if not shows.isdisjoint(tests[t.key].reveals)]
    if not able or able[0] in ranked[:FIRST]:
        return ranked
    rest = [t for t in ranked if t is not able[0]]
    return [*rest[: FIRST - 1], replace(able[0], shows=world.keys[leader]), *rest[FIRST - 1 :]]


def _starts(posterior: Posterior, members: Ints) -> Floats:
    world = posterior.world
    brings = world.complications.ever
    roots = []
    for row in members:
        inside = [int(d) for d in row if d < world.size]
        brought = {j for j in inside if any(brings[i, j] for i in inside)}
        roots.append(tuple(d for d in inside if d not in brought and not world.descriptive[d]))
    kinds = sorted(set(roots))
    return np.array([[float(root == kind) for kind in kinds] for root in roots])


def _order(test: Test, judged: NextTest) -> tuple[float, int, int, str]:
    return (-round(judged.score, 9), test.invasiveness, test.cost_band, test.key)


def _judge(world: World, test: Test, bench: _Bench, asked: Answers, kept: Ints, again: bool) -> NextTest:
    """``kept``: columns of the findings of the test that tell most, the most telling first."""
    joint = outcomes(bench.weights, asked.p[:, kept])
    information = information_bits(joint @ bench.starts)
    gain, same, worth = _decision(joint, bench)
    top = int(asked.places[kept[0]])
    favours, against = _separates(world, bench, top)
    if again:
        information, gain, same = information * OVERLOOKED, gain * OVERLOOKED, 1.0 - (1.0 - same) * OVERLOOKED
    score = (information + gain) / (test.minutes.value + OVERHEAD_MIN)
    telling = world.findings[top]
    known = world.accuracy.get(test.key, {})
    errs = tuple(known[place] for place in asked.places[asked.tests[test.key]].tolist() if place in known)
    return NextTest(test.key, information, gain, same, worth, again, score, telling, favours, against, errs)


def _decision(joint: Floats, bench: _Bench) -> tuple[float, float, str]:
    """(expected gain over treatable causes, probability that the one most worth pursuing stays as good, which)."""
    if not bench.benefit.size:
        return 0.0, 1.0, ""
    outcome = joint.sum(axis=1)
    with_cause = joint @ bench.holds
    value = with_cause * bench.benefit - (outcome[:, None] - with_cause) * TREAT_COST
    p_now = bench.weights @ bench.holds
    now = p_now * bench.benefit - (1 - p_now) * TREAT_COST
    gain = float(np.maximum(value, 0.0).sum() - np.maximum(now, 0.0).sum())
    best = value.max(axis=1)
    leader = int(now.argmax())
    unchanged = best - value[:, leader] <= (1 - AS_GOOD) * np.abs(best)
    return max(0.0, gain), float(outcome[unchanged].sum()), bench.causes[leader]


def _separates(world: World, bench: _Bench, finding: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leading candidates that show the finding often, and those that hardly do."""
    causes, p = bench.leading, bench.shown_alone[:, finding]
    usual = float(world.leak[finding])
    often = [world.keys[d] for d, share in zip(causes, p, strict=True) if share >= max(2 * usual, 0.2)]
    rarely = [world.keys[d] for d, share in zip(causes, p, strict=True) if share < max(1.5 * usual, 0.1)]
    return tuple(often[:3]), tuple(rarely[:3])
