"""From samples to judged candidates, one sample after the other (compiled).

A candidate is a peak of the QRS-band envelope that nothing within ``SIDE_S`` exceeds. It is judged as soon as the
signal ``DECIDE_S`` after its R peak is there: it is described by numbers without unit (``qrs_features``), and a small
learned network says how likely it is a beat. What is remembered of beats comes from the beats so accepted.

The memory is one array of float64; ``qrs_front.split`` names its parts.
"""

import math
from typing import Any

import numpy as np

from holdfast.kernel.compiled import compiled
from holdfast.signals.chunk import Floats
from holdfast.signals.qrs_features import FEATURES, describe, median, ratio, remember
from holdfast.signals.qrs_front import HISTORY, ROW, ROWS, SECTIONS, Design

SIDE_S = 0.06
"""A candidate is the largest within this on either side."""

SEARCH_S = (0.07, 0.06)
"""The R peak is looked for so far before and after the envelope peak, both freed of their lag, and only where the
envelope is above half its peak: a tall T wave near must not be taken for it (estimate)."""

DECIDE_S = 0.285
"""From the R peak to the decision."""

REFRACTORY_S = 0.17
"""The envelope peaks of two beats are never closer: 300 per minute is 0.2 s. (Their R peaks may be: beside a T wave
twice as tall the largest deflection is not always the same one.)"""

STILL_S = 0.15
"""A signal that has not moved at all for this long was held or railed; filters start afresh when it moves again."""

RELEARN_S = 2.5
RELEARN_LEAST = -1.6
RELEARN_UNLIKE = 0.6
RELEARN_SLOWER = 0.4
RELEARN_SURE = 0.9
"""Without a beat for so long, a peak is judged once more as if nothing were known: what is remembered may be movement.
It must reach this share (logarithm: 0.2) of the usual envelope, unless the envelopes remembered differ from each other
by more than this (mean logarithm of the ratio), as those of movement do and those of beats do not. It must not be
slower than beats were (logarithm of the ratio of slow shares), must be among the largest of the last seconds, and must
then be given so much. P waves and noise after a last beat do not reach that (estimate; see the stress bench)."""

LEAST = 0.08
"""Below this share of the usual envelope nothing is a beat, and the network is not asked, unless the
envelopes remembered are unlike each other: in an arrest there are hours in which to be wrong once (estimate)."""

ROUNDING = 1e-9
"""An envelope below this share of the largest input is the rounding of an input that has not moved yet, and no
candidate: it differs from gain to gain (arithmetic: 53 bits, of which the filters lose some)."""

FIRST = 3.0
FIRST_SURE = 0.95
START_S = 0.3
"""So many first beats must be given this much: noise that never held a beat must not begin to teach itself. The first
moments of a signal are the filters' own (estimates)."""

FIRST_LIKELY = 3
FIRST_WITHIN_S = 3.0
"""But a heart whose beats are never quite sure must not stay unseen: the third in a row that would have been believed
later, each within this of the one before, is believed (estimates)."""

STEADY = 10
STEADY_S = 0.3
STEADY_WITHIN = 0.12
STEADY_HEIGHT = 0.35
"""Before any beats are known so many candidates in a row, less than this apart, of one sign, whose intervals differ by
no more than this share and their envelopes by no more than this logarithm, are beats: a heart of 300 a minute that was
never seen slower has no rest between its waves by which it could be told. Noise is not so regular; P waves alone are
not so fast (estimates)."""

BREAK_HEIGHTS = 5.0
BREAK_S = 2.0
"""What was known is forgotten when the input leaves a rail by so many usual heights, or was missing for so long."""

OUT = 6
"""Columns of what is said of a judged candidate, before its features: index of its R peak (samples, with fraction),
accepted (0 or 1), probability, height, width (s), likeness."""

# head: 0 samples seen, 1 value held, 2 samples it stood still, 3 kept samples, 4 index of the first at hand,
# 5 number at hand, 6 candidates kept, 7 of them judged, 8 last beat, 9 beats accepted, 10 last restart of the filters,
# 11..14 late wave: delay, its spread, share, count, 15 candidates judged in this run,
# 16 samples missing in a row, 17 likely first beats in a row, 18 the last of them, 19 envelope peak of the last beat,
# 20 largest input
# row of a candidate: 0 envelope peak, 1 R peak, 2 envelope, 3 slow envelope, 4 height, 5 width (s), 6 accepted,
# 7 probability, 8 R peak with fraction, 9 likeness


def room(samples: int, design: Design) -> Floats:
    """Rows for all candidates that so many samples can bring to judgement."""
    return np.empty((samples // design.thin // int(SIDE_S * design.rate_hz) + ROWS, OUT + FEATURES))


@compiled
def run(samples: Floats, memory: Any, sos: Floats, rest: Floats, plan: Floats, layers: Any, out: Floats) -> int:
    """Take the next samples, changing ``memory`` (``qrs_front.split``). How many candidates were judged with them; a
    row of ``out`` (:func:`room`, OUT + FEATURES) says of each what became of it and what it looked like.

    ``plan`` holds what ``qrs_front.Design`` says: keep, thin, rate_hz, envelope_lag, shape_lag. ``layers`` are the
    network's: means and scales of the features, then weights and offsets of each layer.
    """
    head, filters, energies, rows, history, templates, streams = memory
    keep, thin, rate_hz = plan[0], int(plan[1]), plan[2]
    gain = 1.0 - keep
    still_max = STILL_S * rate_hz * thin
    side = int(SIDE_S * rate_hz + 0.5)
    head[15] = 0.0
    for i in range(len(samples)):
        x = samples[i]
        first = head[0] == 0.0
        if math.isnan(x):
            x = head[1]
            head[16] += 1.0
            if head[16] >= BREAK_S * rate_hz * thin:
                head[9] = head[14] = 0.0
        else:
            head[16] = 0.0
        if x == head[1] and not first:
            head[2] += 1.0
        else:
            if first or head[2] >= still_max:
                for s in range(SECTIONS):
                    filters[s, 0], filters[s, 1] = rest[s, 0] * x, rest[s, 1] * x
                head[10] = head[3]
                if head[9] > 0.0 and abs(x - head[1]) > BREAK_HEIGHTS * abs(history[1, 0]):
                    head[9] = head[14] = 0.0
            head[2] = 0.0
        head[1] = x
        head[20] = max(head[20], abs(x))
        y = clean = x
        for s in range(SECTIONS):
            if s == 2:
                clean = y
            elif s == 4 or s == 6:
                y = clean
            into = y
            y = sos[s, 0] * into + filters[s, 0]
            filters[s, 0] = sos[s, 1] * into - sos[s, 4] * y + filters[s, 1]
            filters[s, 1] = sos[s, 2] * into - sos[s, 5] * y
            if s == 3 or s == 5:
                level = y * y
                for stage in range(3):
                    j = stage if s == 3 else 3 + stage
                    level = keep * energies[j] + gain * level
                    energies[j] = level
        if head[0] % thin == 0.0:
            _keep(head, energies, rows, history, templates, streams, y, side, plan, layers, out)
        head[0] += 1.0
    return int(head[15])


@compiled
def _keep(
    head: Floats, energies: Floats, rows: Floats, history: Floats, templates: Floats, streams: Floats,
    shape: float, side: int, plan: Floats, layers: Any, out: Floats,
) -> None:  # fmt: skip
    """Lay one thinned sample of the three streams; find and judge what became due."""
    n = int(head[5])
    capacity = streams.shape[1]
    if n == capacity:
        half = capacity // 2
        for s in range(3):
            for j in range(half):
                streams[s, j] = streams[s, capacity - half + j]
        head[4] += capacity - half
        n = half
    for j in range(6):
        if energies[j] < 1e-250:  # what decays for ever must not become slow to compute with
            energies[j] = 0.0
    streams[0, n] = math.sqrt(energies[2])
    streams[1, n] = math.sqrt(energies[5])
    streams[2, n] = shape
    head[5] = n + 1.0
    head[3] += 1.0
    top = n - side
    if top >= 1 and streams[0, top] > ROUNDING * head[20] and _is_top(streams[0], top, side, n):
        _add(head, rows, streams, top, plan)
    due = head[3] - 1.0 - DECIDE_S * plan[2]
    last_due = -1
    for j in range(int(head[7]), int(head[6])):
        if rows[j, 8] <= due:
            last_due = j
    while int(head[7]) <= last_due:
        j = int(head[7])
        if _far_too_small(rows[j], head, history):
            head[7] += 1.0
            continue
        said = int(head[15])
        features = out[said, OUT:]
        describe(features, j, head, rows, history, templates, streams, plan)
        probability = _probability(features, layers)
        if probability <= 0.5 and _may_relearn(features, head, rows[j], plan):
            probability = _anew(probability, j, head, rows, history, templates, streams, plan, layers)
        believed = _enough(probability, head, rows[j], plan) or (head[9] < FIRST and _steady(j, rows, plan))
        accepted = believed and rows[j, 8] >= START_S * plan[2]
        if head[9] > 0.0 and rows[j, 0] - head[19] < REFRACTORY_S * plan[2]:
            accepted = False
        if accepted and _outdone(probability, j, head, rows, history, templates, streams, plan, layers):
            accepted = False
        if accepted:
            head[19] = rows[j, 0]
        rows[j, 7] = probability
        rows[j, 6] = 1.0 if accepted else 0.0
        out[said, 0] = (rows[j, 8]) * plan[1]
        out[said, 1] = rows[j, 6]
        out[said, 2] = probability
        out[said, 3] = rows[j, 4]
        out[said, 4] = rows[j, 5]
        out[said, 5] = rows[j, 9]
        head[15] += 1.0
        remember(j, accepted, head, rows, history, templates, streams, plan)
        head[7] += 1.0


@compiled
def _far_too_small(row: Floats, head: Floats, history: Floats) -> bool:
    """Whether this cannot be a beat whatever it looks like: then it is not looked at, which saves half of the time."""
    known = int(min(head[9], HISTORY))
    if known == 0:
        return False
    usual = median(history[0], known)
    if row[2] >= LEAST * usual:
        return False
    spread = 0.0
    for i in range(known):
        spread += abs(ratio(history[0, i], usual))
    return bool(spread < RELEARN_UNLIKE * known)


@compiled
def _enough(probability: float, head: Floats, row: Floats, plan: Floats) -> bool:
    """Whether this is a beat; the first ones must be surer, or many."""
    if probability <= 0.5:
        return False
    if head[9] >= FIRST or probability > FIRST_SURE:
        return True
    if row[1] - head[18] > FIRST_WITHIN_S * plan[2]:
        head[17] = 0.0
    if row[1] - head[18] > REFRACTORY_S * plan[2]:
        head[17] += 1.0
        head[18] = row[1]
    return bool(head[17] >= FIRST_LIKELY)


@compiled
def _steady(j: int, rows: Floats, plan: Floats) -> bool:
    """Whether the candidates up to this one come as only a fast heart's do."""
    if j < STEADY:
        return False
    row = rows[j]
    pause = (row[8] - rows[j - STEADY, 8]) / STEADY
    if not REFRACTORY_S * plan[2] < pause < STEADY_S * plan[2]:
        return False
    for i in range(j - STEADY, j):
        if abs(rows[i + 1, 8] - rows[i, 8] - pause) > STEADY_WITHIN * pause:
            return False
        if rows[i, 4] * row[4] <= 0.0 or abs(math.log(rows[i, 2] / row[2])) > STEADY_HEIGHT:
            return False
    return True


@compiled
def _outdone(
    probability: float, j: int, head: Floats, rows: Floats, history: Floats, templates: Floats, streams: Floats,
    plan: Floats, layers: Any,
) -> bool:  # fmt: skip
    """Whether a candidate so soon after this one that only one can be a beat is likelier, as far as it can be seen."""
    features = np.empty(FEATURES)
    for k in range(j + 1, int(head[6])):
        if rows[k, 0] - rows[j, 0] >= REFRACTORY_S * plan[2]:
            return False
        describe(features, k, head, rows, history, templates, streams, plan)
        if _probability(features, layers) > probability:
            return True
    return False


@compiled
def _may_relearn(features: Floats, head: Floats, row: Floats, plan: Floats) -> bool:
    return bool(
        head[9] > 0.0
        and row[1] - head[8] > RELEARN_S * plan[2]
        and (features[0] > RELEARN_LEAST or features[39] > RELEARN_UNLIKE)
        and features[10] < RELEARN_SLOWER
        and features[2] > -0.5
    )


@compiled
def _anew(
    probability: float, j: int, head: Floats, rows: Floats, history: Floats, templates: Floats, streams: Floats,
    plan: Floats, layers: Any,
) -> float:  # fmt: skip
    """Judge a candidate as if nothing were known; when it is surely a beat, forget the rest."""
    features = np.empty(FEATURES)
    known = head[9]
    head[9] = 0.0
    describe(features, j, head, rows, history, templates, streams, plan)
    fresh = _probability(features, layers)
    if fresh > RELEARN_SURE:
        head[14] = 0.0
        return fresh
    head[9] = known
    return probability


@compiled
def _is_top(envelope: Floats, top: int, side: int, last: int) -> bool:
    """Whether nothing near exceeds ``envelope[top]``; of equal ones the first is it."""
    here = envelope[top]
    highest = bool(here > 0.0)
    for j in range(max(0, top - side), top):
        highest = highest and bool(envelope[j] < here)
    for j in range(top + 1, last + 1):
        highest = highest and bool(envelope[j] <= here)
    return highest


@compiled
def _add(head: Floats, rows: Floats, streams: Floats, top: int, plan: Floats) -> None:
    """Measure a new candidate and put it behind the others; the oldest judged one makes room."""
    count = int(head[6])
    if count == ROWS:
        for j in range(ROWS - 16):
            for c in range(ROW):
                rows[j, c] = rows[j + 16, c]
        head[6] -= 16.0
        head[7] -= 16.0
        count -= 16
    rate_hz = plan[2]
    envelope, shape = streams[0], streams[2]
    last = int(head[5]) - 1
    left = top
    while left > 0 and envelope[left] > 0.5 * envelope[top] and top - left < 0.12 * rate_hz:
        left -= 1
    right = top
    while right < last and envelope[right] > 0.5 * envelope[top]:
        right += 1
    lag = plan[3] - plan[4]
    centre = int(top - lag + 0.5)
    low = max(0, centre - int(SEARCH_S[0] * rate_hz + 0.5), int(left - lag))
    high = min(last, centre + int(SEARCH_S[1] * rate_hz + 0.5), int(right - lag + 1.0))
    peak = low
    for j in range(low, high + 1):
        if abs(shape[j]) > abs(shape[peak]):
            peak = j
    part = 0.0
    if 0 < peak < last:
        before, here, after = abs(shape[peak - 1]), abs(shape[peak]), abs(shape[peak + 1])
        bend = before - 2 * here + after
        if bend < 0.0 and before <= here and after <= here:
            part = 0.5 * (before - after) / bend
    slow = 0.0
    for j in range(max(0, top - 3), min(last, top + 6) + 1):
        slow = max(slow, streams[1, j])
    row = rows[count]
    row[0] = head[4] + top
    row[1] = head[4] + peak
    row[2] = envelope[top]
    row[3] = slow
    row[4] = shape[peak]
    row[5] = (right - left) / rate_hz
    row[6] = 0.0
    row[7] = 0.0
    row[8] = max(0.0, head[4] + peak + part - plan[4])
    row[9] = 0.0
    head[6] += 1.0


@compiled
def _probability(features: Floats, layers: Any) -> float:
    """The networks (``qrs_weights.Layers``): two hidden layers of rectified units and one logistic answer."""
    mean, scale, w1, b1, w2, b2, w3, b3 = layers
    n, h1, h2, own = w1.shape[0], w1.shape[1], len(w3), w2.shape[1]
    units = h1 * own // h2
    first = np.empty(h1)
    for j in range(h1):
        first[j] = b1[j]
    for i in range(n):
        x = (features[i] - mean[i]) * scale[i]
        for j in range(h1):
            first[j] += x * w1[i, j]
    second = np.empty(h2)
    for j in range(h2):
        second[j] = b2[j]
    for i in range(h1):
        if first[i] > 0.0:
            network = i // units * own
            for j in range(own):
                second[network + j] += first[i] * w2[i, j]
    total = b3[0]
    for j in range(h2):
        if second[j] > 0.0:
            total += second[j] * w3[j]
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, total))))
