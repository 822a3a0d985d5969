"""The knowledge release as arrays, made once and shared by every question asked of it.

Index ``D`` (one past the last disease) is the empty place in a set: no effect on any finding or prior.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from holdfast.knowledge.graded import Accuracy
from holdfast.knowledge.model import Frequency, Grade, Knowledge, Test
from holdfast.reasoning.values import ValueTables, place, value_tables
from holdfast.record.events import Stage

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

UNLISTED = "unlisted:"
"""Prefix of the pseudo-disease 'something of this system that is not on our list'."""

STUDY_FACTOR = 3.0
"""Counted dogs are divided by this when ranges are drawn: other clinics' dogs differ (estimate, ours)."""

_LEAK_MIN, _LEAK_MAX = 1e-4, 0.98
"""A background rate of exactly 0 or 1 would let one charting slip decide everything."""


@dataclass(frozen=True)
class Complications:
    """Which disease brings about which; leading axes are draws."""

    edge: Ints
    """(D+1, D+1) number of the edge by which disease i brings about j, -1 where it does not."""
    log_none: Floats
    """(..., E) log(1 - c): along this edge nothing is brought about."""
    log_nothing: Floats
    """(..., D+1) the same along all edges of a disease."""

    @property
    def ever(self) -> Bools:
        """(D+1, D+1) disease i brings about j."""
        return self.edge >= 0

    @classmethod
    def of(cls, edge: Ints, log_none: Floats) -> "Complications":
        """Sums up what all edges of a disease bring about."""
        log_nothing = np.zeros((*log_none.shape[:-1], len(edge)))
        for cause, effect in np.argwhere(edge >= 0):
            log_nothing[..., cause] += log_none[..., edge[cause, effect]]
        return cls(edge, log_none, log_nothing)


@dataclass(frozen=True)
class Reveals:
    """Every finding that a test can give, test after test in the order of the release."""

    tests: tuple[str, ...]
    test: Ints
    """(R,) number of the test."""
    finding: Ints
    """(R,) index of the finding."""
    sensitivity: Floats
    """(R,) how often the test shows a finding that is there; 1 where nothing is known."""
    false_alarm: Floats
    """(R,) how often it shows one that is not there; 0 where nothing is known."""
    never_with: Bools
    """(T, F) the test is never asked for in the presence of the finding."""


@dataclass(frozen=True)
class World:
    """Arrays over D hypothesised diseases (listed ones, then unlisted pseudo-diseases) and F findings."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    index: dict[str, int]
    descriptive: Bools
    """(D,) states that name no cause."""
    pi: Floats
    """(D,) prior of each before signalment."""
    complications: Complications
    findings: tuple[str, ...]
    finding_index: dict[str, int]
    leak: Floats
    """(F,) background rate."""
    shown: Floats
    """(D, F) how often a dog with this disease alone shows the finding, 0 where the knowledge says nothing."""
    not_shown: Floats
    """(D+1, F) 1 - q at the values of the release: what the disease itself leaves out (``not_shown``)."""
    linked: Bools
    """(F,) some listed disease is known to show it."""
    to_explain: Bools
    """(F,) linked, and a sign rather than a circumstance: what a diagnosis must not leave over."""
    presenting: Bools
    """(F,) found by history, examination or monitor."""
    syndrome: Ints
    """(F,) number of the group of correlated signs, -1 for none."""
    scales: tuple[Ints, ...]
    """Finding indices of each scale, the mildest first."""
    on_scale: Bools
    """(F,) a step of a scale."""
    measures: tuple[str, ...]
    covers: Bools
    """(M, F) findings that a measured value replaces."""
    values: ValueTables
    accuracy: dict[str, dict[int, Accuracy]]
    """Test -> finding index -> how often it is right."""
    reveals: Reveals
    easiest: dict[int, str]
    """Finding index -> the easiest test that gives it, of those whose accuracy is known for it or not."""
    temperature: float
    silence: float
    claim_slope: float
    link_of: dict[tuple[int, int], Frequency]
    """(disease, finding) -> the record that the number came from."""

    places: tuple[Callable[[float], float | None], ...]
    """Per measure: a value in background standard deviations."""

    @property
    def size(self) -> int:
        return len(self.keys)

    def together(self, finding: int) -> Ints:
        """Findings that are weighed as one with this one, itself among them, ascending."""
        if self.syndrome[finding] >= 0:
            return np.flatnonzero(self.syndrome == self.syndrome[finding])
        return next((np.sort(levels) for levels in self.scales if finding in levels), np.array([finding]))


def compile_world(knowledge: Knowledge) -> World:
    """Arrays for one release; the work is done once, answers only read them."""
    keys, names, pi = _diseases(knowledge)
    index = {key: i for i, key in enumerate(keys)}
    findings = tuple(knowledge.findings)
    finding_index = {key: i for i, key in enumerate(findings)}
    shown, link_of = _links(knowledge, index, finding_index, len(keys))
    leak = np.clip(
        np.array([f.leak.value for f in knowledge.findings.values()], dtype=np.float64), _LEAK_MIN, _LEAK_MAX
    )
    scales = tuple(np.array([finding_index[level] for level in s.levels]) for s in knowledge.scales.values())
    at_least(shown, scales)
    at_least(leak, scales)
    on_scale = np.zeros(len(findings), dtype=bool)
    for levels in scales:
        on_scale[levels] = True
    groups = sorted({f.syndrome for f in knowledge.findings.values() if f.syndrome})
    values = knowledge.findings.values()
    accuracy = {
        test.key: {finding_index[a.finding]: a for a in test.accuracy}
        for test in knowledge.tests.values()
        if test.accuracy
    }
    return World(
        keys=keys,
        names=names,
        index=index,
        descriptive=np.array([k in knowledge.diseases and knowledge.diseases[k].descriptive for k in keys], dtype=bool),
        pi=pi,
        complications=_complications(knowledge, index),
        findings=findings,
        finding_index=finding_index,
        leak=leak,
        shown=shown,
        not_shown=not_shown(shown, leak),
        linked=np.asarray(shown.any(axis=0), dtype=bool),
        to_explain=np.asarray(shown.any(axis=0) & ~np.array([f.context for f in values], dtype=bool), dtype=bool),
        presenting=np.array([f.stage == Stage.PRESENTING.value for f in values], dtype=bool),
        syndrome=np.array([groups.index(f.syndrome) if f.syndrome else -1 for f in values], dtype=np.int64),
        scales=scales,
        on_scale=on_scale,
        measures=tuple(knowledge.measures),
        covers=np.array(
            [[key in measure.covers for key in findings] for measure in knowledge.measures.values()], dtype=bool
        ).reshape(-1, len(findings)),
        values=_values(knowledge, index),
        places=tuple(partial(place, measure) for measure in knowledge.measures.values()),
        accuracy=accuracy,
        reveals=_reveals(knowledge, finding_index, accuracy),
        easiest=_easiest(knowledge, finding_index),
        temperature=max(1e-6, knowledge.tuning.temperature.value),
        silence=min(1.0, max(0.0, knowledge.tuning.silence.value)),
        claim_slope=knowledge.tuning.claim_slope.value,
        link_of=link_of,
    )


def at_least(shares: Floats, scales: tuple[Ints, ...]) -> None:
    """Make the share of a step (last axis: findings) the share of at least that step, in place."""
    for levels in scales:
        for step in range(len(levels) - 2, -1, -1):
            mild, worse = shares[..., levels[step]], shares[..., levels[step + 1]]
            shares[..., levels[step]] = np.maximum(mild, worse)


def _values(knowledge: Knowledge, index: dict[str, int]) -> ValueTables:
    """Shifts of listed diseases; an unlisted disease shifts as the mean of its system, with their spread."""
    listed = value_tables(knowledge, tuple(knowledge.diseases.values()))
    shift, extra = (np.zeros((len(index) + 1, len(knowledge.measures))) for _ in range(2))
    shift[: len(knowledge.diseases)], extra[: len(knowledge.diseases)] = listed.shift[:-1], listed.extra[:-1]
    for system, members in _systems(knowledge).items():
        if UNLISTED + system in index:
            rows = [index[key] for key in members]
            shift[index[UNLISTED + system]] = shift[rows].mean(axis=0)
            extra[index[UNLISTED + system]] = extra[rows].mean(axis=0) + shift[rows].var(axis=0)
    return ValueTables(shift, extra, listed.middle)


def _reveals(knowledge: Knowledge, finding_index: dict[str, int], accuracy: dict[str, dict[int, Accuracy]]) -> Reveals:
    tests = tuple(knowledge.tests)
    given = [(number, finding_index[key]) for number, name in enumerate(tests) for key in knowledge.tests[name].reveals]
    known = [accuracy.get(tests[number], {}).get(finding) for number, finding in given]
    pairs = np.array(given, dtype=np.int64).reshape(-1, 2)
    return Reveals(
        tests,
        pairs[:, 0],
        pairs[:, 1],
        np.array([one.sensitivity if one else 1.0 for one in known]),
        np.array([1.0 - one.specificity if one else 0.0 for one in known]),
        np.array(
            [[key in test.never_with for key in finding_index] for test in knowledge.tests.values()], dtype=bool
        ).reshape(-1, len(finding_index)),
    )


def _easiest(knowledge: Knowledge, finding_index: dict[str, int]) -> dict[int, str]:
    def ease(test: Test) -> tuple[float, ...]:
        return (test.invasiveness, test.minutes.value, test.cost_band)

    easiest: dict[int, str] = {}
    for test in sorted(knowledge.tests.values(), key=lambda t: (ease(t), t.key), reverse=True):
        easiest.update((finding_index[key], test.key) for key in test.reveals)
    return easiest


def unlisted_system(key: str) -> str | None:
    """The body system of an unlisted pseudo-disease, None for a listed disease."""
    return key.removeprefix(UNLISTED) if key.startswith(UNLISTED) else None


def _systems(knowledge: Knowledge) -> dict[str, list[str]]:
    """System -> its diseases that name a cause, in the order of the knowledge."""
    systems: dict[str, list[str]] = {}
    for disease in knowledge.diseases.values():
        if not disease.descriptive:
            systems.setdefault(disease.system, []).append(disease.key)
    return systems


def _diseases(knowledge: Knowledge) -> tuple[tuple[str, ...], tuple[str, ...], Floats]:
    systems = _systems(knowledge)
    prior = _shrunk_priors(knowledge)
    share = knowledge.tuning.unlisted_share.value
    unlisted = list(systems) if share > 0 else []
    keys = (*knowledge.diseases, *(UNLISTED + system for system in unlisted))
    names = (
        *(disease.name for disease in knowledge.diseases.values()),
        *(f"something {system.replace('_', ' ')} that is not on the list" for system in unlisted),
    )
    mass = [share * sum(prior[key] for key in systems[system]) for system in unlisted]
    return keys, names, np.clip(np.array([*prior.values(), *mass], dtype=np.float64), 1e-6, 0.9)


def _shrunk_priors(knowledge: Knowledge) -> dict[str, float]:
    """Priors, each drawn towards the geometric mean of all causes as far as its grade is uncertain.

    Two diseases that we merely guess to be ten times apart are on average less far apart than that (regression to
    the mean): the log distance is kept by the share of the spread that is not our own uncertainty. The total over
    all causes stays. Measured and exact base rates hardly move.
    """
    causes = [d for d in knowledge.diseases.values() if not d.descriptive]
    prior = {key: disease.prior.value for key, disease in knowledge.diseases.items()}
    logs = np.log(np.maximum([d.prior.value for d in causes], 1e-6))
    spread = float(logs.var())
    if spread == 0.0:
        return prior
    kept = np.array([max(0.0, 1.0 - spread_of(d.prior.grade) ** 2 / spread) for d in causes])
    shrunk = np.exp(logs.mean() + kept * (logs - logs.mean()))
    shrunk *= np.exp(logs).sum() / shrunk.sum()
    return {**prior, **{d.key: float(p) for d, p in zip(causes, shrunk, strict=True)}}


def ceiling(frequency: Frequency) -> float:
    """The printed share, with 'all of N' read as not quite always: one more dog could have differed."""
    return min(frequency.p, 1.0 - 0.5 / (frequency.weight + 1.0))


def _links(
    knowledge: Knowledge, index: dict[str, int], finding_index: dict[str, int], size: int
) -> tuple[Floats, dict[tuple[int, int], Frequency]]:
    shown = np.zeros((size, len(finding_index)))
    link_of: dict[tuple[int, int], Frequency] = {}
    for disease in knowledge.diseases.values():
        for frequency in disease.findings:
            place = (index[disease.key], finding_index[frequency.finding])
            shown[place] = ceiling(frequency)
            link_of[place] = frequency
    for system, members in _systems(knowledge).items():
        if UNLISTED + system in index:
            # An unlisted disease looks like the mean of its system: vague on purpose, so that it wins only
            # when no listed disease of the system fits.
            shown[index[UNLISTED + system]] = shown[[index[key] for key in members]].mean(axis=0)
    return shown, link_of


def _complications(knowledge: Knowledge, index: dict[str, int]) -> Complications:
    """Every complication that does not close a circle, the likelier ones first.

    In a circle each disease would vouch for the other and the set prior would be far too high.
    """
    edges = [(c.p, d.key, c.disease) for d in knowledge.diseases.values() for c in d.complications]
    reaches: dict[str, set[str]] = {key: {key} for key in knowledge.diseases}
    edge = np.full((len(index) + 1, len(index) + 1), -1, dtype=np.int64)
    log_none: list[float] = []
    for p, cause, effect in sorted(edges, key=lambda edge: (-edge[0], edge[1], edge[2])):
        if p <= 0.0 or cause in reaches[effect]:
            continue
        edge[index[cause], index[effect]] = len(log_none)
        log_none.append(float(np.log1p(-min(p, 0.99))))
        for reached in reaches.values():
            if cause in reached:
                reached |= reaches[effect]
    return Complications.of(edge, np.array(log_none))


def not_shown(shown: Floats, leak: Floats) -> Floats:
    """1 - q, where q is the disease's own part of how often the finding is shown; shapes (..., D+1, F).

    Published frequencies count the background too: a dog with the disease may cough for another reason. So q is
    chosen to make P(finding | this disease alone) equal to the printed share: 1 - (1-leak)(1-q) = share. A share
    below the background leaves q = 0: a cause cannot prevent a finding. The last row is the empty place.
    """
    left = np.ones((*shown.shape[:-2], shown.shape[-2] + 1, shown.shape[-1]))
    own = left[..., :-1, :]
    own -= shown  # in place: of two hundred draws each array is ten megabytes
    own /= (1.0 - leak)[..., None, :]
    np.minimum(own, 1.0, out=own)
    return left


def spread_of(grade: Grade) -> float:
    """Standard deviation (natural log units) of a prior or background rate of this grade (estimate, ours)."""
    return {Grade.PUBLISHED: 0.3, Grade.SECONDARY: 0.5, Grade.ESTIMATE: 0.8}[grade]
