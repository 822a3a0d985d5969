"""Waveform rows: samples in OBX-5, and what the rows after them say about rate, resolution and lead."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holdfast.gateways.hl7.codes import Identity, Unit, find_unit, identify
from holdfast.gateways.hl7.rows import SAMPLE_TYPES, Role, Row
from holdfast.gateways.hl7.values import NotCharted, check_marks, plain_number
from holdfast.kernel import limits
from holdfast.kernel.time import US_PER_S
from holdfast.record.monitor import Wave

SAMP_RATE = "MDC_ATTR_SAMP_RATE"
SAMP_PERIOD = "MDC_ATTR_TIME_PD_SAMP"
RESOLUTION = "MDC_ATTR_NU_MSMT_RES"
INOPERATIVE = "MDC_EVT_INOP"
LEAD_OFF = "The sender says that this sensor or lead is off: its samples are not the animal's."

_SAMPLES = re.compile(r"[0-9eE+\-.\s^]*")
_RATE_IN_NAME = re.compile(r"@\s*(\d+(?:\.\d+)?)")
_RATE_FROM_WINDOW_MIN_HZ = 1.0
_RESOLUTION_MIN, _RESOLUTION_MAX = 1e-9, 1e9  # no converter has a step outside, and nothing may overflow by it
_MISSING_COUNTS = (32767.0, -32768.0, 65535.0, 8388607.0, -8388608.0, 2147483647.0, -2147483648.0)
_SMALLEST_MISSING_COUNT = min(abs(count) for count in _MISSING_COUNTS)
_OUTSIDE_TIME = "The samples lie outside the years 1990 to 2200: the sender's clock is not set."
_WITHOUT_UNIT = ("pleth", "resp")
_MISSING_TOKENS = frozenset({"", "nan", '""', "*", "-", "--"})


@dataclass
class Draft:
    """A waveform row and the attribute rows that belong to it."""

    row: Row
    attributes: list[Row] = field(default_factory=list)

    @property
    def is_inoperative(self) -> bool:
        """INOP with anything but 0."""
        return any(row.name == INOPERATIVE and plain_number(row.plain_value) != 0 for row in self.attributes)


def is_waveform(row: Row) -> bool:
    """Sample types, and several numbers under the code of a waveform."""
    if row.role is not Role.MEASURE:
        return False
    if row.kind in SAMPLE_TYPES:
        return True
    separator = row.segment.separators.component
    return row.value.count(separator) >= 2 and identify(row.identifier, waveform=True).term is not None


def collect(rows: Sequence[Row]) -> tuple[dict[int, Draft], set[int]]:
    """Waveforms with their attributes by the index of their row, and the indices of all rows that were used.

    An attribute belongs to the waveform of the same OBR whose sub-id is its own without the last part;
    where sub-ids are missing or repeated, to the waveform just before it.
    """
    drafts: dict[int, Draft] = {}
    by_sub_id: dict[tuple[int, str], Draft] = {}
    for index, row in enumerate(rows):
        if is_waveform(row):
            drafts[index] = by_sub_id[row.group, row.sub_id] = Draft(row)
    used = set(drafts)
    latest: Draft | None = None
    for index, row in enumerate(rows):
        if index in drafts:
            latest = drafts[index]
            continue
        if row.role is not Role.ATTRIBUTE and row.name != INOPERATIVE:
            continue
        owner = by_sub_id.get((row.group, row.parent)) if row.parent else None
        near = latest if latest and latest.row.group == row.group and row.sub_id in ("", latest.row.sub_id) else None
        if draft := owner or near:
            draft.attributes.append(row)
            used.add(index)
    return drafts, used


@dataclass(frozen=True, slots=True)
class Window:
    """When the samples were taken, as far as the message says."""

    start_us: int | None
    end_us: int | None
    sent_us: int


def read_wave(draft: Draft, identity: Identity, window: Window, *, room: int) -> Wave:
    """The waveform in its canonical unit; raises ``NotCharted``.

    ``room`` is how many samples the message may still hold.
    """
    check_marks(draft.row)
    counts, scaled = _samples(draft.row, room)
    if identity.problem:
        raise NotCharted(identity.problem)
    rate_hz = _rate_hz(draft, len(counts), window)
    duration_us = round(len(counts) / rate_hz * US_PER_S)
    if window.start_us is not None:
        start_us = window.start_us
    else:
        start_us = (window.end_us if window.end_us is not None else window.sent_us) - duration_us
    if not limits.EARLIEST_US <= start_us <= limits.LATEST_US - duration_us:
        raise NotCharted(_OUTSIDE_TIME)
    if draft.is_inoperative:
        # Not even the shape is kept: a flat line must never be seen where a lead fell off.
        unit, resolution = (identity.term.unit if identity.term else "1"), 0.0
        counts = np.full(len(counts), np.nan)
    else:
        resolution = _resolution(draft)
        found = _unit(draft, identity)
        unit = found.to if found else "1"
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and then missing
            if resolution and not scaled:
                counts = counts * resolution
            if found:
                counts = counts * found.factor + found.offset
                resolution *= found.factor
    with np.errstate(over="ignore"):
        samples = counts.astype("<f4")
    samples[np.isinf(samples)] = np.nan
    return Wave(
        key=identity.key,
        code=identity.code,
        name=identity.name,
        unit=unit,
        rate_hz=rate_hz,
        start_us=start_us,
        samples=samples.tobytes(),
        resolution=resolution,
        inoperative=draft.is_inoperative,
    )


def _samples(row: Row, room: int) -> tuple[NDArray[np.float64], bool]:
    """Samples as sent (NaN where missing), and whether the sender scaled them already."""
    separators = row.segment.separators
    text = row.value.strip()
    if separators.component in text and separators.repetition in text:
        raise NotCharted("The row holds several waveforms in one (multiplexed); that form is not read.")
    text = text.replace(separators.repetition, "^").replace(separators.component, "^")
    if not any(character.isdigit() for character in text):
        raise NotCharted("There are no samples in the row, only text." if text else "The row holds no samples.")
    count = text.count("^") + 1
    if count > room:
        most = limits.SAMPLES_PER_MESSAGE_MAX
        raise NotCharted(f"With the {count} samples of this row the message holds more than {most}, which is the most.")
    tokens = text.split("^")
    values = _numbers(tokens, plain=_SAMPLES.fullmatch(text) is not None)
    scaled = "." in text or "e" in text.lower()
    if not scaled and np.any(np.abs(values) >= _SMALLEST_MISSING_COUNT):
        values[np.isin(values, _MISSING_COUNTS)] = np.nan
    return values, scaled


def _numbers(tokens: list[str], *, plain: bool) -> NDArray[np.float64]:
    """Tokens as numbers. ``plain``: nothing but digits, signs and points in them (the usual case, and fast)."""
    if plain:
        try:
            return np.array(list(map(float, tokens)))
        except ValueError:
            pass  # some are empty
    cleaned = [token.strip().lower() for token in tokens]
    numbers = [math.nan if token in _MISSING_TOKENS else plain_number(token) for token in cleaned]
    if None in numbers:
        raise NotCharted("Some of the samples are not numbers.")
    return np.array(numbers, dtype=np.float64)


def _rate_hz(draft: Draft, count: int, window: Window) -> float:
    rate: float | None = None
    for row in draft.attributes:
        number = plain_number(row.plain_value)
        if row.name == SAMP_RATE:
            rate = number
        elif row.name == SAMP_PERIOD and number:
            unit, _ = find_unit(row.unit)
            period_s = number * (unit.factor if unit and unit.to == "s" else 1.0)
            rate = 1.0 / period_s if period_s else math.inf
    if rate is None:
        in_name = _RATE_IN_NAME.search("^".join(draft.row.identifier))
        rate = float(in_name[1]) if in_name else None
    if rate is None and window.start_us is not None and window.end_us is not None and window.end_us > window.start_us:
        # OBR-7 and OBR-8 bound the samples, so their number gives the rate.
        rate = count * US_PER_S / (window.end_us - window.start_us)
        rate = rate if rate >= _RATE_FROM_WINDOW_MIN_HZ else None
    if rate is None:
        raise NotCharted("The sender did not say how fast the samples were taken.")
    if not limits.SAMPLE_RATE_MIN_HZ <= rate <= limits.SAMPLE_RATE_MAX_HZ:
        raise NotCharted(f"Impossible sample rate: {rate:g} Hz.")
    return rate


def _resolution(draft: Draft) -> float:
    for row in draft.attributes:
        if row.name == RESOLUTION:
            number = plain_number(row.plain_value)
            if number is None or not _RESOLUTION_MIN <= number <= _RESOLUTION_MAX:
                raise NotCharted(f"The resolution of the samples cannot be read: {row.plain_value}.")
            return number
    return 0.0


def _unit(draft: Draft, identity: Identity) -> Unit | None:
    """From the row itself, else from its resolution row. ``None``: a curve without a unit (pleth, resp)."""
    shape_only = identity.key in _WITHOUT_UNIT
    sources = [draft.row, *(row for row in draft.attributes if row.name == RESOLUTION)]
    for row in sources:
        unit, problem = find_unit(row.unit)
        if problem and not shape_only:
            raise NotCharted(problem)
        if unit is None:
            continue
        if identity.term and unit.to != identity.term.unit and not shape_only:
            raise NotCharted(f"The unit {unit.label} does not fit a waveform of {identity.term.main_name}.")
        return unit
    if shape_only:
        return None
    raise NotCharted("The sender wrote no unit for the samples, so their size is unknown.")
