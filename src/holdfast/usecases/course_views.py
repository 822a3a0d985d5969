"""The course of a case as a screen shows it: what changed, what holds, and what followed each treatment.

Everything is derived from the record at the moment of asking; plain values only, so that it can go out as JSON.
"""

from collections.abc import Sequence
from statistics import median

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.limits import CLOCK_AHEAD_TOLERANCE_S
from holdfast.kernel.time import US_PER_MIN, US_PER_S, age_words
from holdfast.knowledge import courses as known
from holdfast.knowledge.courses import Courses
from holdfast.monitoring import change_points, response
from holdfast.monitoring.cells import is_sparse
from holdfast.monitoring.expected_course import compare
from holdfast.monitoring.given import Given, given
from holdfast.monitoring.response import Window
from holdfast.monitoring.shown import BY_KEY
from holdfast.record.case_entries import TreatmentEntry
from holdfast.record.case_state import CaseState
from holdfast.usecases.context import Context
from holdfast.usecases.evidence import is_evidence, touches_seen

CHANGES_MIN = 240
"""Changes of level are told for so long (estimate: half a shift)."""

TREATMENTS_MIN = 480
TREATMENTS_MOST = 12
"""What was given in so many minutes, the newest first, and at most so many (estimates)."""

TOUCHES_MIN = 60
"""Touches are told for so long (estimate)."""

STANDING = ("deterioration", "sustained_improvement")
"""States over hours; they stand among the monitor conditions of the case."""

_Series = dict[str, list[tuple[int, float]]]


class StandingView(msgspec.Struct, frozen=True, kw_only=True):
    """A state that holds."""

    kind: str
    text: str
    began_us: int


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One number changed its level."""

    key: str
    label: str
    unit: str
    onset_us: int
    before: float
    after: float
    low: float
    high: float
    text: str


class WindowView(msgspec.Struct, frozen=True, kw_only=True):
    from_min: int
    to_min: int
    verdict: str
    """changed, no change seen, cannot say or not known."""
    text: str
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None


class SignView(msgspec.Struct, frozen=True, kw_only=True):
    """One number around one treatment."""

    sign: str
    label: str
    unit: str
    source: str
    """Which numeric it was taken from."""
    windows: tuple[WindowView, ...]


class ExpectedView(msgspec.Struct, frozen=True, kw_only=True):
    """One effect that may be expected, and whether it was seen."""

    sign: str
    label: str
    expected: str
    verdict: str
    """as expected, less than expected, opposite to expected or cannot say."""
    text: str
    grade: str
    source: str
    note: str


class TreatmentView(msgspec.Struct, frozen=True, kw_only=True):
    treatment_id: str
    what: str
    amount: str
    category: str
    at_us: int
    signs: tuple[SignView, ...]
    expected: tuple[ExpectedView, ...]


class TouchView(msgspec.Struct, frozen=True, kw_only=True):
    """What the monitor did in the seconds after one touch."""

    touch_id: str
    at_us: int
    side: str
    region: str
    significant: bool | None
    """None: cannot say, and ``text`` says why."""
    text: str


class CourseView(msgspec.Struct, frozen=True, kw_only=True):
    """The course of a case at one moment."""

    case_id: str
    at_us: int
    release: str
    """Which file of expected courses it was compared with."""
    standing: tuple[StandingView, ...]
    changes: tuple[ChangeView, ...]
    """Newest first."""
    treatments: tuple[TreatmentView, ...]
    """Newest first."""
    touches: tuple[TouchView, ...]
    """Of the last hour, newest first."""


def course_view(ctx: Context, case_id: str, now_us: int) -> CourseView:
    """The course of a case now; raises ``NotFoundError``."""
    case, courses = ctx.book.case(case_id), known.load()
    recent = [one for one in case.treatments if one.at_us > now_us - TREATMENTS_MIN * US_PER_MIN]
    recent = sorted(recent, key=lambda one: one.at_us)[-TREATMENTS_MOST:]
    first_us = min(
        [now_us - CHANGES_MIN * US_PER_MIN, *(one.at_us - response.BEFORE_MIN * US_PER_MIN for one in recent)]
    )
    series = _series(ctx, case, courses, first_us, now_us + int(CLOCK_AHEAD_TOLERANCE_S * US_PER_S))
    entries = dict(zip(case.treatments, [given(courses, [one])[0] for one in case.treatments], strict=True))
    return CourseView(
        case_id=case_id,
        at_us=now_us,
        release=courses.release,
        standing=tuple(
            StandingView(kind=one.condition, text=one.text, began_us=one.began_us)
            for one in case.conditions
            if one.condition in STANDING and one.ended_us is None
        ),
        changes=_changes(courses, series, now_us),
        treatments=tuple(
            _treatment(courses, one, entries[one], list(case.treatments), series, now_us) for one in reversed(recent)
        ),
        touches=tuple(
            TouchView(
                touch_id=seen.entry.touch_id,
                at_us=seen.entry.at_us,
                side=seen.entry.side,
                region=seen.entry.region,
                significant=seen.effect.significant,
                text=seen.effect.text,
            )
            for seen in reversed(touches_seen(ctx, case, now_us - TOUCHES_MIN * US_PER_MIN))
        ),
    )


def _series(ctx: Context, case: CaseState, courses: Courses, from_us: int, to_us: int) -> _Series:
    keys = tuple(source for sign in courses.signs for source in sign.sources)
    series: _Series = {}
    for point in ctx.store.trend(case.case_id, from_us=from_us, to_us=to_us, keys=keys):
        if is_evidence(case, point.origin):
            series.setdefault(point.key, []).append((point.at_us, point.last))
    return series


def _changes(courses: Courses, series: _Series, now_us: int) -> tuple[ChangeView, ...]:
    """Changes of level of every sign, minute by minute."""
    views = []
    for sign in courses.signs:
        source = next((key for key in sign.sources if key in series), None)
        if source is None or is_sparse(source):
            continue
        shown = BY_KEY[source]
        for one in change_points.changes(_by_minute(series[source], now_us), shown.notable_change):
            way = "rose" if one.after > one.before else "fell"
            digits = shown.decimals
            text = (
                f"{shown.label} {way} from {one.before:.{digits}f} to {one.after:.{digits}f} {shown.unit} "
                f"(by {one.low:+.{digits}f} to {one.high:+.{digits}f}) {age_words(now_us - one.onset_us)} ago"
            )
            views.append(
                ChangeView(
                    key=source,
                    label=shown.label,
                    unit=shown.unit,
                    onset_us=one.onset_us,
                    before=one.before,
                    after=one.after,
                    low=one.low,
                    high=one.high,
                    text=text,
                )
            )
    return tuple(sorted(views, key=lambda one: -one.onset_us))


def _by_minute(points: Sequence[tuple[int, float]], now_us: int) -> list[tuple[int, float]]:
    minutes: dict[int, list[float]] = {}
    for at_us, value in points:
        if at_us > now_us - CHANGES_MIN * US_PER_MIN:
            minutes.setdefault(at_us // US_PER_MIN, []).append(value)
    return [(minute * US_PER_MIN, median(values)) for minute, values in sorted(minutes.items())]


def _treatment(
    courses: Courses,
    entry: TreatmentEntry,
    expected: Given,
    all_given: Sequence[TreatmentEntry],
    series: _Series,
    now_us: int,
) -> TreatmentView:
    others = [(one.at_us, one.what) for one in all_given if one is not entry]
    seen: dict[str, tuple[str, tuple[Window, ...]]] = {}
    for sign in courses.signs:
        source = next((key for key in sign.sources if _has_around(series.get(key, ()), entry.at_us)), None)
        if source is not None:
            seen[sign.key] = (source, _windows(source, series[source], entry.at_us, now_us, others))
    compared = compare(courses, expected, {key: windows for key, (_, windows) in seen.items()})
    return TreatmentView(
        treatment_id=entry.treatment_id,
        what=entry.what,
        amount=entry.amount,
        category=entry.category,
        at_us=entry.at_us,
        signs=tuple(
            SignView(
                sign=key,
                label=courses.sign(key).label,
                unit=courses.sign(key).unit,
                source=source,
                windows=tuple(_window(one) for one in windows),
            )
            for key, (source, windows) in seen.items()
        ),
        expected=tuple(typed.convert(one, ExpectedView, from_attributes=True) for one in compared),
    )


def _has_around(points: Sequence[tuple[int, float]], at_us: int) -> bool:
    return any(at_us - response.BEFORE_MIN * US_PER_MIN <= one < at_us for one, _ in points)


def _windows(
    source: str,
    points: Sequence[tuple[int, float]],
    given_us: int,
    now_us: int,
    others: Sequence[tuple[int, str]],
) -> tuple[Window, ...]:
    floor = BY_KEY[source].notable_change
    return response.respond(points, given_us, now_us, floor=floor, sparse=is_sparse(source), others=others)


def _window(one: Window) -> WindowView:
    return WindowView(
        from_min=one.from_min,
        to_min=one.to_min,
        verdict=one.verdict,
        text=one.text,
        before=one.before,
        after=one.after,
        change=one.change.change if one.change else None,
        low=one.change.low if one.change else None,
        high=one.change.high if one.change else None,
    )
