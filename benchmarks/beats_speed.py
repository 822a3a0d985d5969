"""How fast the beat detector is: seconds of ECG per second of CPU, by sampling rate and length of chunk.

python benchmarks/beats_speed.py RECORD [--json]      # a WFDB record, resampled to each rate
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from scipy.signal import resample

from holdfast.gateways.files import wfdb_record
from holdfast.signals import ecg_beats
from holdfast.signals.chunk import Chunk

RATES_HZ = (130.0, 250.0, 500.0, 1000.0)
CHUNKS_S = (0.04, 0.2, 1.0, 10.0)
TURNS = 3


def seconds_per_cpu_second(samples: np.ndarray, rate_hz: float, chunk_s: float) -> tuple[float, int]:
    """Best of some turns, and the largest dumped state in bytes."""
    size = max(1, round(chunk_s * rate_hz))
    chunks = [
        Chunk(round(i * 1e6 / rate_hz), rate_hz, samples[i : i + size].copy()) for i in range(0, len(samples), size)
    ]
    best, largest = 0.0, 0
    for _ in range(TURNS):
        state = ecg_beats.initial()
        began = time.process_time()
        for chunk in chunks:
            state, _ = ecg_beats.step(state, chunk)
        best = max(best, len(samples) / rate_hz / (time.process_time() - began))
        largest = max(largest, len(ecg_beats.dump(state)))
    return best, largest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    record = wfdb_record.read(options.record.with_suffix(".hea"))
    lead = next(wave for wave in record.waves if wave.key.startswith("ecg"))
    samples = np.nan_to_num(lead.samples)
    ecg_beats.step(ecg_beats.initial(), Chunk(0, lead.rate_hz, samples[:1000]))  # compiling is not counted
    figures = []
    for rate_hz in RATES_HZ:
        trace = resample(samples, round(len(samples) * rate_hz / lead.rate_hz))
        for chunk_s in CHUNKS_S:
            speed, size = seconds_per_cpu_second(trace, rate_hz, chunk_s)
            figures.append({"rate_hz": rate_hz, "chunk_s": chunk_s, "x_realtime": round(speed), "state_bytes": size})
    if options.json:
        print(json.dumps(figures))
        return
    for one in figures:
        print(f"{one['rate_hz']:6.0f} Hz  chunks of {one['chunk_s']:5.2f} s  {one['x_realtime']:6d} x real time")


if __name__ == "__main__":
    main()
