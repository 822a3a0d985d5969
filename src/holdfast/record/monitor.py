"""What a bedside monitor said, after reading and before anything is made of it.

These types are the meeting point of every way in (HL7, a replayed file, a simulated dog) and
everything behind it (storage, live analysis, the board).
"""

from enum import StrEnum

import msgspec


class Origin(StrEnum):
    """Where monitor data comes from. Only ``live`` data was measured on the patient just now."""

    LIVE = "live"
    REPLAYED = "replayed"
    SIMULATED = "simulated"


class Numeric(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value with its own time, in the canonical unit of its key."""

    key: str
    """Canonical short key (``hr``, ``spo2``, ``nibp_mean`` ...); ``mdc:<number>`` for a code we do not know."""
    code: str
    """MDC number as text, as in ISO/IEEE 11073-10101."""
    name: str
    """MDC reference identifier, e.g. ``MDC_ECG_HEART_RATE``."""
    value: float
    unit: str
    """mmHg, degC, %, /min, kg, cm, mL/h, mL, mV, s or 1."""
    at_us: int
    """When it was measured (not when the message was sent)."""
    utc_offset_min: int = 0
    """Offset the sender wrote, kept for showing its own wall clock."""
    channel: str = ""
    """Sub-id of the sender (OBX-4), which tells two sensors of one kind apart."""


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """A run of samples of one waveform, evenly spaced from ``start_us``."""

    key: str
    """ecg_i, ecg_ii, ecg_iii, ecg_v, pleth, resp, art, co2; ``mdc:<number>`` or a lower-case name otherwise."""
    code: str
    name: str
    unit: str
    rate_hz: float
    start_us: int
    samples: bytes
    """float32, little-endian, in ``unit``; NaN where the sender marked a sample missing."""
    resolution: float = 0.0
    """Value of one step of the sender's converter in ``unit``; 0 when it did not say."""
    inoperative: bool = False
    """The sender says that sensor or lead is off: the samples are not the animal's."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not charted, and why: kept and shown, never dropped."""

    segment: str
    """The raw segment text as it came."""
    reason: str
    """One sentence for a person."""
    key: str = ""
    """The canonical key it would have had, so the screen can show ``--`` with the reason."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that the monitor itself raised (IHE PCD-04)."""

    text: str
    priority: str
    """high, medium, low, none or ""."""
    kind: str
    """physiological, technical, advisory or ""."""
    phase: str
    """start, continue, end, present or ""."""
    at_us: int


class MonitorMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message of one device, read."""

    device: str
    """Stable key of the sender (EUI-64, serial or application), plus its bed label where a gateway speaks for many."""
    control_id: str
    sent_us: int
    origin: Origin
    numerics: tuple[Numeric, ...] = ()
    waves: tuple[Wave, ...] = ()
    refused: tuple[Refusal, ...] = ()
    alerts: tuple[Alert, ...] = ()
