"""Where the marks of an anaesthetic record stand in its chart: the same places on the page and on paper."""

from dataclasses import dataclass

from holdfast.kernel.time import US_PER_MIN
from holdfast.usecases.surgery import AnaestheticRecord

TOP = 200.0
"""Upper end of the scale: rates and pressures of dogs lie below it; what lies above is drawn at the edge."""
LINES = tuple(range(0, 201, 20))
HOUR_MIN = 60.0
NEAR = 0.025
"""Numbers nearer than this share of the width would be printed over each other."""

SHAPES = {
    "hr": "dot",
    "rr": "ring",
    "sys": "down",
    "dia": "up",
    "mean": "dash",
    "cuff_sys": "down",
    "cuff_dia": "up",
    "cuff_mean": "dash",
}
"""As on printed charts: a dot is the heart rate, a ring a breath, the two arrows are the pressures."""


@dataclass(frozen=True)
class Symbol:
    """One mark: ``x`` and ``y`` from 0 to 1, from the left and from the foot."""

    shape: str
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Event:
    """Drugs and events, numbered in the order of time; those that stand too near to each other share a place."""

    label: str
    x: float
    drug: bool
    """One of them is a drug."""


@dataclass(frozen=True)
class Chart:
    symbols: tuple[Symbol, ...]
    events: tuple[Event, ...]
    ticks: tuple[tuple[float, int], ...]
    """(x, when) of every quarter of an hour."""


def chart(record: AnaestheticRecord) -> Chart:
    """The chart of a record; its time axis is at least an hour, so that a short one does not look long."""
    span_us = max(record.until_us - record.began_us, int(HOUR_MIN * US_PER_MIN))
    names = {column.name for column in record.columns}

    def x(at_us: int) -> float:
        return min(1.0, max(0.0, (at_us - record.began_us) / span_us))

    symbols = tuple(
        Symbol(SHAPES[name], name, x(mark.at_us), min(value, TOP) / TOP)
        for mark in record.marks
        for name, value in mark.values.items()
        if name in SHAPES and name in names
    )
    events = _together([(x(one.at_us), one.drug) for one in record.happened])
    quarter_us = 15 * US_PER_MIN
    ticks = tuple((x(at), at) for at in range(record.began_us, record.began_us + span_us + 1, quarter_us))
    return Chart(symbols, events, ticks)


def _together(happened: list[tuple[float, bool]]) -> tuple[Event, ...]:
    groups: list[list[int]] = []
    for number, (x, _) in enumerate(happened):
        if groups and x - happened[groups[-1][0]][0] < NEAR:
            groups[-1].append(number)
        else:
            groups.append([number])
    return tuple(
        Event(
            label=str(group[0] + 1) if len(group) == 1 else f"{group[0] + 1}-{group[-1] + 1}",
            x=happened[group[0]][0],
            drug=any(happened[number][1] for number in group),
        )
        for group in groups
    )
