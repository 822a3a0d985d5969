"""What a candidate looks like, as numbers without unit: the eyes of the beat detector (compiled).

All of it is relative: to the beats accepted before, to the peaks around, to the rest of the signal. So neither gain nor
polarity changes anything. Times are in seconds, ratios are logarithms, and all are bounded.
"""

import math

import numpy as np

from holdfast.kernel.compiled import compiled
from holdfast.signals.chunk import Floats
from holdfast.signals.qrs_front import HISTORY, WINDOW

CONTEXT = 50
"""Features before the two pictures."""

CENTRE = 20
STEP_S = 0.01
"""The picture of the shape: WINDOW points STEP_S apart, the R peak at CENTRE."""

NARROW = 6
SHIFT = 3
"""The QRS itself: so many points either side of the R peak; templates are tried at so many shifts."""

ENERGY = 27
ENERGY_CENTRE = 15
ENERGY_STEP_S = 0.02
"""The picture of the envelope."""

FEATURES = CONTEXT + WINDOW + ENERGY

LEARNING = 0.15
"""Share of a new beat in the template."""

NEAR_S = 3.0
"""Other candidates are compared with over so long; as far back as the list of them reaches."""

# history: 0 envelope, 1 height, 2 slow share, 3 width, 4 interval


@compiled
def ratio(a: float, b: float) -> float:
    """Logarithm of a ratio, bounded."""
    if a <= 0.0:
        return -4.0
    if b <= 0.0:
        return 4.0
    return max(-4.0, min(4.0, math.log(a / b)))


@compiled
def _sort(values: Floats) -> None:
    """In place, by insertion in two strides: few values, and np.sort takes long to compile."""
    n = len(values)
    for gap in (23, 10, 4, 1):
        for i in range(gap, n):
            value = values[i]
            j = i
            while j >= gap and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value


@compiled
def median(values: Floats, n: int) -> float:
    """Median of the magnitudes of the first ``n``."""
    ordered = np.empty(n)
    for i in range(n):
        ordered[i] = abs(values[i])
    _sort(ordered)
    if n % 2:
        return float(ordered[n // 2])
    return float(0.5 * (ordered[n // 2 - 1] + ordered[n // 2]))


@compiled
def _at(stream: Floats, place: float, last: int) -> float:
    """Value between samples; the edge's value beyond the edge."""
    if place <= 0.0:
        return float(stream[0])
    if place >= last:
        return float(stream[last])
    i = int(place)
    part = place - i
    return float(stream[i] + part * (stream[i + 1] - stream[i]))


@compiled
def _picture(into: Floats, stream: Floats, place: float, last: int, step: float, centre: int) -> None:
    for i in range(len(into)):
        into[i] = _at(stream, place + (i - centre) * step, last)


@compiled
def _likeness(picture: Floats, template: Floats, shift: int) -> float:
    """Correlation (without removing means) of the QRS in a picture, shifted, with that of a template."""
    dot = one = two = 0.0
    for i in range(CENTRE - NARROW, CENTRE + NARROW + 1):
        a, b = picture[i + shift], template[i]
        dot += a * b
        one += a * a
        two += b * b
    if one <= 0.0 or two <= 0.0:
        return 0.0
    return dot / math.sqrt(one * two)


@compiled
def _best_likeness(picture: Floats, template: Floats) -> float:
    best = -1.0
    for shift in range(-SHIFT, SHIFT + 1):
        best = max(best, _likeness(picture, template, shift))
    return best


@compiled
def _whole_likeness(picture: Floats, template: Floats) -> float:
    dot = one = two = 0.0
    for i in range(WINDOW):
        dot += picture[i] * template[i]
        one += picture[i] * picture[i]
        two += template[i] * template[i]
    if one <= 0.0 or two <= 0.0:
        return 0.0
    return dot / math.sqrt(one * two)


@compiled
def describe(
    f: Floats, j: int, head: Floats, rows: Floats, history: Floats, templates: Floats, streams: Floats, plan: Floats
) -> None:
    """Fill the (FEATURES,) of candidate ``j``; its likeness to the template is noted in its row."""
    for i in range(FEATURES):
        f[i] = 0.0
    rate_hz = plan[2]
    row = rows[j]
    base, last, count = head[4], int(head[5]) - 1, int(head[6])
    energy, usual_energy = row[2], row[2]
    known = int(min(head[9], HISTORY))
    top = int(row[0] - base)
    place = row[8] + plan[4] - base
    around = _around(f, j, rows, count, rate_hz)
    if known > 0:
        usual_energy = median(history[0], known)
        f[0] = ratio(energy, usual_energy)
        f[1] = ratio(energy, history[0, known - 1])
        f[10] = ratio(row[3] / energy, median(history[2], known))
        f[12] = ratio(row[5], median(history[3], known))
        f[14] = ratio(abs(row[4]), median(history[1], known))
        signs = 0.0
        spread = 0.0
        for i in range(known):
            signs += 1.0 if history[1, i] > 0.0 else -1.0
            spread += abs(ratio(history[0, i], usual_energy))
        f[15] = (1.0 if row[4] > 0.0 else -1.0) * signs / known
        f[39] = spread / known
    else:
        usual_energy = max(around, energy)
        f[0] = f[1] = ratio(energy, usual_energy)
    f[9] = ratio(row[3], energy)
    f[11] = ratio(row[5], 0.05)
    f[13] = ratio(abs(row[4]), energy)
    f[34] = known / HISTORY
    f[35] = min(3.0, head[3] / rate_hz) / 3.0
    f[40] = min(5.0, (row[1] - head[10]) / rate_hz) / 5.0
    _describe_rest(f, energy, usual_energy, top, place, last, rate_hz, streams, row)
    _describe_time(f, j, known, energy, usual_energy, head, rows, history, rate_hz)
    picture = f[CONTEXT : CONTEXT + WINDOW]
    _picture(picture, streams[2], place, last, STEP_S * rate_hz, CENTRE)
    other = np.empty(WINDOW)
    if known > 0:
        f[16] = _likeness(picture, templates[0], 0)
        f[17] = _best_likeness(picture, templates[0])
        f[20] = _whole_likeness(picture, templates[0])
        if head[14] > 0.0:
            f[18] = _best_likeness(picture, templates[1])
            f[19] = f[17] - f[18]
        if j > 0 and (row[1] - rows[j - 1, 1]) < 0.6 * rate_hz:
            f[48] = rows[j - 1, 9]
        if j + 1 < count:
            next_place = rows[j + 1, 8] + plan[4] - base
            _picture(other, streams[2], next_place, last, STEP_S * rate_hz, CENTRE)
            f[49] = _best_likeness(other, templates[0])
    row[9] = f[17]
    height = row[4]
    for i in range(WINDOW):
        picture[i] = max(-3.0, min(3.0, picture[i] / height)) if height != 0.0 else 0.0
    energies = f[CONTEXT + WINDOW :]
    _picture(energies, streams[0], float(top), last, ENERGY_STEP_S * rate_hz, ENERGY_CENTRE)
    for i in range(ENERGY):
        energies[i] = min(2.0, math.sqrt(energies[i] / energy))


@compiled
def _around(f: Floats, j: int, rows: Floats, count: int, rate_hz: float) -> float:
    """Compare with the candidates before and after; returns the largest envelope of them."""
    row = rows[j]
    before = after = 0.0
    since = 0.0
    number = 0
    i = j - 1
    open_since = True
    while i >= 0 and row[1] - rows[i, 1] < NEAR_S * rate_hz:
        before = max(before, rows[i, 2])
        if rows[i, 6] > 0.5:
            open_since = False
        if open_since:
            since = max(since, rows[i, 2])
            number += 1
        i -= 1
    f[4] = 0.3
    for i in range(j + 1, count):
        if rows[i, 2] > after:
            after = rows[i, 2]
            f[4] = min(0.3, (rows[i, 1] - row[1]) / rate_hz)
    f[2] = ratio(row[2], before)
    f[3] = ratio(row[2], after)
    f[32] = min(1.0, number / 10.0)
    f[33] = ratio(row[2], since)
    f[45] = ratio(row[2], max(before, after))
    if j > 0:
        f[24] = min(1.0, (row[1] - rows[j - 1, 1]) / rate_hz)
        f[25] = ratio(row[2], rows[j - 1, 2])
        f[26] = rows[j - 1, 6]
        f[27] = rows[j - 1, 7]
    else:
        f[24] = 1.0
    return max(before, after)


@compiled
def _describe_rest(
    f: Floats, energy: float, usual: float, top: int, place: float, last: int, rate_hz: float, streams: Floats,
    row: Floats,
) -> None:  # fmt: skip
    """How the candidate stands out from the signal before and after it."""
    envelope, shape = streams[0], streams[2]
    low = max(0, top - int(rate_hz))
    high = min(last, top + int(0.06 * rate_hz)) + 1
    stride = max(1, (high - low) // 64)
    m = (high - low + stride - 1) // stride
    ordered = np.empty(m)
    for i in range(m):
        ordered[i] = envelope[low + i * stride]
    _sort(ordered)
    f[5] = ratio(energy, ordered[m // 3])
    f[6] = ratio(energy, ordered[m // 2])
    f[42] = ratio(ordered[m - 1], usual)
    busy = 0
    for i in range(m):
        if ordered[i] > 0.3 * energy:
            busy += 1
    f[41] = busy / m
    valley = energy
    for i in range(max(0, top - int(0.15 * rate_hz)), top):
        valley = min(valley, envelope[i])
    f[7] = ratio(energy, valley)
    valley = energy
    total = 0.0
    number = 0
    for i in range(top + 1, last + 1):
        valley = min(valley, envelope[i])
        if i > top + 0.08 * rate_hz:
            total += envelope[i]
            number += 1
    f[8] = ratio(energy, valley)
    f[36] = ratio(energy, total / max(1, number))
    total = 0.0
    number = 0
    for i in range(max(0, top - int(0.3 * rate_hz)), max(0, top - int(0.08 * rate_hz))):
        total += envelope[i]
        number += 1
    f[44] = ratio(energy, total / max(1, number))
    here = int(place + 0.5)
    largest = 0.0
    for i in range(here + int(0.1 * rate_hz), last + 1):
        largest = max(largest, abs(shape[i]))
    f[37] = ratio(abs(row[4]), largest)
    largest = 0.0
    for i in range(max(0, here - int(0.25 * rate_hz)), max(0, here - int(0.08 * rate_hz))):
        largest = max(largest, abs(shape[i]))
    f[38] = ratio(abs(row[4]), largest)
    against = 0.0
    for i in range(max(0, here - int(0.06 * rate_hz)), min(last, here + int(0.06 * rate_hz)) + 1):
        against = max(against, -shape[i] if row[4] > 0.0 else shape[i])
    f[46] = min(1.0, against / abs(row[4])) if row[4] != 0.0 else 0.0


@compiled
def _describe_time(
    f: Floats, j: int, known: int, energy: float, usual: float, head: Floats, rows: Floats, history: Floats,
    rate_hz: float,
) -> None:  # fmt: skip
    """When it comes: against the last beat, the usual intervals and the usual late wave."""
    if known == 0:
        f[21] = 2.0
        return
    pause = (rows[j, 1] - head[8]) / rate_hz
    f[21] = max(-2.0, min(3.0, math.log(max(0.01, pause) / 0.3)))
    f[47] = 1.0 if pause < 0.17 else 0.0
    intervals = known - 1
    if intervals > 0:
        usual_interval = median(history[4, 1:], intervals)
        shortest = history[4, 1]
        spread = 0.0
        for i in range(1, known):
            shortest = min(shortest, history[4, i])
            spread += abs(ratio(history[4, i], usual_interval))
        f[22] = max(-3.0, min(3.0, math.log(max(0.01, pause) / usual_interval)))
        f[23] = max(-3.0, min(3.0, math.log(max(0.01, pause) / shortest)))
        f[43] = spread / intervals
    if head[14] > 0.0:
        away = pause - head[11]
        f[28] = max(-3.0, min(3.0, away / 0.1))
        f[29] = min(3.0, abs(away) / (head[12] + 0.01) / 3.0)
        f[30] = ratio(energy, head[13] * usual)
        f[31] = min(1.0, head[14] / 8.0)


@compiled
def remember(
    j: int, accepted: bool, head: Floats, rows: Floats, history: Floats, templates: Floats, streams: Floats,
    plan: Floats,
) -> None:  # fmt: skip
    """Learn from a judged candidate: what beats look like, or what the wave after them looks like."""
    row = rows[j]
    rate_hz = plan[2]
    pause = (row[1] - head[8]) / rate_hz
    late = not accepted and head[9] > 0.0 and 0.08 < pause < 0.5
    if late and row[2] < 0.15 * history[0, int(min(head[9], HISTORY)) - 1]:
        late = False
    if not (accepted or late):
        return
    picture = np.empty(WINDOW)
    last = int(head[5]) - 1
    _picture(picture, streams[2], row[8] + plan[4] - head[4], last, STEP_S * rate_hz, CENTRE)
    norm = 0.0
    for i in range(WINDOW):
        norm = max(norm, abs(picture[i]))
    template = templates[0] if accepted else templates[1]
    fresh = head[9] == 0.0 if accepted else head[14] == 0.0
    share = 1.0 if fresh else LEARNING
    if norm > 0.0:
        for i in range(WINDOW):
            template[i] += share * (picture[i] / norm - template[i])
    if accepted:
        known = int(min(head[9], HISTORY))
        if known == HISTORY:
            for i in range(5):
                for c in range(HISTORY - 1):
                    history[i, c] = history[i, c + 1]
            known -= 1
        history[0, known] = row[2]
        history[1, known] = row[4]
        history[2, known] = row[3] / row[2]
        history[3, known] = row[5]
        history[4, known] = min(3.0, pause)
        head[8] = row[1]
        head[9] += 1.0
    else:
        usual = median(history[0], int(min(head[9], HISTORY)))
        if head[14] == 0.0:
            head[11], head[12], head[13] = pause, 0.05, row[2] / usual
        else:
            head[12] += 0.15 * (abs(pause - head[11]) - head[12])
            head[11] += 0.15 * (pause - head[11])
            head[13] += 0.15 * (row[2] / usual - head[13])
        head[14] += 1.0
