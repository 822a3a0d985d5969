"""The examination as a screen shows it: each press with what the monitor did in the seconds after it."""

import msgspec

from holdfast.monitoring.shown import BY_KEY
from holdfast.record.case_state import CaseState
from holdfast.signals.touch_response import Response
from holdfast.usecases.context import Context
from holdfast.usecases.evidence import STANDS_IN, TouchSeen, touches_seen
from holdfast.usecases.examination import pain_pattern
from holdfast.usecases.timeline import touch_place

TOUCHES_SHOWN = 40
"""Presses on one screen, newest first: an examination has some twenty."""
_FAMILIES = (
    ("hr", "Heart", ("hr", "hr_ecg")),
    ("pressure", "Pressure", ("art_mean", "art_mean_wave", "art_sys", "art_sys_wave")),
    ("rr", "Breathing", ("rr", "rr_resp")),
)
"""What is shown beside a press, from the first numeric of each that could be judged."""


class NumberView(msgspec.Struct, frozen=True, kw_only=True):
    """What one number did around a press."""

    kind: str
    """hr, pressure or rr."""
    label: str
    source: str
    """Which numeric it was."""
    unit: str
    before: float | None
    peak: float | None
    after_s: float | None
    significant: bool | None
    text: str
    """Why nothing can be said, where ``significant`` is None."""


class PressView(msgspec.Struct, frozen=True, kw_only=True):
    """One press."""

    touch_id: str
    at_us: int
    side: str
    region: str
    where: str
    strength: str
    response: str
    note: str
    actor: str
    significant: bool | None
    """Whether the monitor answered; None: cannot say, and ``text`` says why."""
    text: str
    numbers: tuple[NumberView, ...]


class PatternView(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    """focal, diffuse, unclear, quiet or none."""
    reason: str
    findings: tuple[str, ...]


class ExamView(msgspec.Struct, frozen=True, kw_only=True):
    """Presses, newest first, and what they say together."""

    case_id: str
    at_us: int
    pattern: PatternView
    presses: tuple[PressView, ...]


def exam_view(ctx: Context, case_id: str, now_us: int) -> ExamView:
    """The presses of a case as of now; raises ``NotFoundError``."""
    case = ctx.book.case(case_id)
    found = pain_pattern(ctx, case)
    return ExamView(
        case_id=case_id,
        at_us=now_us,
        pattern=PatternView(kind=found.kind, reason=found.reason, findings=found.findings),
        presses=tuple(_press(ctx, seen) for seen in reversed(_newest(ctx, case))),
    )


def _newest(ctx: Context, case: CaseState) -> tuple[TouchSeen, ...]:
    ordered = sorted(entry.at_us for entry in case.standing_touches)
    if not ordered:
        return ()
    since_us = ordered[-TOUCHES_SHOWN] if len(ordered) > TOUCHES_SHOWN else ordered[0]
    return touches_seen(ctx, case, since_us)


def _press(ctx: Context, seen: TouchSeen) -> PressView:
    entry = seen.entry
    return PressView(
        touch_id=entry.touch_id,
        at_us=entry.at_us,
        side=entry.side,
        region=entry.region,
        where=touch_place(ctx, entry.side, entry.region),
        strength=entry.strength.value,
        response=entry.response.value,
        note=entry.note,
        actor=entry.actor,
        significant=seen.effect.significant,
        text=seen.effect.text,
        numbers=tuple(_number(kind, label, best) for kind, label, best in _best(seen.numbers)),
    )


def _best(numbers: tuple[Response, ...]) -> list[tuple[str, str, Response]]:
    """Of each family the one that moved beyond its spread, else the first that could be judged, else the first."""
    chosen = []
    for kind, label, keys in _FAMILIES:
        own = sorted((one for one in numbers if one.key in keys), key=lambda one: keys.index(one.key))
        own.sort(key=lambda one: (not one.significant, one.significant is None))
        if own:
            chosen.append((kind, label, own[0]))
    return chosen


def _number(kind: str, label: str, one: Response) -> NumberView:
    ours = {other for others in STANDS_IN.values() for other in others}
    return NumberView(
        kind=kind,
        label=label,
        source=f"{BY_KEY[one.key].label}{', our count' if one.key in ours else ''}",
        unit=BY_KEY[one.key].unit,
        before=one.baseline,
        peak=one.peak,
        after_s=one.peak_after_s,
        significant=one.significant,
        text=one.text,
    )
