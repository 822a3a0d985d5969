"""What the rules over the seconds of a bed are told of each wave. Times are on the axis of the bed."""

from dataclasses import dataclass

import msgspec

from holdfast.signals.ecg_beats import Beat
from holdfast.signals.quality import Quality


class EcgSecond(msgspec.Struct, frozen=True):
    """One second of one lead. ``quality`` None: no data of it in this second."""

    key: str
    quality: Quality | None
    beats: tuple[Beat, ...] = ()
    qrs_mv: float = 0.0
    """Peak to peak in the QRS band."""
    fibrillation: float | None = None
    """How likely the last seconds are fibrillation, 0 to 1; None where nothing can be said."""
    level_mv: float = 0.0
    """Median of the second."""
    regular_per_min: float = 0.0
    """Rate of a wave that repeats itself over the last seconds; 0 when it does not."""
    slow_share: float = 0.0
    """Natural logarithm of what lies below the QRS band to what lies in it: larger for wide complexes."""


class PulseSecond(msgspec.Struct, frozen=True):
    """One second of one pulse wave. ``present``: there was signal, not missing and not frozen."""

    key: str
    present: bool
    pulses: int


@dataclass(frozen=True)
class RateLimits:
    """Heart rates beyond which a rate is extreme for this animal (per minute)."""

    bradycardia_per_min: float = 30.0
    """The first percentile of 280,039 intervals of sleeping healthy dogs (Dog Health Vitals) is 29."""
    tachycardia_per_min: float = 220.0
    """Estimate for an adult dog; puppies are faster."""
    ventricular_per_min: float = 160.0
    """Wide beats from this rate on are a tachycardia, below an escape or accelerated rhythm (estimate)."""


ADULT_DOG = RateLimits()
"""Where nothing is known of the animal."""
