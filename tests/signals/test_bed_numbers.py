"""All numbers of a bed, each with its worth or its reason for being absent."""

import numpy as np
import pytest

from holdfast.signals import bed_numbers
from holdfast.signals.bed_numbers import BreathWave, EcgBeats, Numbers, PulseWave, Told
from holdfast.signals.heart_rate import Rate
from holdfast.signals.pulses import Pulse
from holdfast.signals.respiration import Breath

S = 1_000_000
NO_BREATH = Rate(None, "none", "too few clear beats to see breathing in them", 0, 0)


def followed(
    until_s: int,
    beats_s: list[float],
    pulses_s: list[float],
    breaths_s: list[float],
    *,
    ecg_breath: Rate = NO_BREATH,
    fit: bool = True,
    pulse_shift_s: int = 0,
) -> Numbers:
    """All three waves; the pulse wave's clock may be ahead by whole seconds."""
    state, numbers = bed_numbers.initial(), None
    for second in range(until_s):
        inside = [[round(t * S) for t in ts if second <= t < second + 1] for ts in (beats_s, pulses_s, breaths_s)]
        shift_us = pulse_shift_s * S
        pulses = [Pulse(at + shift_us, at + shift_us - 200_000, 120.0, 80.0, 95.0) for at in inside[1]]
        state, numbers = bed_numbers.step(
            bed_numbers.load(bed_numbers.dump(state)),
            second,
            [
                EcgBeats("ecg_ii", tuple(inside[0]), fit, ecg_breath),
                PulseWave("art", tuple(pulses), True, shift_us),
                BreathWave("co2", tuple(Breath(at, 0.0, 38.0) for at in inside[2]), True),
            ],
        )
    assert numbers is not None
    return numbers


def by_key(numbers: Numbers) -> dict[str, Told]:
    return {one.key: one for one in numbers.told}


BEATS = [float(at) for at in np.arange(0.2, 80, 0.6)]
PULSES = [at + 0.3 for at in BEATS]
BREATHS = [float(at) for at in np.arange(1.0, 80, 3.0)]


def test_every_number_of_a_bed_comes_with_what_it_is_worth() -> None:
    numbers = followed(80, BEATS, PULSES, BREATHS)
    told = by_key(numbers)
    assert told["hr_ecg"].value == pytest.approx(100, abs=0.1)
    assert told["pulse_art"].value == pytest.approx(100, abs=0.1)
    assert told["rr_co2"].value == pytest.approx(20, abs=0.1)
    assert told["etco2_wave"].value == 38.0
    assert (told["art_sys_wave"].value, told["art_dia_wave"].value, told["art_mean_wave"].value) == (120, 80, 95)
    assert told["pulse_deficit"].value == 0
    assert told["hrv_sdnn"].value == pytest.approx(0, abs=0.01)
    assert {told[key].quality for key in ("hr_ecg", "pulse_art", "rr_co2", "etco2_wave", "pulse_deficit")} == {"good"}
    assert numbers.heart.agreeing == ("art",)
    assert all(0 <= one.age_us < 5 * S for one in numbers.told)


def test_beats_without_pulse_show_in_the_deficit_and_beside_the_heart_rate() -> None:
    numbers = followed(80, BEATS, PULSES[::2], BREATHS)
    told = by_key(numbers)
    assert told["pulse_deficit_share"].value == pytest.approx(50, abs=3)
    assert told["heart_rate"].value == pytest.approx(100, abs=0.1)
    assert told["heart_rate"].quality == "fair"
    assert "without pulse" in told["heart_rate"].why


def test_a_number_that_is_not_given_says_why() -> None:
    told = by_key(followed(80, BEATS, PULSES, BREATHS, fit=False))
    assert told["hr_ecg"].value is None
    assert "not good enough" in told["hr_ecg"].why
    assert told["pulse_deficit"].value is None
    assert told["hrv_sdnn"].value is None


def test_a_pulse_wave_with_another_clock_still_fits_the_beats() -> None:
    told = by_key(followed(80, BEATS, PULSES, BREATHS, pulse_shift_s=3600))
    assert told["pulse_deficit"].value == 0
    assert told["pulse_art"].at_us > 3600 * S


def test_breathing_read_from_the_ecg_stands_beside_the_capnogram() -> None:
    agreed = followed(80, BEATS, PULSES, BREATHS, ecg_breath=Rate(20.5, "good", "", 79 * S, S))
    assert agreed.breathing.agreeing == ("ecg",)
    assert by_key(agreed)["rr_ecg"].value == 20.5
    against = followed(80, BEATS, PULSES, BREATHS, ecg_breath=Rate(40.0, "good", "", 79 * S, S))
    assert "one of the two is wrong" in by_key(against)["breath_rate"].why


def test_slow_numbers_come_every_tenth_second() -> None:
    assert "hrv_sdnn" not in by_key(followed(79, BEATS, PULSES, BREATHS))
    assert followed(79, BEATS, PULSES, BREATHS).deficit is None
