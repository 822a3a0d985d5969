"""Which peaks of the QRS envelope are beats: the part of the beat detector that knows about hearts."""

import statistics

import msgspec

REFRACTORY_S = 0.2
"""Two beats are never closer than this: 300 per minute, the top of the range that Holdfast means to count."""

LEARN_S = 2.0
"""Signal seen before the first decision (estimate)."""

FLOOR_MV = 0.055
"""Envelope below which nothing is a beat. A QRS of 0.15 mV has one of about 0.06, and monitors must not count less
than 0.15 mV (AJCC 24/6:545; Edan X8 manual p. 87); noise of 30 uV stays below."""

WIDE_FLOOR_MV = 0.03
WIDE_HEIGHT_MV = 0.2
"""A wide beat has little of the QRS band: it counts from this envelope on if its deflection is this high (estimate)."""

REST_FACTOR = 3.5
"""A beat stands this far above the envelope's own resting level in the second before (chosen on even-numbered dogs);
the peaks of noise alone stay below it at any gain."""

OTHERS_FACTOR = 1.5
"""And so far above the usual peak that is not a beat (same)."""

T_WAVE_S = 0.36
T_WAVE_SHARE = 0.6
"""Until so long after a beat, a peak must reach this share of recent beats: T waves do not (same)."""

SHARE = 0.4
SHARE_LATE = 0.25
LATE_S = 1.5
"""Share of recent beats to be reached after the T wave, falling to the late one at LATE_S (same)."""

ARTEFACT_SHARE = 8.0
"""A peak this many times larger than recent beats is movement or a lead, not a beat (estimate)."""

REMEMBERED = 8
"""Beats and other peaks kept to know what is usual."""

RELEARN_S = 3.0
"""With no beat for so long, ask whether what was learned is wrong (estimate; resting dogs seldom pause longer)."""


class Peak(msgspec.Struct, frozen=True, array_like=True):
    """A candidate: sample index of its R peak, envelope there and at rest before it, signed height of deflection."""

    index: int
    envelope: float
    rest: float
    height: float


class JudgeState(msgspec.Struct, frozen=True):
    """What beats and other peaks have looked like lately."""

    learning: tuple[Peak, ...] | None = ()
    """Candidates seen while learning; None once learned."""
    beats: tuple[float, ...] = ()
    """Envelopes of recent beats."""
    others: tuple[float, ...] = ()
    """Envelopes of recent peaks that were not."""
    refused: tuple[Peak, ...] = ()
    """Those since the last beat, at most RELEARN_S old."""
    last: int = -(10**9)
    """Index of the last beat."""


def judge(state: JudgeState, peak: Peak, rate_hz: float) -> tuple[JudgeState, tuple[Peak, ...]]:
    """Take the next candidate; return the beats that became certain with it, oldest first."""
    if state.learning is None:
        return _decide(state, peak, rate_hz)
    if peak.index < LEARN_S * rate_hz:
        return msgspec.structs.replace(state, learning=(*state.learning, peak)), ()
    seen = (*state.learning, peak)
    state = JudgeState(learning=None, beats=_usual(seen))
    found: tuple[Peak, ...] = ()
    for one in seen:
        state, beats = _decide(state, one, rate_hz)
        found += beats
    return state, found


def _usual(peaks: tuple[Peak, ...]) -> tuple[float, ...]:
    """Envelope of the peaks that stand out among these; empty when none does."""
    fit = sorted(p.envelope for p in peaks if p.envelope > max(_floor(p), REST_FACTOR * p.rest))
    if not fit:
        return ()
    top = fit[-1] if len(fit) < 3 or fit[-1] < ARTEFACT_SHARE * fit[-2] else fit[-2]
    return (statistics.median([e for e in fit if e >= 0.5 * top]),)


def _floor(peak: Peak) -> float:
    return WIDE_FLOOR_MV if abs(peak.height) >= WIDE_HEIGHT_MV else FLOOR_MV


def _decide(state: JudgeState, peak: Peak, rate_hz: float) -> tuple[JudgeState, tuple[Peak, ...]]:
    pause_s = (peak.index - state.last) / rate_hz
    if pause_s < REFRACTORY_S:
        return state, ()
    if _is_beat(state, peak, pause_s):
        beats = (*state.beats, peak.envelope)[-REMEMBERED:]
        return msgspec.structs.replace(state, beats=beats, refused=(), last=peak.index), (peak,)
    refused = (*(p for p in state.refused if peak.index - p.index < RELEARN_S * rate_hz), peak)
    state = msgspec.structs.replace(state, others=(*state.others, peak.envelope)[-REMEMBERED:], refused=refused)
    if pause_s > RELEARN_S:
        usual = _usual(refused)
        if usual and len([p for p in refused if p.envelope >= 0.5 * usual[0]]) >= 2:
            state = msgspec.structs.replace(state, beats=usual, others=())
    return state, ()


def _is_beat(state: JudgeState, peak: Peak, pause_s: float) -> bool:
    bar = max(_floor(peak), REST_FACTOR * peak.rest)
    if state.others:
        bar = max(bar, OTHERS_FACTOR * statistics.median(state.others))
    if not state.beats:
        return peak.envelope > bar
    usual = statistics.median(state.beats)
    if peak.envelope > ARTEFACT_SHARE * usual:
        return False
    if pause_s < T_WAVE_S:
        share = T_WAVE_SHARE
    else:
        share = max(SHARE_LATE, SHARE - (SHARE - SHARE_LATE) * (pause_s - T_WAVE_S) / (LATE_S - T_WAVE_S))
    return peak.envelope > max(bar, share * usual)
