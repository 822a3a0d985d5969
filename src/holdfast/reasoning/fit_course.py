"""How the fit of the working diagnosis changed while findings came in.

A pure function of what is known now: every moment at which something was found is judged with what was known then.
What was corrected since is not brought back: a finding that has changed counts from its present run on.
"""

from dataclasses import dataclass, replace

from holdfast.knowledge.fit_calibration import Calibration
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.engine import answer, ask
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.fit import Fit, fit
from holdfast.reasoning.world import World

TOGETHER_US = 10 * 60 * 1_000_000
"""Findings entered within ten minutes are one look at the animal (our estimate)."""
MOMENTS_MAX = 6
"""Moments judged, the newest ones; each costs one inference."""


@dataclass(frozen=True)
class FitThen:
    """The fit as of one moment."""

    at_us: int
    p: float
    verdict: str
    present: int
    """Findings present at that moment."""
    new: tuple[str, ...]
    """Finding keys that came in with this moment."""


def fit_course(
    world: World, knowledge: Knowledge, calibration: Calibration, evidence: Evidence, now: Fit
) -> tuple[FitThen, ...]:
    """The fit at each moment something was found, oldest first; the last is ``now``, which is not computed again."""
    moments = _moments(evidence)
    chosen = list(enumerate(moments))[-MOMENTS_MAX:]
    course = []
    for place, (at_us, new) in chosen:
        known = _as_of(evidence, at_us)
        last = place == len(moments) - 1
        judged = now
        if not last:
            judged = fit(answer(ask(world, knowledge, known)), knowledge, calibration, known, now.working)
        present = sum(observed.present for observed in known.findings.values())
        course.append(FitThen(at_us, judged.p, judged.verdict.value, present, new))
    return tuple(course)


def _moments(evidence: Evidence) -> list[tuple[int, tuple[str, ...]]]:
    """(last instant, finding keys) of each group of findings that came together, oldest first."""
    timed = sorted((o.since_us, key) for key, o in evidence.findings.items() if o.since_us is not None)
    groups: list[list[tuple[int, str]]] = []
    for since_us, key in timed:
        if groups and since_us - groups[-1][0][0] <= TOGETHER_US:
            groups[-1].append((since_us, key))
        else:
            groups.append([(since_us, key)])
    return [(group[-1][0], tuple(key for _, key in group)) for group in groups]


def _as_of(evidence: Evidence, at_us: int) -> Evidence:
    known = {key: o for key, o in evidence.findings.items() if o.since_us is None or o.since_us <= at_us}
    return replace(evidence, findings=known)
