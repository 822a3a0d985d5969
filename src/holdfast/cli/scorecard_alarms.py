"""How often the second look at life-threatening alarms is right, on records in the layout of the CinC 2015 challenge.

Each record is one alarm: the header's comments name its kind and say whether experts called it true. Only signal from
before the alarm is read. The score is the challenge's: a silenced true alarm costs as much as five false ones let by.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import RecordedWave
from holdfast.kernel.errors import OperatorError, SenderError
from holdfast.signals.corroborate import PULSES, Kind, Verdict, check
from holdfast.signals.corroborate_data import Limits, parse_limits, shipped_limits, shipped_weights
from holdfast.signals.corroborate_trace import Signal

ALARM_AT_S = 300.0
"""The challenge's alarms sound 5 minutes from the beginning of a record, and half of its records go on after that. A
shorter record ends at its alarm."""

MISSED_COSTS = 5
"""A silenced true alarm in the challenge's score (moody-challenge.physionet.org/2015)."""

KINDS = {
    "Asystole": Kind.ASYSTOLE,
    "Bradycardia": Kind.BRADYCARDIA,
    "Tachycardia": Kind.TACHYCARDIA,
    "Ventricular_Flutter_Fib": Kind.FIBRILLATION,
    "Ventricular_Tachycardia": Kind.VENTRICULAR_TACHYCARDIA,
}
"""Kinds by the name they have in the headers."""

TRUTHS = {"True alarm": True, "False alarm": False}


@dataclass(frozen=True, eq=False)
class Alarm:
    """One recorded alarm: the signals up to it, and what experts said."""

    name: str
    kind: str
    true: bool
    window: tuple[Signal, ...]


@dataclass(frozen=True)
class Skipped:
    """A record that could not be asked, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Counts:
    """Alarms kept and silenced, against what experts said."""

    tp: int = 0
    fp: int = 0
    tn: int = 0
    fn: int = 0

    def plus(self, true: bool, kept: bool) -> "Counts":
        """One more alarm."""
        return Counts(
            self.tp + (true and kept),
            self.fp + (not true and kept),
            self.tn + (not true and not kept),
            self.fn + (true and not kept),
        )

    @property
    def figures(self) -> dict[str, int | float | None]:
        """Counts, rates and the challenge's score (None where there is nothing to divide by)."""
        cost = self.tp + self.tn + self.fp + MISSED_COSTS * self.fn
        return {
            "tp": self.tp,
            "fp": self.fp,
            "tn": self.tn,
            "fn": self.fn,
            "tpr": self.tp / (self.tp + self.fn) if self.tp + self.fn else None,
            "tnr": self.tn / (self.tn + self.fp) if self.tn + self.fp else None,
            "score": 100 * (self.tp + self.tn) / cost if cost else None,
        }


def run(directory: Path, limits_file: Path | None = None, alarm_at_s: float = ALARM_AT_S) -> dict[str, Any]:
    """Ask about every alarm below a folder. OperatorError when there is none, or the limits cannot be read.

    A verdict of "cannot say" counts as an alarm that stands. Records that cannot be asked are listed under ``skipped``.
    """
    limits = _limits(limits_file)
    whole, by_type = Counts(), {name: Counts() for name in KINDS}
    skipped: list[Skipped] = []
    per_record: dict[str, dict[str, Any]] = {}
    undecided, began = 0, time.process_time()
    for alarm in alarms(directory, alarm_at_s):
        if isinstance(alarm, Skipped):
            skipped.append(alarm)
            continue
        verdict = check(KINDS[alarm.kind], alarm.window, limits)
        kept = verdict.holds is not False
        undecided += verdict.holds is None
        whole = whole.plus(alarm.true, kept)
        by_type[alarm.kind] = by_type[alarm.kind].plus(alarm.true, kept)
        per_record[alarm.name] = _row(alarm, verdict)
    if not per_record:
        reason = f" ({skipped[0].name}: {skipped[0].reason})" if skipped else ""
        problem = f"There are no alarms in the layout of the CinC 2015 challenge below {directory}{reason}."
        raise OperatorError(problem, "Name a folder with its .hea and .dat or .mat files.")
    figures = whole.figures
    return {
        "records": len(per_record),
        "score": figures["score"],
        "tpr": figures["tpr"],
        "tnr": figures["tnr"],
        "by_type": {name: counts.figures for name, counts in by_type.items() if counts != Counts()},
        "undecided": undecided,
        "skipped_records": len(skipped),
        "skipped": {one.name: one.reason for one in skipped},
        "cpu_s_per_record": (time.process_time() - began) / len(per_record),
        "limits": msgspec.structs.asdict(limits),
        "weights": dict(shipped_weights().provenance),
        "per_record": per_record,
    }


def in_words(scores: dict[str, Any]) -> list[str]:
    """A line for each kind of alarm, and one for each record that could not be asked."""
    lines = [
        f"{name:24} {one['tp']} true kept, {one['fn']} silenced; {one['tn']} false silenced, {one['fp']} kept"
        for name, one in scores["by_type"].items()
    ]
    return lines + [f"{name} was left out: {reason}" for name, reason in scores["skipped"].items()]


def alarms(directory: Path, alarm_at_s: float = ALARM_AT_S) -> Iterator[Alarm | Skipped]:
    """Every record below a folder as an alarm, sorted by name."""
    for header in wfdb_record.find(directory) if directory.is_dir() else []:
        name = header.relative_to(directory).with_suffix("").as_posix()
        try:
            record = wfdb_record.read(header)
        except SenderError as error:
            yield Skipped(name, str(error))
            continue
        comments = [line.strip() for line in record.comments]
        kinds = [line for line in comments if line in KINDS]
        truths = [TRUTHS[line] for line in comments if line in TRUTHS]
        if len(kinds) != 1 or len(truths) != 1:
            yield Skipped(name, "its header does not name one kind of alarm and whether it was true")
            continue
        window = tuple(signal for wave in record.waves if (signal := _before(wave, alarm_at_s)) is not None)
        yield Alarm(name, kinds[0], truths[0], window)


def _before(wave: RecordedWave, alarm_at_s: float) -> Signal | None:
    """What a wave shows until the alarm; None for one that is neither an ECG lead nor shows pulses."""
    electrical = wave.key.startswith("ecg") or wave.unit == "mV"
    if not electrical and wave.key not in PULSES:
        return None
    key = wave.key if wave.key in PULSES or wave.key.startswith("ecg") else f"ecg_{wave.key}"
    return Signal(key, wave.rate_hz, wave.samples[: round(alarm_at_s * wave.rate_hz)])


def _limits(file: Path | None) -> Limits:
    if file is None:
        return shipped_limits()
    try:
        return parse_limits(file.read_bytes())
    except OSError as error:
        raise OperatorError(f"The limits {file} cannot be read ({error.strerror}).", "Name a YAML file.") from error
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        remedy = "Write it like corroborate_limits.yaml of the signals package."
        raise OperatorError(f"{file} does not hold limits of alarms ({error}).", remedy) from error


def _row(alarm: Alarm, verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": alarm.kind,
        "true": alarm.true,
        "holds": verdict.holds,
        "confidence": verdict.confidence,
        "why": verdict.why,
        "used": list(verdict.used),
    }
