"""Trends exported by a monitor as CSV, as numerics.

Exports are made for spreadsheets: lines of preamble, two or three header rows, units that are wrong, zeros for sensors
that were never connected, clock times without a date. What cannot be the animal's is refused with the reason.
Times carry no zone; they are taken as UTC.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from holdfast.gateways.files.columns import Column, column_for
from holdfast.kernel.errors import SenderError
from holdfast.kernel.time import from_datetime
from holdfast.record.monitor import Numeric, Refusal

BYTES_MAX = 64 * 1024 * 1024
"""A day of one row per second with 50 columns is about 20 MB."""

SPAN_MAX = timedelta(days=31)
"""From the first to the last row. A longer stretch is a wrong date in one of them: no monitor keeps trends so long."""

HEADER_WITHIN_ROWS = 60
"""The row of column names stands near the top."""

_DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
_MISSING = frozenset({"", "-", "--", "---", "n/a", "na", "nan", "none", "null"})


@dataclass(frozen=True)
class CsvExport:
    """What an export holds, ordered by time."""

    name: str
    start_us: int
    duration_s: float
    numerics: tuple[Numeric, ...]
    refused: tuple[Refusal, ...]
    """One per column and reason: which rows were not charted and why, with the first as an example."""
    unused: tuple[str, ...]
    """Columns that nothing is made of."""


def read(path: Path) -> CsvExport:
    """Read an export. SenderError when it is not a table with a time column, or nothing in it is known."""
    try:
        if path.stat().st_size > BYTES_MAX:
            raise SenderError(f"{path.name} is larger than {BYTES_MAX >> 20} MB.", "Export a shorter stretch.")
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise SenderError(f"{path.name} cannot be read ({error.strerror}).", "Check the path.") from error
    return parse(path.stem, text)


def parse(name: str, text: str) -> CsvExport:
    """The same for text that was already read."""
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\0", ""), newline="")))
    except csv.Error as error:
        raise SenderError(f"{name} is not a CSV file ({error}).", _REMEDY) from error
    at = _header_row(rows)
    if at is None:
        raise SenderError(f"{name} has no row of column names with a time.", _REMEDY)
    names = [cell.strip() for cell in rows[at]]
    clock = next(i for i, cell in enumerate(names) if cell.lower() in _TIME_NAMES)
    units = rows[at + 1] if at + 1 < len(rows) and _moment(rows[at + 1], clock) is None else []
    columns, unused = _columns(names, units)
    if not columns:
        raise SenderError(f"None of the columns of {name} is known.", f"It has: {', '.join(n for n in names if n)}.")
    day_column = next((i for i, cell in enumerate(names) if cell.lower() == "date"), None)
    return _collect(name, rows[at + 1 + bool(units) :], clock, day_column, _preamble_day(rows[:at]), columns, unused)


_REMEDY = "Export the trends as comma-separated text with a header row."
_TIME_NAMES = ("time", "datetime", "timestamp")


def _header_row(rows: Sequence[Sequence[str]]) -> int | None:
    for i, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        cells = [cell.strip().lower() for cell in row]
        if any(cell in _TIME_NAMES for cell in cells[:3]) and sum(bool(cell) for cell in cells) >= 2:
            following = rows[i + 1 : i + 4]
            clock = next(k for k, cell in enumerate(cells) if cell in _TIME_NAMES)
            if any(_moment(row, clock) is not None for row in following):
                return i
    return None


def _columns(names: Sequence[str], units: Sequence[str]) -> tuple[dict[int, Column], tuple[str, ...]]:
    """Which columns are charted as what. A name that stands twice is ambiguous (set and measured), and is not."""
    counts = Counter(name.lower() for name in names)
    columns: dict[int, Column] = {}
    unused = []
    for i, name in enumerate(names):
        if not name or name.lower() in (*_TIME_NAMES, "date"):
            continue
        unit = units[i].strip() if i < len(units) else ""
        column = column_for(name, unit) if counts[name.lower()] == 1 else None
        if column is None:
            unused.append(name)
        else:
            columns[i] = column
    return columns, tuple(unused)


def _collect(
    name: str,
    rows: Sequence[Sequence[str]],
    clock: int,
    day_column: int | None,
    day: date | None,
    columns: dict[int, Column],
    unused: tuple[str, ...],
) -> CsvExport:
    numerics: list[Numeric] = []
    refusals: dict[tuple[int, str], list[str]] = {}
    before: datetime | None = None
    first: datetime | None = None
    last: datetime | None = None
    for row in rows:
        moment = _moment(row, clock)
        if moment is None:
            continue
        if isinstance(moment, time):
            today = (_day(row[day_column]) if day_column is not None and day_column < len(row) else None) or day
            if today is None:
                raise SenderError(f"{name} gives times of day but no date.", "Add a line 'Date,<day>' at its top.")
            moment = datetime.combine(today, moment, tzinfo=UTC)
            if day_column is None and before is not None and moment < before - timedelta(hours=12):
                day, moment = today + timedelta(days=1), moment + timedelta(days=1)
        before = moment
        # Some exports have the newest row on top.
        first, last = min(first or moment, moment), max(last or moment, moment)
        at_us = from_datetime(moment)
        for i, column in columns.items():
            cell = row[i].strip() if i < len(row) else ""
            if cell.lower() in _MISSING:
                continue
            value = _number(cell)
            reason = column.refuse(value)
            if value is None or reason:
                refusals.setdefault((i, reason), []).append(f"{moment:%H:%M:%S} {cell}")
            else:
                numerics.append(column.numeric(value, at_us))
    if first is None or last is None:
        raise SenderError(f"{name} has column names but no rows.", _REMEDY)
    if last - first > SPAN_MAX:
        raise SenderError(
            f"{name} spans {(last - first).days} days, from {first:%Y-%m-%d} to {last:%Y-%m-%d}.",
            f"Correct its dates, or export at most {SPAN_MAX.days} days.",
        )
    refused = tuple(
        Refusal(segment=f"{columns[i].label}: {seen[0]}", reason=f"{reason} ({len(seen)} rows)", key=columns[i].key)
        for (i, reason), seen in refusals.items()
    )
    numerics.sort(key=lambda numeric: numeric.at_us)
    return CsvExport(name, from_datetime(first), (last - first).total_seconds(), tuple(numerics), refused, unused)


def _moment(row: Sequence[str], clock: int) -> datetime | time | None:
    """The row's time, with its date when the cell holds one; None when the cell is not a time."""
    cell = row[clock].strip() if clock < len(row) else ""
    if ":" not in cell:
        return None
    try:
        if _DAY.match(cell):
            moment = datetime.fromisoformat(cell)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return time.fromisoformat(cell.zfill(len("00:00:00")) if cell.count(":") == 2 else cell)
    except ValueError:
        return None


def _day(cell: str) -> date | None:
    """A date as exports write it; day first where both readings are possible (the exports seen are European)."""
    found = _DAY.fullmatch(cell.strip())
    if found is None:
        return None
    first, month, last = (int(part) for part in found.groups())
    year, day = (first, last) if first > 31 else (last, first)
    if month > 12:
        month, day = day, month
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _preamble_day(rows: Sequence[Sequence[str]]) -> date | None:
    for row in rows:
        if len(row) >= 2 and row[0].strip().rstrip(":").lower() == "date":
            return _day(row[1])
    return None


def _number(cell: str) -> float | None:
    """A number as exports write it; a decimal comma is read as a point."""
    text = cell.replace(",", ".") if re.fullmatch(r"[+-]?\d+,\d+", cell) else cell
    try:
        return float(text)
    except ValueError:
        return None
