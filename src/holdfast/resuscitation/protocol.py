"""The numbers that the clock runs by, taken from the knowledge."""

from dataclasses import dataclass

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.care import Care


@dataclass(frozen=True)
class Protocol:
    """Times in microseconds, EtCO2 in mmHg."""

    cycle_us: int
    warn_us: int
    pause_max_us: int
    etco2_floor_mmhg: float
    etco2_rise_mmhg: float
    etco2_rise_to_mmhg: float
    pulse_low_per_min: float
    pulse_pressure_mmhg: float
    rosc_any_us: int
    rosc_sustained_us: int
    weight_fresh_us: int


def protocol(care: Care) -> Protocol:
    """Raises ``KeyError`` when the knowledge lacks one of them: then nothing runs by a number that nobody wrote."""

    def value(key: str) -> float:
        return care.cpr[key].value

    def us(key: str) -> int:
        return int(value(key) * US_PER_S)

    return Protocol(
        cycle_us=us("cycle_s"),
        warn_us=us("warn_before_s"),
        pause_max_us=us("pause_max_s"),
        etco2_floor_mmhg=value("etco2_floor_mmhg"),
        etco2_rise_mmhg=value("etco2_rise_mmhg"),
        etco2_rise_to_mmhg=value("etco2_rise_to_mmhg"),
        pulse_low_per_min=value("pulse_low_per_min"),
        pulse_pressure_mmhg=value("pulse_pressure_mmhg"),
        rosc_any_us=us("rosc_any_s"),
        rosc_sustained_us=us("rosc_sustained_s"),
        weight_fresh_us=3600 * us("weight_fresh_h"),
    )
