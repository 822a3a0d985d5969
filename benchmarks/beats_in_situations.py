"""What the beat detector finds in every simulated state of rhythm, arrest, lead and disturbance, against the truth.

Run: ``python benchmarks/beats_in_situations.py [--seeds N] [--json]``. From 5 s after the onset of the state to its
end, in chunks of one second; a beat counts within 75 ms. In standstill, fibrillation and with the lead off every mark
is a phantom; ``true_per_min`` of a lead that is off is what the heart does behind it. Simulated dogs are no evidence
for living ones: this shows where a detector breaks, not how good it is.
"""

import argparse
import json
from typing import Any

from holdfast.kernel.time import US_PER_S
from holdfast.signals import ecg_beats
from holdfast.signals.chunk import Chunk
from holdfast.signals.scoring import Score, add, match
from holdfast.simulation import situations
from holdfast.simulation.situations import LEAD_OFF_S, LEADS_OFF, Situation, record

GROUPS = {
    "rhythms": situations.RHYTHMS,
    "standstills": situations.STANDSTILLS,
    "arrests": situations.ARRESTS,
    "leads_off": LEADS_OFF,
    "disturbances": situations.DISTURBANCES,
}
SETTLED_S, EDGE_S, TOLERANCE_US = 5.0, 1.0, 75_000


def run(situation: Situation, seed: int, until_s: float) -> tuple[Score, float]:
    """The score of one recording, and the minutes it is about."""
    recording = record(situation, seed, frozenset({"ecg_ii"}))
    trace, rate_hz = recording.waves["ecg_ii"], recording.rate_hz("ecg_ii")
    size = round(rate_hz)
    state, found = ecg_beats.initial(), []
    for i in range(0, len(trace), size):
        state, beats = ecg_beats.step(state, Chunk(round(i * US_PER_S / rate_hz), rate_hz, trace[i : i + size]))
        found += [beat.at_us for beat in beats]
    low_us, high_us = (situation.onset_s + SETTLED_S) * US_PER_S, until_s * US_PER_S
    truth = [round(at * US_PER_S) for at in recording.beats_s]
    scored = match(
        [at for at in found if low_us < at < high_us], [at for at in truth if low_us < at < high_us], TOLERANCE_US
    )
    return scored, (high_us - low_us) / US_PER_S / 60


def figures(situation: Situation, seeds: int, until_s: float) -> dict[str, Any]:
    """Pooled over the seeds."""
    runs = [run(situation, seed, until_s) for seed in range(1, seeds + 1)]
    score, minutes = add([one for one, _ in runs]), sum(span for _, span in runs)
    return {
        "found_per_min": (score.true_positives + score.false_positives) / minutes,
        "true_per_min": (score.true_positives + score.false_negatives) / minutes,
        "sensitivity": score.sensitivity,
        "ppv": score.ppv,
    }


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = {
        group: {
            name: figures(
                one, options.seeds, one.onset_s + LEAD_OFF_S if one in LEADS_OFF.values() else one.seconds - EDGE_S
            )
            for name, one in of_group.items()
        }
        for group, of_group in GROUPS.items()
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for group, rows in result.items():
        for name, row in rows.items():
            shares = " ".join("    -" if row[key] is None else f"{row[key]:5.3f}" for key in ("sensitivity", "ppv"))
            rates = f"found {row['found_per_min']:6.1f} true {row['true_per_min']:6.1f}"
            print(f"{group:13} {name:26} {rates}  Se, PPV {shares}")


if __name__ == "__main__":
    main()
