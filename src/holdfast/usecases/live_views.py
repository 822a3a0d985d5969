"""What a screen is told about a bed: values with age and source, conditions, signals, samples to draw."""

import msgspec

from holdfast.usecases.alarm_views import AlarmsView

WAVE_LABELS = {
    "ecg_i": "ECG I",
    "ecg_ii": "ECG II",
    "ecg_iii": "ECG III",
    "ecg_v": "ECG V",
    "ecg": "ECG",
    "pleth": "Pleth",
    "art": "Arterial pressure",
    "resp": "Respiration",
    "co2": "CO2",
}


class ValueView(msgspec.Struct, frozen=True, kw_only=True):
    """One number as a screen shows it."""

    key: str
    label: str
    value: float | None
    text: str
    unit: str
    at_us: int | None
    age_s: float | None
    age: str
    source: str
    state: str
    """fresh, stale or blank."""
    reason: str = ""
    group: str = "monitor"
    """monitor (measured by it), analysis (ours) or variability (ours, over minutes)."""
    quality: str = ""
    """good or fair, of our analysis; empty for what the monitor measured."""
    note: str = ""
    """What to keep in mind with it, in one sentence: another signal says something else, for one."""


class ConditionView(msgspec.Struct, frozen=True, kw_only=True):
    condition: str
    text: str
    signal: str
    began_us: int
    technical: bool
    priority: str


class SignalView(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    label: str
    quality: str
    text: str


class BedView(msgspec.Struct, frozen=True, kw_only=True):
    """A bed at one moment."""

    bed: str
    case_id: str
    name: str
    summary: str
    training: bool
    origin: str
    server_us: int
    devices: tuple[str, ...]
    values: tuple[ValueView, ...]
    conditions: tuple[ConditionView, ...]
    signals: tuple[SignalView, ...]
    last_message_us: int | None
    silent: bool
    """No message arrives, analysed or not."""
    behind_s: int = 0
    """By how much the analysis is late, when that must be said; what is shown is then from before."""
    shown_from_us: int | None = None
    """When the newest message that was analysed had come, while the analysis is behind; None: none was."""
    alarms: AlarmsView = AlarmsView()
    notes: tuple[str, ...] = ()
    """Odd things about a device that a person should know, in sentences."""


class WaveFrame(msgspec.Struct, frozen=True, kw_only=True):
    """Samples to draw, in ``unit``; None where there is no sample."""

    bed: str
    key: str
    label: str
    unit: str
    rate_hz: float
    start_us: int
    samples: tuple[float | None, ...]
    origin: str


class BeatsFrame(msgspec.Struct, frozen=True, kw_only=True):
    bed: str
    signal: str
    at_us: tuple[int, ...]


Frame = WaveFrame | BeatsFrame
