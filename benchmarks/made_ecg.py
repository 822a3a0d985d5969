"""Made ECGs whose beats are known, and ways to spoil a real one: for the stress bench and for fitting the beat judge.

Heights are in mV, times in seconds; all randomness comes from the generator that is passed.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.simulation import complexes
from holdfast.simulation.heart import Beat, Kind, qt_s
from holdfast.simulation.scenario import EcgShape

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """(n,) mV at ``rate_hz``, the beats in it, and whose they are (-1: made)."""

    samples: Floats
    rate_hz: float
    beats_s: Floats
    left_out_s: tuple[tuple[float, float], ...] = ()
    doubt_s: tuple[tuple[float, float], ...] = ()
    """Stretches whose marks are not learned from."""
    dog: int = -1
    name: str = ""
    lead: int = 0
    """0 for the first ECG lead of the record: that is the one that is scored."""

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True)
class Shape:
    """One heart beat: durations foot to foot, heights relative to the QRS, T ending ``qt_s`` after the QRS began."""

    kind: str = "gauss"
    qrs_s: float = 0.05
    q: float = 0.0
    s: float = -0.2
    t_s: float = 0.09
    t: float = 0.3
    qt_s: float = 0.19
    p_s: float = 0.04
    p: float = 0.12
    pr_s: float = 0.1


def _wave(kind: str, at: Floats, length_s: float) -> Floats:
    """A wave of height 1 around 0, ``length_s`` from foot to foot."""
    if kind == "triangle":
        return np.maximum(0.0, 1 - 2 * np.abs(at) / length_s)
    if kind == "cosine":
        return np.where(np.abs(at) < length_s / 2, 0.5 + 0.5 * np.cos(2 * np.pi * at / length_s), 0.0)
    return np.exp(-0.5 * (at / (length_s / 5)) ** 2)


def _add(into: Floats, rate_hz: float, at_s: float, length_s: float, height: float, kind: str) -> None:
    low, high = int((at_s - length_s) * rate_hz), int((at_s + length_s) * rate_hz) + 2
    low, high = max(0, low), min(len(into), high)
    if high > low and height:
        into[low:high] += height * _wave(kind, np.arange(low, high) / rate_hz - at_s, length_s)


def ecg(beats_s: Floats, seconds: float, rate_hz: float, shape: Shape, height_mv: float = 1.0) -> Floats:
    """The trace of these beats; the T wave gives way to the next beat when that comes early."""
    trace = np.zeros(int(seconds * rate_hz))
    for i, beat in enumerate(beats_s):
        following = beats_s[i + 1] - beat if i + 1 < len(beats_s) else 9.0
        before = beat - beats_s[i - 1] if i else 9.0
        parts = 1 + (shape.q != 0) + (shape.s != 0)
        width = shape.qrs_s if parts == 1 else shape.qrs_s / (0.5 + 0.5 * parts)
        _add(trace, rate_hz, beat, width, height_mv, shape.kind)
        _add(trace, rate_hz, beat - 0.5 * width, width, shape.q * height_mv, shape.kind)
        _add(trace, rate_hz, beat + 0.5 * width, width, shape.s * height_mv, shape.kind)
        end = min(shape.qt_s, 0.95 * following) - shape.qrs_s / 2
        _add(trace, rate_hz, beat + max(end - shape.t_s / 2, 0.06), shape.t_s, shape.t * height_mv, shape.kind)
        if before > 0.3:
            _add(trace, rate_hz, beat - shape.pr_s, shape.p_s, shape.p * height_mv, shape.kind)
    return trace


def steady(per_min: float, seconds: float, first_s: float = 0.7) -> Floats:
    return np.arange(first_s, seconds - 0.3, 60 / per_min)


def breathing(slow: float, fast: float, seconds: float, each_s: float = 3.0) -> Floats:
    """The rate switches between two values per minute each ``each_s``."""
    beats, at = [], 0.7
    while at < seconds - 0.3:
        beats.append(at)
        at += 60 / (fast if int(at / each_s) % 2 else slow)
    return np.array(beats)


def asystole(seconds: float, rate_hz: float, noise_mv: float, p_mv: float, rng: np.random.Generator) -> Floats:
    """Electrodes on, no heart: noise, the wander of breathing, and P waves when ``p_mv`` is not 0."""
    n = int(seconds * rate_hz)
    at = np.arange(n) / rate_hz
    trace = rng.normal(0, noise_mv, n) + 0.1 * np.sin(2 * np.pi * rng.uniform(0.1, 0.5) * at + rng.uniform(0, 6))
    if p_mv:
        length = rng.uniform(0.035, 0.09)
        for p in np.arange(0.2, seconds, 60 / rng.uniform(50, 200)):
            _add(trace, rate_hz, p, length, p_mv, "gauss")
    return trace


def random_shape(rng: np.random.Generator) -> Shape:
    tall = rng.uniform(0, 2.2) if rng.random() < 0.5 else rng.uniform(0, 0.6)
    return Shape(
        kind=str(rng.choice(["gauss", "gauss", "cosine", "triangle"])),
        qrs_s=rng.uniform(0.035, 0.07),
        q=float(rng.choice([0.0, -0.15, -0.4])),
        s=float(rng.choice([0.0, -0.2, -0.5, -0.8])),
        t_s=rng.uniform(0.08, 0.14),
        t=tall * rng.choice([-1.0, 1.0]),
        qt_s=rng.uniform(0.18, 0.26),
        p_s=rng.uniform(0.03, 0.06),
        p=rng.uniform(0, 0.25) * rng.choice([-1.0, 1.0, 1.0]),
        pr_s=rng.uniform(0.08, 0.13),
    )


def random_fast(rng: np.random.Generator, seconds: float = 5.0) -> Trace:
    """A made dog of 180 to 305 a minute whose T wave is as tall as its R or twice so, before it is known."""
    rate_hz = float(rng.choice([100.0, 125.0, 130.0, 200.0, 250.0]))
    beats = steady(rng.uniform(240, 305) if rng.random() < 0.7 else rng.uniform(180, 240), seconds)
    shape = replace(
        random_shape(rng), t=rng.uniform(0.6, 2.2) * rng.choice([-1.0, 1.0]), qrs_s=rng.uniform(0.045, 0.06),
        t_s=rng.uniform(0.08, 0.1), qt_s=rng.uniform(0.18, 0.2),
    )  # fmt: skip
    trace = ecg(beats, seconds, rate_hz, shape) + rng.normal(0, np.exp(rng.uniform(-6, -3)), int(seconds * rate_hz))
    return Trace(rng.choice([-1.0, 1.0]) * trace, rate_hz, beats)


def random_trace(rng: np.random.Generator, seconds: float = 30.0) -> Trace:
    """A made dog: any rhythm from 20 to 300 a minute, T up to 2.2 R, early wide beats, at times an arrest."""
    rate_hz = float(rng.choice([100.0, 125.0, 130.0, 180.0, 200.0, 240.0]))
    rhythm = rng.random()
    fast_and_tall = rhythm < 0.3
    if fast_and_tall:
        beats = steady(rng.uniform(260, 305) if rng.random() < 0.5 else rng.uniform(150, 305), seconds)
    elif rhythm < 0.5:
        beats = steady(float(np.exp(rng.uniform(np.log(18), np.log(305)))), seconds)
    elif rhythm < 0.75:
        slow = rng.uniform(30, 90)
        beats = breathing(slow, slow * rng.uniform(1.5, 3.5), seconds, rng.uniform(1.5, 5))
    else:
        gaps = 60 / np.exp(rng.uniform(np.log(30), np.log(180))) * np.exp(rng.normal(0, 0.3, 400))
        beats = 0.7 + np.cumsum(np.maximum(gaps, 0.22))
        beats = beats[beats < seconds - 0.3]
    stop = seconds if rng.random() < 0.5 else rng.uniform(6, 14)
    beats = beats[beats < stop]
    shape = random_shape(rng)
    if fast_and_tall:
        shape = replace(shape, t=rng.uniform(0.8, 2.2) * rng.choice([-1.0, 1.0]), qrs_s=rng.uniform(0.045, 0.06))
        shape = replace(shape, t_s=rng.uniform(0.08, 0.1), qt_s=rng.uniform(0.18, 0.2))
    trace = ecg(beats, seconds, rate_hz, shape)
    if rng.random() < 0.2 and len(beats) > 10 and np.median(np.diff(beats)) > 0.4:
        wide = replace(shape, qrs_s=rng.uniform(0.07, 0.11), t=-0.5, t_s=0.14, qt_s=0.3, p=0.0, s=0.0, q=0.0)
        early = np.array([b + 0.55 * (c - b) for b, c in zip(beats[5:-1:6], beats[6::6], strict=False) if c - b > 0.5])
        trace += rng.uniform(0.8, 2.0) * rng.choice([-1.0, 1.0]) * ecg(early, seconds, rate_hz, wide)
        beats = np.sort(np.concatenate((beats, early)))
    if stop < seconds:
        n = len(trace) - int((stop + 0.4) * rate_hz)
        trace[-n:] += asystole(n / rate_hz + 0.1, rate_hz, 0.0, _small(rng) if rng.random() < 0.5 else 0.0, rng)[:n]
    noise = float(np.exp(rng.uniform(np.log(0.003), np.log(0.06))))
    trace += rng.normal(0, noise, len(trace))
    return Trace(rng.choice([-1.0, 1.0]) * trace, rate_hz, beats)


def random_ventricular(rng: np.random.Generator, seconds: float = 30.0) -> Trace:
    """The simulation's complexes: early beats, runs, pacing, fibrillating atria, escapes, agony, spikes alone; hum."""
    rate_hz = float(rng.choice([125.0, 130.0, 180.0, 240.0]))
    rhythm = str(rng.choice(["early", "early", "paced", "atria", "slow", "agonal", "spikes"]))
    gap = 60 / {
        "early": rng.uniform(50, 170), "paced": rng.uniform(40, 180), "atria": rng.uniform(70, 240),
        "slow": rng.uniform(18, 60), "agonal": rng.uniform(5, 30), "spikes": rng.uniform(40, 150),
    }[rhythm]  # fmt: skip
    usuals = {"paced": Kind.PACED, "slow": Kind.ESCAPE, "agonal": Kind.AGONAL, "spikes": Kind.SPIKE}
    usual = usuals.get(rhythm, Kind.SINUS)
    spread = {"atria": 0.3, "agonal": 0.3, "paced": 0.01}.get(rhythm, 0.08)
    sinus_s = rng.uniform(0, 12) if usual != Kind.SINUS else 0.0
    early, at, run, tall = rng.uniform(0.05, 0.4), rng.uniform(0.5, 1.2), 0, rng.uniform(0.6, 2.2) * rng.choice([-1, 1])
    marks: list[tuple[Kind, float]] = []
    while at < seconds - 0.3:
        kind = usual if at > sinus_s else Kind.SINUS
        marks.append((Kind.VPC if run else kind, at))
        run = max(0, run - 1)
        if not run and rhythm == "early" and rng.random() < early:
            run = int(rng.choice([1, 1, 1, 2, 3, 8]))
        usual_gap = gap * np.exp(rng.normal(0, spread)) if at > sinus_s else min(gap, 0.8)
        at += max(0.2, rng.uniform(0.4, 0.75) * gap, rng.uniform(0.24, 0.4)) if run else max(0.22, usual_gap)
    shape = EcgShape(
        r_mv=1.0, t_of_r=rng.uniform(-1, 1.2), qrs_width=rng.uniform(0.8, 1.5), p_mv=rng.uniform(0, 0.25),
        q_mv=-rng.uniform(0, 0.4), s_mv=-rng.uniform(0, 0.6),
    )  # fmt: skip
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    trace = rng.normal(0, np.exp(rng.uniform(np.log(0.003), np.log(0.06))), len(times))
    spike = rng.uniform(0.1, 1.5)
    for i, (kind, r_s) in enumerate(marks):
        following = marks[i + 1][1] - r_s if i + 1 < len(marks) else 1.0
        fire_s = r_s - {Kind.SINUS: 0.11, Kind.PACED: 0.076, Kind.AGONAL: 0.125}.get(kind, 0.066)
        p_height = 0.0 if rhythm == "atria" else 1.0
        height = np.exp(rng.normal(0, 0.08)) * (tall if kind != Kind.SINUS else 1.0)
        beat = Beat(kind, fire_s, r_s, 1.0, height, p_height, qt_s(following))
        low, high = np.searchsorted(times, (r_s - 0.25, r_s + complexes.LASTS_S))
        near = times[low:high]
        if kind in (Kind.PACED, Kind.SPIKE):
            trace[low:high] += spike * complexes.drawn(replace(beat, kind=Kind.SPIKE), shape, near)
            beat = replace(beat, kind=Kind.VPC, fire_s=fire_s + 0.01)
        if kind != Kind.SPIKE:
            trace[low:high] += complexes.drawn(beat, shape, near)
    if rng.random() < 0.3:
        trace += rng.uniform(0.03, 0.8) * np.sin(2 * np.pi * rng.choice([50.0, 60.0]) * times)
    return Trace(rng.choice([-1.0, 1.0]) * trace, rate_hz, np.array([at for kind, at in marks if kind != Kind.SPIKE]))


def random_silence(rng: np.random.Generator, seconds: float = 30.0) -> Trace:
    """Noise from the first sample on: there never was a beat."""
    rate_hz = float(rng.choice([100.0, 130.0, 180.0, 240.0]))
    return Trace(asystole(seconds, rate_hz, float(np.exp(rng.uniform(-7, -1))), 0.0, rng), rate_hz, np.empty(0))


def _small(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.03, 0.22))


def usual_height(trace: Trace) -> float:
    """Median height of the deflection at the marked beats."""
    heights = []
    for beat in trace.beats_s[:: max(1, len(trace.beats_s) // 100)]:
        i, wide, near = (int(s * trace.rate_hz) for s in (beat, 0.3, 0.06))
        around = trace.samples[max(0, i - wide) : i + wide]
        if len(around):
            heights.append(np.abs(trace.samples[max(0, i - near) : i + near + 1] - np.median(around)).max())
    return float(np.median(heights)) if heights else 1.0


P_WINDOW_S, T_WINDOW_S, QRS_WINDOW_S = (-0.24, -0.05), (0.075, 0.34), (-0.05, 0.05)


def other_waves(trace: Trace, rng: np.random.Generator) -> Trace:
    """One real trace with other P and T waves: as tall and as steep as the QRS at times, which some dogs' are.

    The marks tell where the waves are: more of the median wave of the trace (at times its steep part, over some 12 Hz,
    more than the rest) is added before or after each beat until it is the share of the QRS that is drawn.
    """
    hz, x = trace.rate_hz, np.nan_to_num(trace.samples)
    beats = trace.beats_s[(trace.beats_s > 0.6) & (trace.beats_s < trace.duration_s - 0.6)]
    if len(beats) < 10:
        return trace
    height, side = usual_height(trace), int(0.5 * hz)
    places = (beats * hz).astype(int)
    some = places[:: max(1, len(places) // 150)]
    usual = np.median(np.stack([x[i - side : i + side] - np.median(x[i - side : i + side]) for i in some]), axis=0)
    blunt = np.hanning(2 * int(0.04 * hz) + 1)
    steep = usual - np.convolve(usual, blunt / blunt.sum(), "same")
    parts = ((P_WINDOW_S, (0.1, 0.7), 0.7), (T_WINDOW_S, (0.15, 1.8), 0.7), (QRS_WINDOW_S, (0.4, 0.9), 0.25))
    for (start, end), (least, most), often in parts:
        i, j = side + int(start * hz), side + int(end * hz)
        tall = np.abs(usual[i:j]).max()
        if rng.random() > often or tall <= 0.03 * height:
            continue
        gain = min(10.0, height / tall * np.exp(rng.uniform(np.log(least), np.log(most))))
        more = (gain - 1) * usual[i:j] + (gain * rng.uniform(0, 2) * steep[i:j] if rng.random() < 0.5 else 0.0)
        more *= np.minimum(1.0, 2.5 * np.hanning(j - i))
        for place, before, after in zip(
            places, np.diff(places, prepend=0), np.diff(places, append=len(x)), strict=True
        ):
            if start * hz > -0.5 * before and end * hz < 0.65 * after:
                x[place - side + i : place - side + j] += more
    return replace(trace, samples=x)


def spoil(trace: Trace, rng: np.random.Generator) -> Trace:
    """One real trace with what happens to leads: noise, mains, movement, other gain or polarity, rail, arrest, pace."""
    x, beats, left_out, hz = trace.samples.copy(), trace.beats_s, list(trace.left_out_s), trace.rate_hz
    height, n = usual_height(trace), len(trace.samples)
    seconds = n / hz
    at = np.arange(n) / hz
    kinds = rng.permutation(["noise", "mains", "drift", "gain", "flip", "arrest", "rail", "burst", "pace"])[:2]
    for kind in kinds:
        a = rng.uniform(5, max(6.0, seconds - 60))
        i = int(a * hz)
        if kind == "noise":
            j = int((a + rng.uniform(5, 60)) * hz)
            x[i:j] += rng.normal(0, height * np.exp(rng.uniform(np.log(0.02), np.log(0.15))), len(x[i:j]))
        elif kind == "mains":
            x += (
                height
                * np.exp(rng.uniform(np.log(0.03), np.log(2)))
                * np.sin(2 * np.pi * rng.choice([50.0, 60.0]) * at)
            )
        elif kind == "drift":
            x += height * rng.uniform(0.5, 4) * np.sin(2 * np.pi * rng.uniform(0.1, 0.6) * at)
        elif kind == "gain":
            for k in np.sort(rng.integers(0, n, 4)):
                x[k:] = x[k] + (x[k:] - x[k]) * np.exp(rng.uniform(np.log(0.25), np.log(4)))
        elif kind == "flip":
            x[i:] = 2 * x[i] - x[i:]
        elif kind == "arrest":
            j = min(n, int((a + rng.uniform(10, 50)) * hz))
            p = height * rng.uniform(0.03, 0.2) if rng.random() < 0.5 else 0.0
            noise = height * np.exp(rng.uniform(np.log(0.003), np.log(0.06)))
            x[i:j] = x[i] + asystole((j - i) / hz + 0.1, hz, noise, p, rng)[: j - i]
            beats = beats[(beats < a - 0.05) | (beats > j / hz + 0.05)]
            left_out += [(a - 0.2, a + 0.2), (j / hz - 0.3, j / hz + 0.3)]
        elif kind == "rail":
            j = min(n - 1, int((a + rng.uniform(0.3, 8)) * hz))
            x[j:] += 15 * rng.choice([-1.0, 1.0]) * np.exp(-(at[j:] - at[min(j, n - 1)]) / rng.uniform(0.3, 2.5))
            x[i:j] = 20.0
            x = np.clip(x, -20, 20)
            beats = beats[(beats < a) | (beats > j / hz)]
            left_out.append((a - 0.1, j / hz + 0.3))
        elif kind == "burst":
            for k in rng.integers(0, n, 6):
                m = min(n - k, int(rng.uniform(0.05, 0.6) * hz))
                x[k : k + m] += height * np.exp(rng.uniform(0, 3.5)) * rng.choice([-1, 1]) * np.hanning(m)
        elif kind == "pace":
            some = (beats * hz).astype(int) - int(rng.uniform(0.01, 0.16) * hz)
            some = some[(some > 0) & (some < n)]
            x[some] += height * rng.uniform(0.5, 8) * rng.choice([-1, 1])
    speed = float(rng.choice([1.0, 0.85, 1.2, 1.5, 1.85]))
    return replace(
        trace, samples=x, rate_hz=hz * speed, beats_s=beats / speed,
        left_out_s=tuple((b / speed, c / speed) for b, c in left_out),
        doubt_s=tuple((b / speed, c / speed) for b, c in trace.doubt_s),
    )  # fmt: skip
