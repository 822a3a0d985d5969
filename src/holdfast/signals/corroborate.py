"""Do the signals that are good at this moment agree with a life-threatening alarm?

Asked when a monitor, or a rule of our own, claims one. Nothing after the alarm is looked at. Silencing a true arrest is
the worst error there is: an alarm is contradicted only by a signal that is believed, and when in doubt it stands.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np

from holdfast.signals import corroborate_rules
from holdfast.signals.corroborate_data import Limits, Tally, Weights, shipped_weights
from holdfast.signals.corroborate_rules import MISSING_MAX, STILL_MAX, Heard, Rule
from holdfast.signals.corroborate_runs import LEARN_S, RunEvidence, evidence
from holdfast.signals.corroborate_trace import Signal, Trace, prepare
from holdfast.signals.corroborate_trees import score
from holdfast.signals.corroborate_witness import TESTIFY_S, Beats, Witness, bear_witness, electrical_beats, pulse_beats

RATE_SLACK = 0.95
"""A run counts from this share of the limit on: the mean of four intervals is not known better (estimate)."""


class Kind(StrEnum):
    """The five alarms."""

    ASYSTOLE = "asystole"
    BRADYCARDIA = "bradycardia"
    TACHYCARDIA = "tachycardia"
    FIBRILLATION = "fibrillation"
    VENTRICULAR_TACHYCARDIA = "ventricular_tachycardia"


@dataclass(frozen=True)
class Verdict:
    """Whether the signals agree with an alarm."""

    holds: bool | None
    """True: they show it. False: they contradict it. None: no signal was good enough to say, and the alarm stands."""
    confidence: float
    """Share of verdicts like this that were right on recordings left out of the fit (people); 0 for None."""
    why: str
    """One sentence for the person at the bed."""
    used: tuple[str, ...]
    """Keys of the signals that the verdict rests on."""


_RULES: dict[Kind, Rule] = {
    Kind.ASYSTOLE: corroborate_rules.asystole,
    Kind.BRADYCARDIA: corroborate_rules.bradycardia,
    Kind.TACHYCARDIA: corroborate_rules.tachycardia,
    Kind.FIBRILLATION: corroborate_rules.fibrillation,
}


def check(kind: Kind, window: Sequence[Signal], limits: Limits, weights: Weights | None = None) -> Verdict:
    """Ask the signals of a window that ends at the alarm; best with 40 s, at least 5 s each.

    Signals other than ECG leads (``ecg``, ``ecg_...``, and leads of other names in mV), ``art`` and ``pleth`` are to be
    left out. ValueError for a sampling rate that is not a positive number.
    """
    weights = weights or shipped_weights()
    if kind is Kind.VENTRICULAR_TACHYCARDIA:
        return _run_verdict(window, limits, weights)
    heard = _RULES[kind](witnesses(window), limits, weights.demands[kind])
    return _rule_verdict(kind, heard, limits, weights.record[kind])


PULSES = frozenset({"art", "pleth"})
"""Keys of the waves that show pulses; every other signal of a window is taken for an ECG lead."""


def witnesses(window: Sequence[Signal]) -> list[Witness]:
    """What each signal testifies; those that are too short or absent are left out."""
    told = []
    for signal in window:
        trace = prepare(signal)
        if trace is not None:
            electrical = signal.key not in PULSES
            told.append(bear_witness(signal.key, _beats(trace, electrical), electrical))
    return told


def run_evidence(window: Sequence[Signal], limits: Limits) -> tuple[RunEvidence, tuple[str, ...]] | None:
    """Evidence for a ventricular run and the signals it comes from; None without a fit ECG lead."""
    leads: list[tuple[str, Trace]] = []
    pulses: list[tuple[str, Trace]] = []
    for signal in window:
        trace = prepare(signal, LEARN_S)
        if trace is None or np.mean(trace.missing) >= MISSING_MAX:
            continue
        if signal.key in PULSES:
            pulses.append((signal.key, trace))
        elif np.mean(np.diff(trace.samples) == 0) < STILL_MAX:
            leads.append((signal.key, trace))
    if not leads:
        return None
    found = evidence(
        [trace for _, trace in leads],
        [pulse_beats(trace) for _, trace in pulses],
        limits.vt_per_min * RATE_SLACK,
        limits.vt_beats,
    )
    return found, tuple(key for key, _ in leads + pulses)


def _beats(trace: Trace, electrical: bool) -> Beats:
    return electrical_beats(trace) if electrical else pulse_beats(trace)


_NOTHING_FIT = "No signal was good enough to say, so the alarm stands."


def _rule_verdict(kind: Kind, heard: Heard, limits: Limits, record: dict[str, Tally]) -> Verdict:
    if heard.against is not None:
        one = heard.against
        return Verdict(False, _share(record["contradicted"]), _against(kind, one, limits), (one.key,))
    if heard.favour is not None:
        one = heard.favour
        return Verdict(True, _share(record["holds"]), _favour(kind, one, limits), (one.key,))
    return Verdict(None, 0.0, _NOTHING_FIT, ())


def _run_verdict(window: Sequence[Signal], limits: Limits, weights: Weights) -> Verdict:
    record = weights.record[Kind.VENTRICULAR_TACHYCARDIA]
    found = run_evidence(window, limits)
    if found is None:
        return Verdict(None, 0.0, "No ECG lead was good enough to say, so the alarm stands.", ())
    said, used = found
    odds = score(weights.run.forest, asdict(said))
    run = f"{limits.vt_beats} wide beats in a row above {limits.vt_per_min:g} per minute"
    if odds < weights.run.against_below:
        return Verdict(False, _share(record["contradicted"]), f"ECG and pulse together do not show {run}.", used)
    if odds >= weights.run.for_above:
        return Verdict(True, _share(record["holds"]), f"ECG and pulse together show {run}.", used)
    return Verdict(None, 0.0, f"The signals do not settle whether there were {run}, so the alarm stands.", used)


def _share(tally: Tally) -> float:
    return tally.right / tally.given if tally.given else 0.0


def _against(kind: Kind, one: Witness, limits: Limits) -> str:
    beats = f"{_name(one)} shows {one.count} {'beats' if one.electrical else 'pulses'} alike in {TESTIFY_S:g} s"
    if kind is Kind.BRADYCARDIA:
        return f"{beats}, at no time slower than {one.slowest_per_min(limits.brady_beats) or 0:.0f} per minute."
    if kind is Kind.TACHYCARDIA:
        fastest = one.fastest_per_min(min(limits.tachy_beats, one.count)) or 0
        return f"{beats}, regular and at no time faster than {fastest:.0f} per minute."
    return f"{beats}, never more than {one.gap_s:.1f} s apart."


def _favour(kind: Kind, one: Witness, limits: Limits) -> str:
    if kind is Kind.BRADYCARDIA:
        slowest = one.slowest_per_min(limits.brady_beats)
        rate = f"falls to {slowest:.0f} per minute" if slowest else f"has fewer than {limits.brady_beats} beats"
        return f"{_name(one)} shows beats alike, and {rate}."
    if kind is Kind.TACHYCARDIA:
        fastest = one.fastest_per_min(min(limits.tachy_beats, one.count)) or 0
        return f"{_name(one)} shows beats alike at {fastest:.0f} per minute."
    return f"{_name(one)} shows beats alike and then none for {one.gap_s:.1f} s."


_NAMES = {"art": "The arterial pressure", "pleth": "The pleth"}


def _name(one: Witness) -> str:
    lead = one.key.removeprefix("ecg").strip("_").upper()
    return _NAMES.get(one.key, f"ECG lead {lead}" if lead else "The ECG")
