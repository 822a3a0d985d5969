"""How fast the beat detector is, and whether its beats depend on chunks or gain.

python benchmarks/beats_speed.py RECORD... [--json]      # WFDB records (headers)

Speed is seconds of ECG per second of CPU by sampling rate and length of chunk, best of some turns, on the first record
resampled. Then each record is run as it is in chunks of every length, and at every gain: ``identical_over_chunks`` and
``identical_over_gains`` say in how many records all instants were the same to the microsecond.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import resample

from holdfast.gateways.files import wfdb_record
from holdfast.signals import ecg_beats
from holdfast.signals.chunk import Chunk, Floats

RATES_HZ = (130.0, 250.0, 500.0, 1000.0)
CHUNKS_S = (0.04, 0.2, 1.0, 10.0)
GAINS = (1e-3, 0.1, 37.0, 1e3)
TURNS = 3


def chunks_of(samples: Floats, rate_hz: float, chunk_s: float) -> list[Chunk]:
    size = max(1, round(chunk_s * rate_hz))
    return [
        Chunk(round(i * 1e6 / rate_hz), rate_hz, samples[i : i + size].copy()) for i in range(0, len(samples), size)
    ]


def seconds_per_cpu_second(samples: Floats, rate_hz: float, chunk_s: float) -> tuple[float, int]:
    """Best of some turns, and the largest dumped state in bytes."""
    chunks = chunks_of(samples, rate_hz, chunk_s)
    best, largest = 0.0, 0
    for _ in range(TURNS):
        state = ecg_beats.initial()
        began = time.process_time()
        for chunk in chunks:
            state, _ = ecg_beats.step(state, chunk)
        best = max(best, len(samples) / rate_hz / (time.process_time() - began))
        largest = max(largest, len(ecg_beats.dump(state)))
    return best, largest


def instants(samples: Floats, rate_hz: float, chunk_s: float) -> list[int]:
    state, found = ecg_beats.initial(), []
    for chunk in chunks_of(samples, rate_hz, chunk_s):
        state, beats = ecg_beats.step(state, chunk)
        found += [beat.at_us for beat in beats]
    return found


def first_lead(header: Path) -> tuple[Floats, float]:
    record = wfdb_record.read(header)
    lead = next(wave for wave in record.waves if wave.key.startswith("ecg"))
    return lead.samples, lead.rate_hz


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, nargs="+")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    samples, own_hz = first_lead(options.records[0])
    samples = np.nan_to_num(samples)
    ecg_beats.step(ecg_beats.initial(), Chunk(0, own_hz, samples[:1000]))  # compiling is not counted
    speeds = []
    for rate_hz in RATES_HZ:
        trace = resample(samples, round(len(samples) * rate_hz / own_hz))
        for chunk_s in CHUNKS_S:
            speed, size = seconds_per_cpu_second(trace, rate_hz, chunk_s)
            speeds.append({"rate_hz": rate_hz, "chunk_s": chunk_s, "x_realtime": round(speed), "state_bytes": size})
    over_chunks = over_gains = beats = 0
    for header in options.records:
        samples, rate_hz = first_lead(header)
        usual = instants(samples, rate_hz, 1.0)
        beats += len(usual)
        over_chunks += all(instants(samples, rate_hz, chunk_s) == usual for chunk_s in CHUNKS_S)
        over_gains += all(instants(gain * samples, rate_hz, 1.0) == usual for gain in GAINS)
    result: dict[str, Any] = {
        "speed": speeds, "records": len(options.records), "beats": beats, "identical_over_chunks": over_chunks,
        "identical_over_gains": over_gains,
    }  # fmt: skip
    if options.json:
        print(json.dumps(result))
        return
    for one in speeds:
        print(f"{one['rate_hz']:6.0f} Hz  chunks of {one['chunk_s']:5.2f} s  {one['x_realtime']:6d} x real time")
    print({name: value for name, value in result.items() if name != "speed"})


if __name__ == "__main__":
    main()
