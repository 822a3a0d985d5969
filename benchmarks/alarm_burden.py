"""How often healthy dogs alarm: recordings replayed through the live analysis and the alarm engine, limits by default.

Run: ``python benchmarks/alarm_burden.py DIR [--dogs even|odd] [--json]`` with DIR of WFDB records whose header comments
give ``dog``, ``weight_kg`` and ``age_y`` (Dog Health Vitals). The limits that were chosen on dogs were chosen on those
with an even number. Nobody acknowledges or switches anything off. ``marked_bad`` counts alarms that were raised within
stretches which the authors of the recordings call unusable, or ten seconds after.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import WfdbRecord
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.loader import load
from holdfast.monitoring import alarms, limits
from holdfast.monitoring.shown import BY_KEY, OTHER
from holdfast.record import alarm_state
from holdfast.record.alarm_events import AlarmRaised
from holdfast.record.monitor import Wave
from holdfast.signals import bedside
from holdfast.signals.conditions import Began, Change

AFTER_BAD_S = 10.0


@dataclass
class Second:
    """What became known with one second of signal."""

    at_us: int
    changes: tuple[Change, ...]
    fresh: dict[str, float]


@dataclass
class Burden:
    hours: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    technical: Counter[str] = field(default_factory=Counter)
    marked_bad: Counter[str] = field(default_factory=Counter)
    high_in: list[str] = field(default_factory=list)


def seconds_of(record: WfdbRecord) -> Iterator[Second]:
    """The record through the live analysis of a bed, fed second by second."""
    state, values = bedside.initial(), {}
    for number in range(int(record.duration_s)):
        state, outputs = bedside.step(state, [_piece(wave, number) for wave in record.waves])
        at_us = (number + 1) * US_PER_S
        for one in outputs.numerics:
            values[one.key] = one.value, one.at_us
        for withheld in outputs.withheld:
            values.pop(withheld.key, None)
        fresh = {
            key: value
            for key, (value, value_us) in values.items()
            if at_us - value_us <= BY_KEY.get(key, OTHER).stale_s * US_PER_S
        }
        yield Second(at_us, outputs.conditions, fresh)


def _piece(wave: wfdb_record.RecordedWave, second: int) -> Wave:
    start, end = round(second * wave.rate_hz), round((second + 1) * wave.rate_hz)
    return Wave(
        key=wave.key,
        code="",
        name=wave.label,
        unit=wave.unit,
        rate_hz=wave.rate_hz,
        start_us=round(start * US_PER_S / wave.rate_hz),
        samples=wave.samples[start:end].astype("<f4").tobytes(),
        resolution=wave.resolution,
    )


def raised(seconds: Iterator[Second] | list[Second], animal: limits.Animal) -> list[AlarmRaised]:
    """Every alarm that the engine raises."""
    rules = load().alarms
    table = limits.limits_for(rules, animal, {})
    watch, memory, state = limits.Watch(0), alarms.Memory(), alarm_state.AlarmState()
    holding: dict[tuple[str, str], Began] = {}
    ids, found = count(1), []
    for second in seconds:
        for change in second.changes:
            if isinstance(change, Began):
                holding[change.condition, change.signal] = change
            else:
                holding.pop((change.condition, change.signal), None)
        standing = {entry.key for entry in state.alarms}
        watch, judged = limits.judge(watch, table, second.fresh, standing, second.at_us)
        causes = [alarms.Cause(b.condition, b.signal, b.text, b.at_us, technical=b.technical) for b in holding.values()]
        situation = alarms.Situation(
            second.at_us, (*alarms.gathered(causes, rules), *judged.causes), judged.unknown, judged.forgotten
        )
        memory, events = alarms.step(memory, state, situation, rules, (), lambda: f"a{next(ids)}")
        for event in events:
            state = alarm_state.apply(state, event, "")
        found += [event for event in events if isinstance(event, AlarmRaised)]
    return found


def animal_of(record: WfdbRecord) -> tuple[str, limits.Animal]:
    """The dog's number and what limits depend on, from the header."""
    said = dict(line.split(": ", 1) for line in record.comments if ": " in line)
    weight, age = said.get("weight_kg"), said.get("age_y")
    animal = limits.Animal("dog", float(weight) if weight else None, float(age) * 12 if age else None)
    return said.get("dog", "?"), animal


def add(burden: Burden, record: WfdbRecord, events: list[AlarmRaised]) -> None:
    """Count the alarms of one record."""
    burden.hours += record.duration_s / 3600
    for event in events:
        (burden.technical if event.technical else burden.kinds)[event.alarm] += 1
        at_s = event.at_us / US_PER_S
        if not event.technical:
            if any(start <= at_s <= end + AFTER_BAD_S for start, end in record.bad_ecg_s):
                burden.marked_bad[event.alarm] += 1
            if event.priority == "high":
                burden.high_in.append(f"{record.name} {event.alarm} at {at_s:.0f} s")


def summary(burdens: dict[str, Burden]) -> dict[str, Any]:
    total = Burden()
    for one in burdens.values():
        total.hours += one.hours
        for name in ("kinds", "technical", "marked_bad"):
            getattr(total, name).update(getattr(one, name))
        total.high_in += one.high_in

    def per_hour(counted: Counter[str]) -> dict[str, float]:
        return {kind: round(number / total.hours, 3) for kind, number in counted.most_common()}

    return {
        "dogs": len(burdens),
        "hours": round(total.hours, 2),
        "physiological_per_dog_hour": round(sum(total.kinds.values()) / total.hours, 3),
        "physiological_outside_marked_bad_per_dog_hour": round(
            (sum(total.kinds.values()) - sum(total.marked_bad.values())) / total.hours, 3
        ),
        "physiological_by_kind_per_dog_hour": per_hour(total.kinds),
        "marked_bad": dict(total.marked_bad),
        "technical_per_dog_hour": round(sum(total.technical.values()) / total.hours, 3),
        "technical_by_kind_per_dog_hour": per_hour(total.technical),
        "high_priority": total.high_in,
        "by_dog": {
            dog: {"hours": round(one.hours, 2), "physiological": dict(one.kinds)}
            for dog, one in sorted(burdens.items())
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--dogs", choices=("even", "odd"), help="only dogs whose number is even or odd")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    began, burdens = time.process_time(), {}
    for header in wfdb_record.find(chosen.directory):
        record = wfdb_record.read(header)
        dog, animal = animal_of(record)
        if chosen.dogs and (not dog.isdecimal() or int(dog) % 2 != ("even", "odd").index(chosen.dogs)):
            continue
        add(burdens.setdefault(dog, Burden()), record, raised(seconds_of(record), animal))
    told = summary(burdens) | {"cpu_s": round(time.process_time() - began, 1)}
    print(json.dumps(told) if chosen.json else json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
