"""A ``MonitorMessage`` as an IHE PCD-01 shaped ORU^R01: for replays, drills and tests.

Simulated data is marked T in MSH-11, replayed data by the sender's name, so that whoever receives it
(Holdfast too) can never take it for a live measurement.
"""

import math

import numpy as np
from numpy.typing import NDArray

from holdfast.gateways.hl7.codes import codes
from holdfast.gateways.hl7.dtm import format_dtm
from holdfast.gateways.hl7.er7 import STANDARD, escape
from holdfast.gateways.hl7.header import OURS, REPLAY
from holdfast.kernel.time import US_PER_S
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave

_PROFILE = "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
_COUNT_MAX = 32_000  # below every number that a reader could take for "no sample"
_EUI64_LENGTH = 16


def encode_message(message: MonitorMessage) -> bytes:
    """ER7 bytes without framing. Numerics and waves; refusals and alerts are not sent on."""
    offset_min = message.numerics[0].utc_offset_min if message.numerics else 0
    device_type = "EUI-64" if len(message.device) == _EUI64_LENGTH else "L"
    sender = REPLAY if message.origin is Origin.REPLAYED else OURS
    mode = "T" if message.origin is Origin.SIMULATED else "P"
    sent = format_dtm(message.sent_us, offset_min)
    lines = [
        f"MSH|{STANDARD.encoding_characters}|{sender}^{escape(message.device)}^{device_type}||||{sent}||ORU^R01^ORU_R01|"
        f"{escape(message.control_id)}|{mode}|2.6|||AL|NE||UNICODE UTF-8|||{_PROFILE}",
        "PID|||^^^^PI||^^^^^^U",
        f"OBR|1|||182777000^monitoring of patient^SCT|||{sent}",
    ]
    rows = [_numeric_row(numeric) for numeric in message.numerics]
    group_breaks: dict[int, str] = {}
    for index, wave in enumerate(message.waves, start=1):
        group_breaks[len(rows)] = _wave_group(index + 1, wave)
        rows.extend(_wave_rows(wave, f"1.0.{index}.1"))
    for number, row in enumerate(rows, start=1):
        if number - 1 in group_breaks:
            lines.append(group_breaks[number - 1])
        lines.append(f"OBX|{number}|{row}")
    return ("\r".join(lines) + "\r").encode("utf-8")


def _numeric_row(numeric: Numeric) -> str:
    time = format_dtm(numeric.at_us, numeric.utc_offset_min)
    name = f"{escape(numeric.code)}^{escape(numeric.name)}^MDC"
    return f"NM|{name}|{escape(numeric.channel)}|{numeric.value!r}|{_unit(numeric.unit)}|||||R|||{time}"


def _wave_group(number: int, wave: Wave) -> str:
    duration_us = round(len(wave.samples) // 4 / wave.rate_hz * US_PER_S)
    start, end = format_dtm(wave.start_us), format_dtm(wave.start_us + duration_us)
    return f"OBR|{number}|||CONTINUOUS WAVEFORM|||{start}|{end}"


def _wave_rows(wave: Wave, sub_id: str) -> list[str]:
    values = np.frombuffer(wave.samples, dtype="<f4").astype(np.float64)
    counts = _counts(values, wave.resolution)
    text = _as_integers(counts) if counts is not None else _as_decimals(values)
    unit = _unit(wave.unit)
    start = format_dtm(wave.start_us)
    rows = [
        f"NA|{escape(wave.code)}^{escape(wave.name)}^MDC|{sub_id}|{text}|{unit}|||||R|||{start}",
        f"NM|0^MDC_ATTR_SAMP_RATE^MDC|{sub_id}.1|{wave.rate_hz!r}|264608^MDC_DIM_PER_SEC^MDC|||||R",
    ]
    if counts is not None:
        rows.append(f"NM|2327^MDC_ATTR_NU_MSMT_RES^MDC|{sub_id}.2|{wave.resolution!r}|{unit}|||||R")
    if wave.inoperative:
        rows.append(f"NM|196660^MDC_EVT_INOP^MDC|{sub_id}.3|1||||||R")
    return rows


def _counts(values: NDArray[np.float64], resolution: float) -> NDArray[np.float64] | None:
    """Steps of the converter; ``None`` when there is no usable resolution, and values are sent instead."""
    if not resolution > 0 or not math.isfinite(resolution):
        return None
    counts = np.round(values / resolution)
    return counts if np.all(np.isnan(counts) | (np.abs(counts) <= _COUNT_MAX)) else None


def _as_integers(counts: NDArray[np.float64]) -> str:
    return "^".join("" if math.isnan(count) else str(int(count)) for count in counts.tolist())


def _as_decimals(values: NDArray[np.float64]) -> str:
    """Nine significant digits carry a float32 exactly; the point says that they are values, not counts."""
    return "^".join("" if not math.isfinite(value) else f"{value:#.9g}" for value in values.tolist())


def _unit(unit: str) -> str:
    known = codes().units.get(unit)
    if known is None:
        return escape(unit)
    return f"{known.numbers[0]}^{known.names[0]}^MDC"
