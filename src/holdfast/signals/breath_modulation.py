"""A breathing rate from what breath does to each heart beat: its distance from the one before, its size, its level.

Every beat is a mark with some features. Breath sways them all at one frequency, so that frequency is sought at which
a sinusoid explains most of all features together: a least-squares periodogram of the unevenly spaced marks, summed
over the features as log-likelihoods. The margin over the best frequency elsewhere says how far to believe it.

A sway faster than half the heart rate cannot be seen in beats: a panting dog shows a slower one that is not there.
Close to that limit a rate is fair at most; beyond it the software cannot know.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from holdfast.kernel import typed
from holdfast.kernel.compiled import compiled
from holdfast.kernel.time import US_PER_S
from holdfast.signals.chunk import Floats, pack, pack_few, unpack
from holdfast.signals.heart_rate import Rate

WINDOW_S = 40
"""As for counted breaths."""

EVERY_S = 5
"""The spectrum is made anew at every fifth second of the clock; breathing changes no faster than that."""

SPAN_MIN_S = 30
MARKS_MIN = 12
FIT_SHARE_MIN = 0.75
"""Less signal than this says nothing: seconds from first to last mark, marks, share of fit seconds (estimates)."""

LOWEST_HZ, HIGHEST_HZ, STEP_HZ = 0.075, 1.0, 0.005
"""4.5 to 60 breaths per minute (estimate)."""

NYQUIST_SHARE = 0.95
"""Frequencies above this share of half the beat rate are not looked at (estimate)."""

PEAK_HZ = 0.035
"""Frequencies nearer than this to the best belong to its own peak (a window of 40 s resolves 0.025 Hz)."""

MARGIN_TWO = 3.0
MARGIN_ONE = 6.0
"""Log-likelihood by which the best frequency must beat all others, when at least two features for themselves show the
same rate, and when one does (chosen on the even-numbered dogs of Dog Health Vitals)."""

SAME_HZ = 0.035
"""Two features show the same rate when their own best frequencies are no further apart (about 2 per minute). That
several ways of looking must agree is the idea of Karlen's "smart fusion" for the pleth; the number is ours."""

SLOW_HZ = 0.15
"""Below this a sway may be that of the blood pressure instead of the breath's (in one of six people of BIDMC it was):
it is believed only when two features show it of which one is moved by the chest itself, and called fair (estimate)."""

ALTERNATING_SHARE = 0.8
"""Above this share of half the beat rate, beats that merely alternate in strength or distance look like breath: fair
at most (estimate)."""

CLIP_SPREADS = 4.0
"""Features further than this from their median (in robust standard deviations) are cut there: early beats, noise."""

TOO_FEW = "too few clear beats to see breathing in them"
MAYBE_PRESSURE = "the beats sway slowly: with the blood pressure perhaps, not with the breath"
NOT_CLEAR = "the beats do not sway with one clear breathing rate"


class ModulationState(msgspec.Struct, frozen=True, tag="breath_modulation.1", forbid_unknown_fields=True):
    """Marks of the last window, and what was said last."""

    width: int
    """Features of each mark."""
    chest: bool
    """Whether one of them is moved by the chest itself, not only by way of heart rate and blood pressure."""
    marks: bytes = b""
    """(n, 2 + width) packed: instant (us), distance to the mark before (us, NaN when unknown), features."""
    last_us: int = -1
    unfit: tuple[int, ...] = ()
    """Ends (us) of the seconds in the window of which nothing can be said."""
    from_us: int = -1
    """Start of the first second."""
    per_min: float | None = None
    quality: str = "none"
    why: str = TOO_FEW
    at_us: int = -1


def initial(width: int, chest: bool) -> ModulationState:
    """Nothing seen yet; each mark will have ``width`` features besides its distance from the one before."""
    return ModulationState(width, chest)


def dump(state: ModulationState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> ModulationState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, ModulationState)


def restarted(state: ModulationState) -> ModulationState:
    """The state after an interruption: marks before it are no neighbours of those after."""
    return ModulationState(state.width, state.chest)


def add(state: ModulationState, marks: Sequence[tuple[int, Sequence[float]]]) -> ModulationState:
    """Take the next beats, oldest first: instant (us) and features (NaN where unknown; only how they vary counts)."""
    if not marks:
        return state
    rows: list[float] = []
    last_us = state.last_us
    for at_us, features in marks:
        rows += (at_us, at_us - last_us if last_us >= 0 else math.nan, *features)
        last_us = at_us
    return msgspec.structs.replace(state, marks=state.marks + pack_few(rows), last_us=last_us)


def step(state: ModulationState, end_us: int, unfit: bool) -> tuple[ModulationState, Rate]:
    """The rate at the end of a second, all of whose marks were added. ``unfit``: its signal says nothing."""
    start_us = end_us - WINDOW_S * US_PER_S
    unfit_ends = (*state.unfit, end_us) if unfit else state.unfit
    if unfit_ends and unfit_ends[0] <= start_us:
        unfit_ends = tuple(at for at in unfit_ends if at > start_us)
    from_us = end_us - US_PER_S if state.from_us < 0 else state.from_us
    if unfit_ends != state.unfit or from_us != state.from_us:
        state = msgspec.structs.replace(state, unfit=unfit_ends, from_us=from_us)
    if end_us // US_PER_S % EVERY_S == 0:
        state = _renewed(state, start_us, end_us)
    if unfit and state.per_min is not None and len(unfit_ends) > (1 - FIT_SHARE_MIN) * WINDOW_S:
        state = msgspec.structs.replace(state, per_min=None, quality="none", why=TOO_FEW, at_us=end_us)
    at_us = end_us if state.at_us < 0 else state.at_us
    return state, Rate(state.per_min, state.quality, state.why, at_us, max(0, end_us - at_us))


def _renewed(state: ModulationState, start_us: int, end_us: int) -> ModulationState:
    kept, alternation_hz, best_hz, margin, alike = _sought(
        unpack(state.marks), state.width, np.array(state.unfit, dtype=np.int64), state.from_us, start_us, end_us
    )
    per_min, quality, why = _say(state.chest, alternation_hz, best_hz, margin, alike)
    return msgspec.structs.replace(state, marks=pack(kept), per_min=per_min, quality=quality, why=why, at_us=end_us)


def _say(
    chest: bool, alternation_hz: float, best_hz: float, margin: float, alike: int
) -> tuple[float | None, str, str]:
    if best_hz == 0:
        return None, "none", TOO_FEW
    slow, alternating = best_hz < SLOW_HZ, best_hz > ALTERNATING_SHARE * alternation_hz
    if slow and not (chest and alike >= 2):
        return None, "none", MAYBE_PRESSURE if margin >= MARGIN_TWO else NOT_CLEAR
    if margin < (MARGIN_TWO if alike >= 2 and not alternating else MARGIN_ONE):
        return None, "none", NOT_CLEAR
    return 60 * best_hz, "fair" if slow or alternating or alike < 2 else "good", ""


@compiled
def _sought(
    marks: Floats, width: int, unfit: NDArray[np.int64], from_us: int, start_us: int, end_us: int
) -> tuple[Floats, float, float, float, int]:
    """The marks that are not too old; half the beat rate (Hz) and what :func:`_best` says of those in the window, zeros
    when they are too few."""
    known = marks.reshape(-1, 2 + width)
    known = known[known[:, 0] >= start_us]
    rows = np.empty(known.shape)
    clear = 0
    for i in range(known.shape[0]):
        if known[i, 0] >= end_us:
            continue
        row = rows[clear]
        row[:] = known[i]
        for unfit_us in unfit:
            if unfit_us - US_PER_S <= row[0] < unfit_us:
                row[1:] = np.nan
            if row[0] - row[1] < unfit_us <= row[0]:
                row[1] = np.nan
        if not np.all(np.isnan(row[2:])):
            clear += 1
    rows, kept = rows[:clear], known.ravel()
    unseen = len(unfit) + max(0, from_us - start_us) / US_PER_S
    if clear < MARKS_MIN or unseen > (1 - FIT_SHARE_MIN) * WINDOW_S:
        return kept, 0.0, 0.0, 0.0, 0
    span_s = (rows[-1, 0] - rows[0, 0]) / US_PER_S
    apart = rows[~np.isnan(rows[:, 1]), 1]
    if span_s < SPAN_MIN_S or not len(apart) or not np.median(apart) > 0:
        return kept, 0.0, 0.0, 0.0, 0
    alternation_hz = 0.5 * (clear - 1) / span_s
    count = int((min(HIGHEST_HZ, NYQUIST_SHARE * alternation_hz) - LOWEST_HZ) / STEP_HZ)
    if count * STEP_HZ <= 2 * PEAK_HZ:
        return kept, 0.0, 0.0, 0.0, 0
    features = rows[:, 1:].copy()
    features[:, 0] = np.log(features[:, 0])
    best_hz, margin, alike = _best(_likelihood((rows[:, 0] - rows[0, 0]) / US_PER_S, features, count))
    return kept, alternation_hz, best_hz, margin, alike


@compiled
def _likelihood(at_s: Floats, features: Floats, count: int) -> Floats:
    """(features, count) log-likelihood ratio of a sinusoid at each frequency of the grid; 0 for an unknown feature."""
    each = np.zeros((features.shape[1], count))
    for k in range(features.shape[1]):
        known = ~np.isnan(features[:, k])
        at, values = at_s[known], features[known, k]
        if len(values) < MARKS_MIN:
            continue
        middle = np.median(values)
        spread = CLIP_SPREADS * 1.4826 * np.median(np.abs(values - middle))
        values = np.minimum(np.maximum(values, middle - spread), middle + spread)
        values = values - values.mean()
        at = at - at.mean()
        values = values - at * ((at * values).sum() / (at * at).sum())
        if (values * values).sum() > 1e-12 * len(values) * max(1.0, middle * middle):
            _explain(at, values, each[k])
    return each


@compiled
def _explain(at: Floats, values: Floats, likelihood: Floats) -> None:
    n = len(at)
    turn_cos, turn_sin = np.cos(2 * np.pi * STEP_HZ * at), np.sin(2 * np.pi * STEP_HZ * at)
    cos, sin = np.cos(2 * np.pi * LOWEST_HZ * at), np.sin(2 * np.pi * LOWEST_HZ * at)
    power = 0.0
    for i in range(n):
        power += values[i] * values[i]
    for k in range(len(likelihood)):
        c = s = cc = ss = cs = vc = vs = 0.0
        for i in range(n):
            c += cos[i]
            s += sin[i]
            cc += cos[i] * cos[i]
            ss += sin[i] * sin[i]
            cs += cos[i] * sin[i]
            vc += values[i] * cos[i]
            vs += values[i] * sin[i]
            cos[i], sin[i] = (
                cos[i] * turn_cos[i] - sin[i] * turn_sin[i],
                sin[i] * turn_cos[i] + cos[i] * turn_sin[i],
            )
        cc, ss, cs = cc - c * c / n, ss - s * s / n, cs - c * s / n
        both = cc * ss - cs * cs
        if both > 1e-9 * cc * ss:
            share = (ss * vc * vc - 2 * cs * vc * vs + cc * vs * vs) / both / power
            likelihood[k] = -0.5 * n * np.log(1 - min(max(share, 0.0), 0.995))


@compiled
def _best(each: Floats) -> tuple[float, float, int]:
    """The frequency (Hz) of the highest peak of all features together, between grid points, its margin over all that
    is not that peak, and how many features show it for themselves."""
    together = np.zeros(each.shape[1])
    for k in range(each.shape[0]):
        together += each[k]
    top, near = int(np.argmax(together)), round(PEAK_HZ / STEP_HZ)
    beside = -np.inf
    for i in range(together.shape[0]):
        if abs(i - top) > near:
            beside = max(beside, together[i])
    best_hz, margin = LOWEST_HZ + top * STEP_HZ, 0.0
    if 0 < top < together.shape[0] - 1:
        left, here, right = together[top - 1], together[top], together[top + 1]
        bend = left - 2 * here + right
        margin = here - beside
        best_hz = LOWEST_HZ + (top + (0.5 * (left - right) / bend if bend != 0 else 0.0)) * STEP_HZ
    alike = 0
    for k in range(each.shape[0]):
        own = int(np.argmax(each[k]))
        alike += each[k, own] > 0 and abs(LOWEST_HZ + own * STEP_HZ - best_hz) <= SAME_HZ
    return best_hz, margin, alike
