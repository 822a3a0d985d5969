"""What is said of every state that the simulation can make: a table state -> conditions, over some seeds.

Run: ``python benchmarks/situations_called.py [--only WORD] [--seeds N] [--json]``. Each state is played with its ECG
alone and with pleth and arterial pressure beside it. A name stands with the seconds from the onset to the first time
that it was said, one per seed (null: not said). Whether that is right is for the reader to judge.
"""

import argparse
import json
from dataclasses import dataclass

from holdfast.signals import bedside
from holdfast.signals.conditions import Began
from holdfast.simulation import situations
from holdfast.simulation.situations import Recording

SENSORS = {"ecg": ("ecg_ii",), "ecg_pleth_art": ("ecg_ii", "pleth", "art")}
UNITS = {"ecg_ii": "mV", "pleth": "", "art": "mmHg"}
GROUPS = (
    situations.RHYTHMS | situations.STANDSTILLS | situations.ARRESTS | situations.LEADS_OFF | situations.DISTURBANCES
)


@dataclass(frozen=True)
class Piece:
    """One message of one wave."""

    key: str
    unit: str
    rate_hz: float
    start_us: int
    samples: bytes
    inoperative: bool = False


def said(recording: Recording, seconds: float, keys: tuple[str, ...]) -> dict[str, float]:
    """Condition -> first instant (s from the first sample)."""
    state, found = bedside.initial(), dict[str, float]()
    for second in range(int(seconds)):
        message = []
        for key in keys:
            rate_hz = recording.rate_hz(key)
            first, end = round(second * rate_hz), round((second + 1) * rate_hz)
            data = recording.waves[key][first:end].astype("<f4").tobytes()
            message.append(Piece(key, UNITS[key], rate_hz, round(first * 1e6 / rate_hz), data))
        state, outputs = bedside.step(state, message)
        for change in outputs.conditions:
            if isinstance(change, Began):
                found.setdefault(change.condition, change.at_us / 1e6)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="states whose name holds this word")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one line")
    options = parser.parse_args()
    table: dict[str, dict[str, dict[str, list[float | None]]]] = {}
    for name, situation in GROUPS.items():
        if options.only not in name:
            continue
        recordings = [situations.record(situation, seed, frozenset(UNITS)) for seed in range(1, options.seeds + 1)]
        for sensors, keys in SENSORS.items():
            each = [said(recording, situation.seconds, keys) for recording in recordings]
            names = sorted({condition for one in each for condition in one})
            table.setdefault(name, {})[sensors] = {
                condition: [round(one[condition] - situation.onset_s, 1) if condition in one else None for one in each]
                for condition in names
            }
    print(json.dumps(table, indent=None if options.json else 1))


if __name__ == "__main__":
    main()
