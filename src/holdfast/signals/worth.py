"""What one wave was worth in one second, in a word and in words for the person at the bed."""

import msgspec

from holdfast.signals.observed import EcgSecond
from holdfast.signals.quality import Quality


class Signal(msgspec.Struct, frozen=True, gc=False):
    """What one wave was worth in the second beginning at ``start_us``."""

    key: str
    quality: str
    text: str
    start_us: int


_ECG_TEXTS = {
    Quality.USABLE: "good",
    Quality.NOISY: "noise: beats cannot be trusted",
    Quality.SATURATED: "saturated: beyond what the input can show",
    Quality.SETTLING: "settling: no beats, and the level runs away",
    Quality.LEAD_OFF: "lead off",
    Quality.FLAT: "flat: electrodes on, nothing like a beat in this second",
    Quality.FROZEN: "no signal change: lead or device?",
}


def of_ecg(ecg: EcgSecond, start_us: int) -> Signal:
    """A second of an ECG lead."""
    if ecg.quality is None:
        return Signal(ecg.key, "missing", "not sent", start_us)
    return Signal(ecg.key, ecg.quality.value, _ECG_TEXTS[ecg.quality], start_us)


def of_slow_wave(key: str, there: bool, start_us: int) -> Signal:
    """A second of a pulse or breath wave; ``there``: it was sent and it moved."""
    return Signal(key, "usable" if there else "missing", "good" if there else "no signal", start_us)
