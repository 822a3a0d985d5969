"""CPU time of the whole analysis of one bed (two ECG leads, pleth, respiration, in messages of one second), and of its
parts; from it, how many beds one core follows in real time.

``python benchmarks/bed_load.py [RECORD.hea] [--seconds 300] [--json]``: the first two ECG leads, pleth and respiration
of a WFDB record, repeated as needed; without one, a made dog (90 beats and 20 breaths a minute, both swaying).
"""

import argparse
import functools
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.gateways.files import wfdb_record
from holdfast.record.monitor import Wave
from holdfast.signals import bedside, channels

S = 1_000_000
START_US = 1_700_000_000 * S
WARM_UP_S = 60
"""Left out: machine code is made or fetched, and windows fill."""

RUNS = 7
"""The best of so many counts: other work on the machine only ever adds to the time of a run."""

Signals = dict[str, tuple[float, NDArray[np.float64], str]]


def made(seconds: int) -> Signals:
    """A dog whose rhythm and QRS sway with its breath."""
    random = np.random.default_rng(1)
    beats, at = [], 0.3
    while at < seconds:
        beats.append(at)
        at += 0.67 * (1 + 0.25 * np.sin(2 * np.pi * at / 3)) * random.normal(1, 0.02)
    t = np.arange(seconds * 250) / 250
    lead = random.normal(0, 0.01, len(t))
    slow = np.arange(seconds * 125) / 125
    pleth = random.normal(0, 0.005, len(slow))
    for beat in beats:
        for after, height, width in ((0.0, 1.2, 0.010), (0.022, -0.3, 0.008), (0.19, 0.3, 0.025), (-0.1, 0.12, 0.015)):
            low, high = np.searchsorted(t, (beat + after - 0.15, beat + after + 0.15))
            swell = height * (1 + 0.1 * np.sin(2 * np.pi * beat / 3))
            lead[low:high] += swell * np.exp(-0.5 * ((t[low:high] - beat - after) / width) ** 2)
        low, high = np.searchsorted(slow, (beat, beat + 0.8))
        pleth[low:high] += np.exp(-0.5 * ((slow[low:high] - beat - 0.3) / 0.07) ** 2)
        pleth[low:high] += 0.3 * np.exp(-0.5 * ((slow[low:high] - beat - 0.52) / 0.06) ** 2)
    chest = np.sin(2 * np.pi * np.arange(seconds * 62) / 62 / 3) + random.normal(0, 0.02, seconds * 62)
    return {
        "ecg_ii": (250.0, lead, "mV"),
        "ecg_v": (250.0, 0.7 * lead + random.normal(0, 0.01, len(lead)), "mV"),
        "pleth": (125.0, pleth, "1"),
        "resp": (62.0, chest, "ohm"),
    }


def recorded(header: Path, seconds: int) -> Signals:
    """Two ECG leads, pleth and respiration of a record, repeated to the wanted length."""
    waves = wfdb_record.read(header).waves
    leads = [wave for wave in waves if wave.key.startswith("ecg")][:2]
    others = [wave for wave in waves if wave.key in ("pleth", "resp", "art", "co2")]
    return {w.key: (w.rate_hz, np.resize(w.samples, int(seconds * w.rate_hz)), w.unit) for w in leads + others}


def messages(signals: Signals, seconds: int) -> list[list[Wave]]:
    """One list of waves per second."""
    made_messages = []
    for second in range(seconds):
        waves = []
        for key, (rate_hz, samples, unit) in signals.items():
            first, last = round(second * rate_hz), round((second + 1) * rate_hz)
            waves.append(
                Wave(
                    key=key, code="", name="", unit=unit, rate_hz=rate_hz, inoperative=False,
                    start_us=START_US + round(first * S / rate_hz), samples=samples[first:last].astype("<f4").tobytes(),
                )
            )  # fmt: skip
        made_messages.append(waves)
    return made_messages


def follow(sent: list[list[Wave]]) -> tuple[float, int]:
    """CPU seconds for everything after the warm-up, and how many numbers were told."""
    state = bedside.initial()
    for waves in sent[:WARM_UP_S]:
        state, _ = bedside.step(state, waves)
    told = 0
    began = time.process_time()
    for waves in sent[WARM_UP_S:]:
        state, outputs = bedside.step(state, waves)
        told += len(outputs.numerics)
    return time.process_time() - began, told


def largest_kb(sent: list[list[Wave]]) -> float:
    """The largest dump of the bed, looked at every fifth second."""
    state, largest = bedside.initial(), 0
    for second, waves in enumerate(sent):
        state, _ = bedside.step(state, waves)
        if second % 5 == 0:
            largest = max(largest, len(bedside.dump(state)))
    return largest / 1024


@contextmanager
def watched(spent_s: dict[str, float]) -> Iterator[None]:
    """Count the CPU time inside every analyzer that a channel or the bed calls, by the name of its module."""
    restore: list[tuple[ModuleType, str, Callable[..., Any]]] = []
    parts = {id(p): p for m in (channels, bedside) for p in vars(m).values() if isinstance(p, ModuleType)}
    for part in parts.values():
        if part in (channels, bedside) or not part.__name__.startswith("holdfast.signals."):
            continue
        for name in ("step", "feed", "add", "measure"):
            plain = getattr(part, name, None)
            if plain is not None:
                restore.append((part, name, plain))
                setattr(part, name, _timed(plain, part.__name__.rpartition(".")[2], spent_s))
    try:
        yield
    finally:
        for part, name, plain in restore:
            setattr(part, name, plain)


def _timed(plain: Callable[..., Any], name: str, spent_s: dict[str, float]) -> Callable[..., Any]:
    @functools.wraps(plain)
    def timed(*arguments: Any, **more: Any) -> Any:
        before_s, began = sum(spent_s.values()), time.process_time()
        try:
            return plain(*arguments, **more)
        finally:
            # Without what analyzers called from here have already been charged with.
            spent_s[name] += time.process_time() - began - (sum(spent_s.values()) - before_s)

    return timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record", nargs="?", type=Path)
    parser.add_argument("--seconds", type=int, default=360)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    signals = recorded(options.record, options.seconds) if options.record else made(options.seconds)
    sent = messages(signals, options.seconds)
    judged_s = options.seconds - WARM_UP_S
    cpu_s, told = min(follow(sent) for _ in range(RUNS))
    spent_s: dict[str, float] = defaultdict(float)
    with watched(spent_s):
        follow(sent)
    figures = {
        "waves": {key: rate_hz for key, (rate_hz, _, _) in signals.items()},
        "cpu_ms_per_bed_second": 1e3 * cpu_s / judged_s,
        "beds_per_core": judged_s / cpu_s,
        "numbers_per_second": told / judged_s,
        "state_kb": largest_kb(sent),
        "parts_ms_per_second": {
            name: round(1e3 * spent / options.seconds, 3) for name, spent in sorted(spent_s.items())
        },
    }
    print(json.dumps(figures, indent=1) if options.json else "\n".join(f"{k}: {v}" for k, v in figures.items()))


if __name__ == "__main__":
    main()
