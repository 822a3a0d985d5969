"""An ECG drawn straight from given beat times, at any rate of sampling: for stress tests whose truth must be exact.

No physiology here; for a dog whose pulse, breath and pressure fit its ECG see ``situations``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.simulation import complexes
from holdfast.simulation.heart import VENTRICULAR, Beat, Kind, qt_s
from holdfast.simulation.scenario import USUAL_SHAPE, EcgShape
from holdfast.simulation.states import Vector

_BEFORE_S = 0.25
"""Nothing of a beat lies further before its R peak."""
_WANDER_HZ = 0.3

_R_AFTER_FIRE_S = {Kind.VPC: 0.066, Kind.ESCAPE: 0.066, Kind.PACED: 0.076, Kind.AGONAL: 0.12, Kind.SPIKE: 0.0}


@dataclass(frozen=True, eq=False)
class DrawnEcg:
    """``samples`` (n,) in mV from time 0; ``beats_s`` are the R peaks in it, in order."""

    samples: Vector
    rate_hz: float
    beats_s: tuple[float, ...]


def steady(per_min: float, seconds: float, first_s: float = 0.5) -> list[float]:
    """Moments at one rate."""
    return following(lambda _: per_min, seconds, first_s)


def switching(low_per_min: float, high_per_min: float, seconds: float, breath_s: float = 4.0) -> list[float]:
    """Moments of a heart that is fast while the dog breathes in (the first 0.4 of a breath) and slow while out."""
    return following(lambda at: high_per_min if at % breath_s < 0.4 * breath_s else low_per_min, seconds)


def following(per_min_at: Callable[[float], float], seconds: float, first_s: float = 0.5) -> list[float]:
    """Moments of which each comes as soon after the last as the rate at the last says."""
    moments = []
    at_s = first_s
    while at_s < seconds:
        moments.append(at_s)
        at_s += 60 / per_min_at(at_s)
    return moments


def drawn_ecg(
    beats_s: Sequence[float],
    seconds: float,
    rate_hz: float,
    *,
    shape: EcgShape = USUAL_SHAPE,
    kind: Kind = Kind.SINUS,
    p_alone_s: Sequence[float] = (),
    presses_s: Sequence[float] = (),
    seed: int = 0,
) -> DrawnEcg:
    """Beats of one kind with R peaks at ``beats_s``; P waves alone and chest compressions where they are asked for.

    T/R, QRS width, polarity and noise are those of ``shape``; noise is white here. ``Kind.SPIKE`` draws pacing spikes
    and no beats.
    """
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    rng = np.random.default_rng(seed)
    trace = rng.normal(0, shape.noise_mv, len(times_s))
    trace += shape.wander_mv * np.sin(2 * np.pi * (_WANDER_HZ * times_s + rng.random()))
    trace += shape.mains_mv * np.sin(2 * np.pi * (50.0 * times_s + rng.random()))
    last_gap_s = beats_s[-1] - beats_s[-2] if len(beats_s) > 1 else 1.0
    gaps_s = [*np.diff(beats_s).tolist(), last_gap_s][: len(beats_s)]
    beats = [_beat(kind, at, gap) for at, gap in zip(beats_s, gaps_s, strict=True)]
    beats += [Beat(Kind.P_ONLY, at, at + 0.1, 0.0, p_height=1.0) for at in p_alone_s]
    beats += [Beat(Kind.COMPRESSION, at, at, 0.0, height=1.0) for at in presses_s]
    for beat in beats:
        low, high = np.searchsorted(times_s, (beat.r_s - _BEFORE_S, beat.r_s + complexes.LASTS_S))
        if high > low:
            trace[low:high] += complexes.drawn(beat, shape, times_s[low:high])
    return DrawnEcg(trace, rate_hz, tuple(beats_s) if kind in VENTRICULAR else ())


def _beat(kind: Kind, r_s: float, rr_s: float) -> Beat:
    if kind is Kind.SINUS:
        return Beat(kind, r_s - 0.075 - 0.035 * min(1.0, rr_s), r_s, 1.0, 1.0, 1.0, qt_s(rr_s))
    return Beat(kind, r_s - _R_AFTER_FIRE_S[kind], r_s, 0.0, 1.0)
