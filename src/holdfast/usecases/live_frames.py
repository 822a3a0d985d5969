"""What a screen draws of one message: samples and beats."""

import math
from array import array

from holdfast.record.monitor import Origin, Wave
from holdfast.signals.bedside import Outputs
from holdfast.usecases.live_views import WAVE_LABELS, BeatsFrame, Frame, WaveFrame


def frames_of(bed: str, origin: Origin, waves: list[Wave], outputs: Outputs) -> list[Frame]:
    """Frames of the waves of one message, and of the beats that became certain with it."""
    frames: list[Frame] = [_wave_frame(bed, wave, origin) for wave in waves]
    frames += [BeatsFrame(bed=bed, signal=signal, at_us=times) for signal, times in outputs.beats.items() if times]
    return frames


def _wave_frame(bed: str, wave: Wave, origin: Origin) -> WaveFrame:
    return WaveFrame(
        bed=bed,
        key=wave.key,
        label=WAVE_LABELS.get(wave.key, wave.name),
        unit=wave.unit,
        rate_hz=wave.rate_hz,
        start_us=wave.start_us,
        samples=_drawable(wave),
        origin=origin.value,
    )


def _drawable(wave: Wave) -> tuple[float | None, ...]:
    """Samples as a screen needs them: four decimals are finer than any pixel."""
    samples = array("f")
    samples.frombytes(wave.samples)
    return tuple(None if math.isnan(x) else round(x, 4) for x in samples)
