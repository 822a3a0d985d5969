"""From a case as recorded to the evidence that reasoning is given.

This is the only place where the record, the monitor and the reasoning meet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from holdfast.kernel.limits import CLOCK_AHEAD_TOLERANCE_S
from holdfast.kernel.time import US_PER_S, to_datetime
from holdfast.monitoring.shown import BY_KEY
from holdfast.reasoning.derive import Inputs, Measurement, RecordedFinding, TreatmentEffect, derive
from holdfast.reasoning.evidence import Evidence, Signalment
from holdfast.reasoning.touch import Touch, TouchEffect
from holdfast.record.case_entries import TouchEntry
from holdfast.record.case_state import CaseState
from holdfast.record.derived import DerivedValue
from holdfast.record.events import TouchResponse
from holdfast.record.monitor import Origin
from holdfast.signals import touch_response
from holdfast.usecases import monitor_blocks
from holdfast.usecases.context import Context
from holdfast.usecases.derived_values import read_derived
from holdfast.usecases.device_clock import TOLERANCE_US, wave_end_us
from holdfast.usecases.monitor_blocks import Heard
from holdfast.usecases.ports import TrendPoint

RECENT_S = 15 * 60
"""A monitor value older than this says nothing about the animal now (our estimate); a cuff or spot value
of the last quarter of an hour still does."""
NOW_S = 60
"""Continuous values are taken as the median of this last stretch, so that one artefact is no finding."""
TOUCH_KEYS = ("art_mean", "art_mean_wave", "art_sys", "art_sys_wave", "hr", "hr_ecg", "rr", "rr_resp")
"""Numerics in which a response to touch is looked for, the most telling first."""
STANDS_IN = {
    "hr": ("hr_ecg",),
    "pulse": ("pulse_art", "pulse_pleth"),
    "rr": ("rr_co2", "rr_resp", "rr_ecg"),
    "etco2": ("etco2_wave",),
    "art_sys": ("art_sys_wave",),
    "art_mean": ("art_mean_wave",),
    "art_dia": ("art_dia_wave",),
}
"""What our analysis makes of the waves counts where the monitor itself says nothing, the better first."""
OUR_COUNT = "our count"
"""Source of such a measurement."""
MONTHS_PER_YEAR = 12

_BEFORE_US = touch_response.BEFORE_S * US_PER_S
_AFTER_US = touch_response.AFTER_S * US_PER_S


@dataclass(frozen=True)
class TouchSeen:
    """A touch with what the monitor did in the seconds after it."""

    entry: TouchEntry
    effect: TouchEffect
    numbers: tuple[touch_response.Response, ...] = ()
    """What each numeric did, also where nothing can be said of the whole."""


def gather(
    ctx: Context, case: CaseState, now_us: int, treatments: Sequence[TreatmentEffect] = ()
) -> tuple[Evidence, tuple[TouchSeen, ...]]:
    """Evidence at ``now_us`` and the touches with their responses, oldest first; ``treatments``: what followed them."""
    touches = touches_seen(ctx, case)
    inputs = Inputs(
        findings=_findings(case),
        measurements=measurements(ctx, case, now_us),
        touches=[touch_of(entry) for entry in case.standing_touches],
        effects=[seen.effect for seen in touches],
        treatments=treatments,
        signalment=signalment(case, now_us),
    )
    return derive(ctx.knowledge, inputs), touches


def signalment(case: CaseState, now_us: int) -> Signalment:
    """Who the animal is; age counts on from admission, and the month is that of admission."""
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
        month=to_datetime(admitted.at_us).month,
    )


def _findings(case: CaseState) -> list[RecordedFinding]:
    return [
        RecordedFinding(e.key, e.presence, e.at_us, e.finding_id, e.value, e.unit)
        for e in case.findings
        if not e.retracted
    ]


def measurements(ctx: Context, case: CaseState, now_us: int) -> list[Measurement]:
    """What the monitor and the scale say now: one value of each numeric of the last quarter of an hour."""
    from_us = now_us - RECENT_S * US_PER_S
    # A device clock may run a little ahead of ours; its newest values still are of now.
    to_us = now_us + int(CLOCK_AHEAD_TOLERANCE_S * US_PER_S)
    points = monitor_blocks.trend_with_tail(ctx.store, case.case_id, from_us=from_us, to_us=to_us, keys=())
    by_key: dict[str, list[TrendPoint]] = {}
    for point in points:
        if is_evidence(case, point.origin):
            by_key.setdefault(point.key, []).append(point)
    own = {key for keys in STANDS_IN.values() for key in keys}
    measured = [_now(key, found, now_us, OUR_COUNT if key in own else "monitor") for key, found in by_key.items()]
    for key, others in STANDS_IN.items():
        other = next((one for one in others if one in by_key), None)
        if key not in by_key and other is not None:
            measured.append(_now(key, by_key[other], now_us, OUR_COUNT))
    if case.weight_kg is not None:
        measured.append(Measurement("weight", case.weight_kg, "kg", case.weight_at_us, "record"))
    return measured


def is_evidence(case: CaseState, origin: Origin) -> bool:
    """A recording that was played onto a patient's case is kept there, but says nothing of the animal now."""
    return case.training or origin is not Origin.REPLAYED


def has_replayed(ctx: Context, case: CaseState, now_us: int) -> bool:
    """Whether values of the last minutes were left out because they are from a recording."""
    from_us, to_us = now_us - RECENT_S * US_PER_S, now_us + int(CLOCK_AHEAD_TOLERANCE_S * US_PER_S)
    points = monitor_blocks.trend_with_tail(ctx.store, case.case_id, from_us=from_us, to_us=to_us, keys=())
    return any(not is_evidence(case, point.origin) for point in points)


def _now(key: str, points: list[TrendPoint], now_us: int, source: str) -> Measurement:
    newest = max(points, key=lambda p: p.at_us)
    recent = sorted(p.last for p in points if newest.at_us - p.at_us <= NOW_S * US_PER_S)
    return Measurement(key, recent[len(recent) // 2], newest.unit, min(newest.at_us, now_us), source)


def touch_of(entry: TouchEntry) -> Touch:
    """The press as the reasoning reads it."""
    return Touch(entry.region, entry.side, entry.strength, entry.response, entry.at_us, entry.touch_id)


def touches_seen(ctx: Context, case: CaseState, since_us: int | None = None) -> tuple[TouchSeen, ...]:
    """Every touch, or those since a moment, with what followed it, as far as it can be told from its neighbours.

    Palpation goes from place to place within seconds, and the signals answer for half a minute: what came after one
    press may be the answer to the one before.
    """
    ordered = sorted(
        (entry for entry in case.standing_touches if since_us is None or entry.at_us >= since_us),
        key=lambda entry: entry.at_us,
    )
    seen: list[TouchSeen] = []
    for place, entry in enumerate(ordered):
        following = ordered[place + 1] if place + 1 < len(ordered) else None
        until_us = following.at_us if following else entry.at_us + _AFTER_US
        effect, numbers = _effect(ctx, case, entry, until_us)
        before = seen[-1] if seen and entry.at_us - seen[-1].entry.at_us < _AFTER_US else None
        if before and (doubt := _in_doubt(before, entry)):
            effect = TouchEffect(entry.at_us, None, doubt, entry.touch_id)
        elif effect.significant is None and following and following.at_us - entry.at_us < _AFTER_US:
            gap_s = (following.at_us - entry.at_us) // US_PER_S
            effect = TouchEffect(entry.at_us, None, f"the next press came {gap_s} s later: too soon", entry.touch_id)
        seen.append(TouchSeen(entry, effect, numbers))
    return tuple(seen)


def _in_doubt(before: TouchSeen, entry: TouchEntry) -> str:
    """Why what followed ``entry`` may belong to the press before; empty when it does not.

    A press before that could be judged and moved nothing is no rival. One that came too soon to be judged is a rival,
    unless the animal answered to this press and not to that one.
    """
    gap_s = (entry.at_us - before.entry.at_us) // US_PER_S
    if before.effect.significant:
        return f"still answering to the press {gap_s} s before"
    if before.effect.significant is None and not (_answered(entry) and not _answered(before.entry)):
        return f"cannot be told apart from the press {gap_s} s before"
    return ""


def _answered(entry: TouchEntry) -> bool:
    return entry.response in (TouchResponse.FLINCHES, TouchResponse.VOCALISES, TouchResponse.BITES)


def _effect(
    ctx: Context, case: CaseState, entry: TouchEntry, until_us: int
) -> tuple[TouchEffect, tuple[touch_response.Response, ...]]:
    """What blood pressure or heart rate did around one touch, at the full rate of the numerics.

    The touch bears the time of our clock, the numerics that of their device: each device is put on our clock by when
    its messages were received, and left out where that cannot be told. Values from ``until_us`` on belong to a later
    press.
    """
    found: list[touch_response.Response] = []
    unsteady = False
    for device, heard in sorted(_by_device(case, _around(ctx, case, entry.at_us)).items()):
        around_us = entry.at_us
        behind_us = _behind_us(heard)
        if behind_us is not None and abs(behind_us) > TOLERANCE_US:
            around_us = entry.at_us - behind_us
            shifted = _by_device(case, _around(ctx, case, around_us)).get(device, [])
            again_us = _behind_us(shifted)
            heard = shifted
            if again_us is None or abs(again_us - behind_us) > TOLERANCE_US:
                behind_us = None
        if behind_us is None:
            unsteady = True
            continue
        series: dict[str, set[tuple[int, float]]] = {}
        for numeric in (numeric for one in heard for numeric in one.message.numerics):
            series.setdefault(numeric.key, set()).add((numeric.at_us + behind_us, numeric.value))
        for derived in _derived(ctx, case, device, around_us):
            series.setdefault(derived.key, set()).add((derived.at_us + behind_us, derived.value))
        own = {
            key: sorted(point for point in series[key] if point[0] < until_us) for key in TOUCH_KEYS if key in series
        }
        found += [touch_response.respond(key, points, entry.at_us) for key, points in own.items()]
    if unsteady and not any(response.significant for response in found):
        why = "the clock of the monitor was not steady around this touch: its values cannot be put beside it"
        return TouchEffect(entry.at_us, None, why, entry.touch_id), tuple(found)
    return _summed(entry, found), tuple(found)


def _around(ctx: Context, case: CaseState, at_us: int) -> list[Heard]:
    return monitor_blocks.read_messages(ctx.store, case.case_id, at_us - _BEFORE_US, at_us + _AFTER_US)


def _derived(ctx: Context, case: CaseState, device: str, at_us: int) -> list[DerivedValue]:
    """What our analysis made of the waves of one device around a moment, on that device's clock."""
    return [
        one.value
        for one in read_derived(ctx.store, case.case_id, at_us - _BEFORE_US, at_us + _AFTER_US)
        if one.device == device and is_evidence(case, one.origin)
    ]


def _by_device(case: CaseState, heard: Iterable[Heard]) -> dict[str, list[Heard]]:
    """Messages with numbers or waves, by what sent them."""
    found: dict[str, list[Heard]] = {}
    for one in heard:
        if (one.message.numerics or one.message.waves) and is_evidence(case, one.message.origin):
            found.setdefault(one.message.device, []).append(one)
    return found


def _behind_us(heard: list[Heard]) -> int | None:
    """How far the device's clock was behind ours; None when the messages do not agree on it (a backlog, a clock that
    was set) or there are none. Without MSH-7 the newest value of a message shows what its clock was."""
    behind = []
    for one in heard:
        sent_us = one.message.sent_us
        if sent_us == one.received_us:
            numbers, waves = one.message.numerics, one.message.waves
            sent_us = max([*(number.at_us for number in numbers), *(wave_end_us(wave) for wave in waves)])
        behind.append(one.received_us - sent_us)
    if not behind:
        return None
    middle_us = round(median(behind))
    off = sum(1 for one_us in behind if abs(one_us - middle_us) > TOLERANCE_US)
    return middle_us if off <= len(behind) // 10 else None


def _summed(entry: TouchEntry, found: list[touch_response.Response]) -> TouchEffect:
    """One significant numeric is enough to say yes; no is said only when one could be judged and none moved."""
    moved = [response for response in found if response.significant]
    said = {response.key for response in moved}
    # What we read off the wave says nothing new beside the monitor's own number.
    again = {other for key, others in STANDS_IN.items() if key in said for other in others}
    moved = [response for response in moved if response.key not in again]
    judged = [response for response in found if response.significant is not None]
    if moved:
        text = f"{', '.join(_moved(response) for response in moved)}: beyond the usual spread"
        return TouchEffect(entry.at_us, True, text, entry.touch_id)
    if judged:
        return TouchEffect(entry.at_us, False, "no change beyond the usual spread", entry.touch_id)
    why = found[0].text if found else "no monitor values around this touch"
    return TouchEffect(entry.at_us, None, why, entry.touch_id)


def _moved(response: touch_response.Response) -> str:
    """``Arterial mean 52 to 68 mmHg (+16, range +12 to +20, after 8 s)``."""
    shown = BY_KEY[response.key]
    effect = f"{response.change:+.0f}, range {response.low:+.0f} to {response.high:+.0f}"
    return (
        f"{shown.label} {response.baseline:.0f} to {response.peak:.0f} {shown.unit} "
        f"({effect}, after {response.peak_after_s:.0f} s)"
    )
