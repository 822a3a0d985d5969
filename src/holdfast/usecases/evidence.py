"""From a case as recorded to the evidence that reasoning is given.

This is the only place where the record, the monitor and the reasoning meet.
"""

from dataclasses import dataclass

from holdfast.kernel.time import US_PER_S
from holdfast.reasoning.derive import Inputs, Measurement, RecordedFinding, derive
from holdfast.reasoning.evidence import Evidence, Signalment
from holdfast.reasoning.touch import Touch, TouchEffect
from holdfast.record.case_state import CaseState, TouchEntry
from holdfast.signals import touch_response
from holdfast.usecases import monitor_blocks
from holdfast.usecases.context import Context
from holdfast.usecases.ports import TrendPoint

RECENT_S = 15 * 60
"""A monitor value older than this says nothing about the animal now (our estimate); a cuff or spot value
of the last quarter of an hour still does."""
NOW_S = 60
"""Continuous values are taken as the median of this last stretch, so that one artefact is no finding."""
TOUCH_KEYS = ("art_mean", "art_sys", "hr", "hr_ecg", "rr")
"""Numerics in which a response to touch is looked for, the most telling first."""
MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class TouchSeen:
    """A touch with what the monitor did in the seconds after it."""

    entry: TouchEntry
    effect: TouchEffect


def gather(ctx: Context, case: CaseState, now_us: int) -> tuple[Evidence, tuple[TouchSeen, ...]]:
    """Evidence at ``now_us`` and the touches with their responses, oldest first."""
    touches = tuple(TouchSeen(entry, _effect(ctx, case, entry)) for entry in case.touches)
    inputs = Inputs(
        findings=_findings(case),
        measurements=_measurements(ctx, case, now_us),
        touches=[_touch(entry) for entry in case.touches],
        effects=[seen.effect for seen in touches],
        signalment=signalment(case, now_us),
    )
    return derive(ctx.knowledge, inputs), touches


def signalment(case: CaseState, now_us: int) -> Signalment:
    """Who the animal is; age counts on from admission."""
    admitted = case.admitted
    age_years = None
    if admitted.age_months is not None:
        since_years = (now_us - admitted.at_us) / (US_PER_S * 3600 * 24 * 365.25)
        age_years = admitted.age_months / MONTHS_PER_YEAR + max(0.0, since_years)
    return Signalment(
        breed=case.corrected("breed") or admitted.breed,
        age_years=age_years,
        sex=admitted.sex,
        weight_kg=case.weight_kg,
        working_dog=admitted.working_dog,
    )


def _findings(case: CaseState) -> list[RecordedFinding]:
    return [
        RecordedFinding(e.key, e.presence, e.at_us, e.finding_id, e.value, e.unit)
        for e in case.findings
        if not e.retracted
    ]


def _measurements(ctx: Context, case: CaseState, now_us: int) -> list[Measurement]:
    from_us = now_us - RECENT_S * US_PER_S
    points = monitor_blocks.trend_with_tail(ctx.store, case.case_id, from_us=from_us, to_us=now_us, keys=())
    by_key: dict[str, list[TrendPoint]] = {}
    for point in points:
        by_key.setdefault(point.key, []).append(point)
    measured = [_now(key, found) for key, found in by_key.items()]
    if case.weight_kg is not None:
        measured.append(Measurement("weight", case.weight_kg, "kg", case.weight_at_us, "record"))
    return measured


def _now(key: str, points: list[TrendPoint]) -> Measurement:
    newest = max(points, key=lambda p: p.at_us)
    recent = sorted(p.last for p in points if newest.at_us - p.at_us <= NOW_S * US_PER_S)
    return Measurement(key, recent[len(recent) // 2], newest.unit, newest.at_us, "monitor")


def _touch(entry: TouchEntry) -> Touch:
    return Touch(entry.region, entry.side, entry.strength, entry.response, entry.at_us, entry.touch_id)


def _effect(ctx: Context, case: CaseState, entry: TouchEntry) -> TouchEffect:
    """What blood pressure or heart rate did around one touch, at the full rate of the numerics."""
    window = monitor_blocks.read_window(
        ctx.store,
        case.case_id,
        from_us=entry.at_us - touch_response.BEFORE_S * US_PER_S,
        to_us=entry.at_us + touch_response.AFTER_S * US_PER_S,
    )
    series: dict[str, list[tuple[int, float]]] = {}
    for numeric in window.numerics:
        series.setdefault(numeric.key, []).append((numeric.at_us, numeric.value))
    found = [touch_response.respond(key, series[key], entry.at_us) for key in TOUCH_KEYS if key in series]
    return _summed(entry, found)


def _summed(entry: TouchEntry, found: list[touch_response.Response]) -> TouchEffect:
    """One significant numeric is enough to say yes; no is said only when one could be judged and none moved."""
    moved = [response for response in found if response.significant]
    judged = [response for response in found if response.significant is not None]
    if moved:
        text = "; ".join(response.text for response in moved)
        return TouchEffect(entry.at_us, True, text, entry.touch_id)
    if judged:
        return TouchEffect(entry.at_us, False, "no change beyond the usual spread", entry.touch_id)
    why = found[0].text if found else "no monitor values around this touch"
    return TouchEffect(entry.at_us, None, why, entry.touch_id)
