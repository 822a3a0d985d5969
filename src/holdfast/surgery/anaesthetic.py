"""The anaesthetic record: one line every few minutes, drawn from what the monitor said. What was not measured stays
empty; no value is carried on from the line before.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from holdfast.kernel.time import US_PER_MIN, US_PER_S


@dataclass(frozen=True)
class Column:
    """One number of the record; ``keys``: the numerics it may come from, the better first."""

    name: str
    label: str
    unit: str
    keys: tuple[str, ...]
    decimals: int = 0
    spot: bool = False
    """Read now and then (a cuff, a thermometer)."""


COLUMNS: tuple[Column, ...] = (
    Column("hr", "HR", "/min", ("hr", "heart_rate", "hr_ecg", "pulse")),
    Column("rr", "RR", "/min", ("rr", "breath_rate", "rr_co2", "rr_resp")),
    Column("spo2", "SpO2", "%", ("spo2",)),
    Column("etco2", "EtCO2", "mmHg", ("etco2", "etco2_wave")),
    Column("sys", "SAP", "mmHg", ("art_sys", "art_sys_wave")),
    Column("mean", "MAP", "mmHg", ("art_mean", "art_mean_wave")),
    Column("dia", "DAP", "mmHg", ("art_dia", "art_dia_wave")),
    Column("cuff_sys", "Cuff S", "mmHg", ("nibp_sys",), spot=True),
    Column("cuff_mean", "Cuff M", "mmHg", ("nibp_mean",), spot=True),
    Column("cuff_dia", "Cuff D", "mmHg", ("nibp_dia",), spot=True),
    Column("temp", "Temp", "degC", ("temp",), decimals=1, spot=True),
)

KEYS = tuple(key for column in COLUMNS for key in column.keys)
Points = Mapping[str, Sequence[tuple[int, float]]]
"""(when, value) by key of the numeric, in the order of time."""


@dataclass(frozen=True)
class Mark:
    """One line of the record."""

    at_us: int
    values: dict[str, float]
    """By column; one that is missing was not measured then."""


def marks(
    points: Points, began_us: int, until_us: int, *, every_min: float, continuous_s: float, spot_s: float
) -> tuple[Mark, ...]:
    """A line at the beginning and every ``every_min`` from there, up to ``until_us``."""
    step_us = int(every_min * US_PER_MIN)
    return tuple(
        Mark(at_us, _values(points, at_us, continuous_s, spot_s)) for at_us in range(began_us, until_us + 1, step_us)
    )


def _values(points: Points, at_us: int, continuous_s: float, spot_s: float) -> dict[str, float]:
    found = {}
    for column in COLUMNS:
        since_us = at_us - int((spot_s if column.spot else continuous_s) * US_PER_S)
        for key in column.keys:
            rows = points.get(key, ())
            first = bisect_right(rows, since_us, key=_when)
            if within := rows[first : bisect_right(rows, at_us, key=_when)]:
                value = within[-1][1] if column.spot else median(value for _, value in within)
                found[column.name] = round(value, column.decimals)
                break
    return found


def _when(point: tuple[int, float]) -> int:
    return point[0]


def shown(marks_: Sequence[Mark]) -> tuple[Column, ...]:
    """The columns that were measured at least once; heart rate and breathing always, so that their want is seen."""
    return tuple(
        column
        for column in COLUMNS
        if column.name in ("hr", "rr") or any(column.name in mark.values for mark in marks_)
    )
