"""Which states the rules call for, fed with seconds as the analyzers of the waves would describe them."""

from collections.abc import Sequence

import pytest

from holdfast.signals import conditions
from holdfast.signals.conditions import Began
from holdfast.signals.ecg_beats import Beat
from holdfast.signals.observed import EcgSecond, PulseSecond, RateLimits
from holdfast.signals.quality import Quality

S = 1_000_000
NARROW, WIDE = (0.03, 0.98), (0.07, 0.2)


class Bed:
    """Feeds seconds and remembers what was said."""

    def __init__(self) -> None:
        self.state = conditions.initial()
        self.second = 1000
        self.said: list[tuple[str, str, int]] = []

    def play(
        self,
        seconds: int,
        beats_s: Sequence[float] = (),
        *,
        like: tuple[float, float] = NARROW,
        quality: Quality | None = None,
        qrs_mv: float | None = None,
        pulses: dict[str, int] | None = None,
        fibrillation: float | None = 0.0,
        etco2_mmhg: float | None = None,
        limits: RateLimits | None = None,
    ) -> "Bed":
        """``beats_s`` are instants from the start of this piece."""
        start = self.second
        for _ in range(seconds):
            here = [at for at in beats_s if self.second - start <= at < self.second - start + 1]
            beats = tuple(Beat(round((start + at) * S), 1.0, *like) for at in here)
            word = quality or (Quality.USABLE if beats else Quality.FLAT)
            height = qrs_mv if qrs_mv is not None else 1.0 if beats else 0.05
            self.state = conditions.load(conditions.dump(self.state))
            self.state, changes = conditions.step(
                self.state,
                self.second * S,
                (EcgSecond("ecg_ii", word, beats, height, fibrillation),),
                tuple(PulseSecond(key, True, count) for key, count in (pulses or {}).items()),
                limits or RateLimits(),
                etco2_mmhg,
            )
            for change in changes:
                word_ = "began" if isinstance(change, Began) else "ended" if change.known else "not_known"
                self.said.append((word_, change.condition, change.at_us // S - start))
            self.second += 1
        return self

    @property
    def held(self) -> set[str]:
        return {condition for condition, _, _ in self.state.holding}

    @property
    def begun(self) -> set[str]:
        return {name for word, name, _ in self.said if word == "began"}


def beats(per_min: float, seconds: float, first_s: float = 0.1) -> list[float]:
    count = int((seconds - first_s) * per_min / 60 - 1e-6) + 1
    return [first_s + i * 60 / per_min for i in range(count)]


def test_a_resting_dog_with_sinus_arrhythmia_is_left_alone() -> None:
    rr, at, out = [0.6, 0.55, 0.7, 1.1, 1.9, 1.5, 0.8], 0.2, []
    for i in range(200):
        out.append(at)
        at += rr[i % len(rr)]
    assert Bed().play(180, out).begun == set()


def test_asystole_is_taken_back_by_beats_in_a_row_and_not_by_one() -> None:
    bed = Bed().play(20, beats(100, 20)).play(10)
    assert bed.held == {"asystole"}
    bed.play(8, [2.0], like=WIDE)
    assert bed.held == {"asystole"}
    bed.play(6, beats(80, 6))
    assert "asystole" not in bed.held


def test_an_ecg_that_never_showed_a_beat_is_said_and_is_not_called_an_arrest() -> None:
    assert Bed().play(30).begun == {"ecg_too_small"}
    assert Bed().play(30, qrs_mv=0.3, quality=Quality.USABLE).begun == {"no_beats_seen_yet"}
    assert Bed().play(30, pulses={"pleth": 0}).begun == {"ecg_too_small", "no_beats_seen_yet"}
    assert Bed().play(30, pulses={"pleth": 2}).begun == {"ecg_too_small"}


def test_p_waves_taken_for_beats_do_not_keep_a_heart_alive() -> None:
    bed = Bed().play(20, beats(100, 20))
    bed.play(10, beats(90, 10), quality=Quality.FLAT, qrs_mv=0.09)
    assert bed.held == {"asystole"}


def test_beats_that_were_always_too_low_are_said_and_not_counted() -> None:
    bed = Bed().play(30, beats(100, 30), quality=Quality.FLAT, qrs_mv=0.1)
    assert bed.held == {"ecg_too_small"}


def test_activity_as_high_as_the_beats_is_not_a_silent_heart() -> None:
    bed = Bed().play(20, beats(100, 20)).play(10, quality=Quality.USABLE, qrs_mv=0.9)
    assert "asystole" not in bed.begun
    assert "artefact" in bed.begun


def test_fibrillation_goes_before_asystole() -> None:
    bed = Bed().play(20, beats(100, 20)).play(10, quality=Quality.NOISY, qrs_mv=0.3, fibrillation=0.9)
    assert bed.held >= {"ventricular_fibrillation_suspected"}
    bed = Bed().play(20, beats(100, 20)).play(10, fibrillation=0.9)
    assert bed.begun == {"ventricular_fibrillation_suspected"}
    bed.play(10)
    assert bed.held == {"asystole"}


def test_beats_that_are_alike_are_not_fibrillation() -> None:
    assert Bed().play(20, beats(150, 20), fibrillation=0.9).begun == set()


def test_beats_without_pulse_on_a_pressure_wave_are_called() -> None:
    bed = Bed().play(20, beats(100, 20), pulses={"art": 2}).play(8, beats(100, 8), pulses={"art": 0})
    assert {"pulseless_electrical_activity_suspected", "no_pulse_signal"} <= bed.held


def test_one_wave_with_a_pulse_vouches_for_the_other() -> None:
    bed = Bed().play(20, beats(100, 20), pulses={"art": 2, "pleth": 2})
    bed.play(15, beats(100, 15), pulses={"art": 2, "pleth": 0})
    assert bed.held == {"no_pulse_signal"}


def test_a_collapse_of_carbon_dioxide_with_beats_is_called() -> None:
    bed = Bed().play(20, beats(100, 20), etco2_mmhg=38.0).play(4, beats(100, 4), etco2_mmhg=7.0)
    assert bed.held == set()
    bed.play(3, beats(100, 3), etco2_mmhg=6.0)
    assert bed.held == {"pulseless_electrical_activity_suspected"}
    assert Bed().play(20, beats(100, 20), etco2_mmhg=5.0).begun == set()


def test_compressions_are_not_read_as_a_heart_that_beats_again() -> None:
    bed = Bed().play(20, beats(100, 20), pulses={"pleth": 2}).play(10, pulses={"pleth": 0})
    assert "asystole" in bed.held
    bed.play(20, beats(110, 20), like=WIDE, quality=Quality.NOISY, qrs_mv=1.5, pulses={"pleth": 2})
    assert {"asystole", "compressions_suspected"} <= bed.held
    assert ("ended", "asystole") not in [change[:2] for change in bed.said]
    bed.play(12, beats(120, 12), pulses={"pleth": 2})
    assert not bed.held & {"asystole", "compressions_suspected"}


def test_limits_come_from_the_caller() -> None:
    assert Bed().play(40, beats(25, 40)).held == {"extreme_bradycardia"}
    assert Bed().play(40, beats(25, 40), limits=RateLimits(bradycardia_per_min=20)).held == set()
    assert Bed().play(40, beats(240, 40)).held == {"extreme_tachycardia"}
    assert Bed().play(40, beats(240, 40), limits=RateLimits(tachycardia_per_min=260)).held == set()


def test_a_slow_ecg_beside_a_pulse_that_is_not_slow_is_not_called() -> None:
    assert Bed().play(40, beats(25, 40), pulses={"art": 2}).begun == set()


@pytest.mark.parametrize(("count", "name"), [(6, "ventricular_run"), (20, "ventricular_tachycardia")])
def test_fast_wide_beats_are_named(count: int, name: str) -> None:
    bed = Bed().play(20, beats(100, 20))
    bed.play(round(count * 0.3) + 1, beats(200, count * 0.3), like=WIDE)
    assert name in bed.begun
    bed.play(5, beats(100, 5))
    assert bed.held == set()


def test_slow_wide_beats_are_no_tachycardia() -> None:
    assert Bed().play(20, beats(100, 20)).play(20, beats(60, 20), like=WIDE).begun == set()


def test_a_long_pause_is_said_once_and_fades() -> None:
    bed = Bed().play(20, beats(100, 19.9)).play(5, [3.5]).play(30, beats(100, 30))
    assert [(word, name) for word, name, _ in bed.said] == [("began", "pause"), ("ended", "pause")]


def test_regular_intervals_with_some_of_twice_the_length_are_suspected() -> None:
    at, out = 0.1, []
    for i in range(60):
        out.append(at)
        at += 1.2 if i % 6 == 5 else 0.6
    assert "dropped_beats_suspected" in Bed().play(40, out).begun


def test_noise_hides_the_heart_and_is_said_without_naming_a_rhythm() -> None:
    bed = Bed().play(20, beats(100, 20)).play(20, beats(280, 20), quality=Quality.NOISY, qrs_mv=1.0)
    assert bed.held == {"artefact"}


def test_a_lead_that_comes_off_again_and_again_is_loose() -> None:
    bed = Bed()
    for _ in range(3):
        bed.play(10, beats(100, 10)).play(3, quality=Quality.LEAD_OFF)
    assert "electrode_loose" in bed.held
    bed.play(70, beats(100, 70))
    assert bed.held == set()


FIBRILLATION = "ventricular_fibrillation_suspected"
PULSELESS = "pulseless_electrical_activity_suspected"


def _with(condition: str) -> Bed:
    """A bed on which the condition has just begun."""
    bed = Bed().play(20, beats(100, 20), pulses={"art": 2} if condition == PULSELESS else None)
    match condition:
        case "asystole":
            bed.play(10)
        case "ventricular_fibrillation_suspected":
            bed.play(10, quality=Quality.NOISY, qrs_mv=0.3, fibrillation=0.99)
        case "pulseless_electrical_activity_suspected":
            bed.play(10, beats(100, 10), pulses={"art": 0})
        case "extreme_bradycardia":
            bed.play(40, beats(20, 40))
        case "extreme_tachycardia":
            bed.play(10, beats(250, 10))
        case "ventricular_tachycardia":
            bed.play(8, beats(200, 8), like=WIDE)
    assert condition in bed.held
    bed.said.clear()
    return bed


THREATS = [
    "asystole",
    FIBRILLATION,
    PULSELESS,
    "extreme_bradycardia",
    "extreme_tachycardia",
    "ventricular_tachycardia",
]


@pytest.mark.parametrize("condition", THREATS)
@pytest.mark.parametrize("quality", [Quality.SATURATED, Quality.LEAD_OFF, Quality.NOISY])
def test_what_can_no_longer_be_seen_is_not_said_to_be_over(condition: str, quality: Quality) -> None:
    bed = _with(condition).play(30, quality=quality, qrs_mv=3.0, fibrillation=None)
    assert condition not in bed.held
    words = [word for word, name, _ in bed.said if name == condition]
    assert words == ["not_known"]


@pytest.mark.parametrize("condition", THREATS)
def test_a_few_seconds_of_movement_end_no_threat(condition: str) -> None:
    bed = _with(condition).play(6, quality=Quality.SATURATED, qrs_mv=3.0, fibrillation=None)
    assert condition in bed.held


@pytest.mark.parametrize("condition", THREATS)
def test_a_heart_that_beats_again_is_said_to_be_over_it(condition: str) -> None:
    bed = _with(condition).play(4, quality=Quality.SATURATED, qrs_mv=3.0, fibrillation=None)
    bed.play(25, beats(100, 25), pulses={"art": 2})
    assert [word for word, name, _ in bed.said if name == condition] == ["ended"]


def test_a_pulse_wave_that_is_gone_does_not_say_that_the_pulse_is_back() -> None:
    bed = Bed().play(20, beats(100, 20), pulses={"pleth": 2}).play(8, beats(100, 8), pulses={"pleth": 0})
    assert bed.held == {"no_pulse_signal"}
    bed.play(2, beats(100, 2))
    assert [change[:2] for change in bed.said][-1] == ("not_known", "no_pulse_signal")


def test_the_rates_that_held_before_a_hole_hold_after_it() -> None:
    for condition in THREATS:
        bed = _with(condition)
        bed.state = conditions.forget(bed.state, (bed.second + 40) * S)
        bed.second += 40
        assert condition in bed.play(2, quality=Quality.SATURATED, fibrillation=None).held


@pytest.mark.parametrize("per_min", [15, 20, 40, 55, 100])
def test_slow_beats_without_a_pulse_are_said_once(per_min: float) -> None:
    bed = Bed().play(20, beats(100, 20), pulses={"art": 2})
    bed.play(120, beats(per_min, 120), pulses={"art": 0})
    assert [word for word, name, _ in bed.said if name == PULSELESS] == ["began"]
    bed.play(20, beats(100, 20), pulses={"art": 2})
    assert [word for word, name, _ in bed.said if name == PULSELESS] == ["began", "ended"]


def test_beats_without_a_pulse_become_asystole_when_they_stop() -> None:
    bed = _with(PULSELESS).play(12, pulses={"art": 0})
    assert bed.held == {"asystole", "no_pulse_signal"}


def test_slow_pulses_that_come_back_are_a_pulse() -> None:
    bed = _with(PULSELESS)
    for _ in range(8):
        bed.play(1, [0.1], pulses={"art": 1}).play(2, pulses={"art": 0})
    assert PULSELESS not in bed.held


def test_every_change_has_an_end() -> None:
    bed = Bed().play(20, beats(100, 20)).play(10).play(10, beats(100, 10))
    began = [name for word, name, _ in bed.said if word == "began"]
    assert sorted(began) == sorted(name for word, name, _ in bed.said if word == "ended")


def test_movement_that_is_never_alike_shows_no_heart_whose_end_could_be_missed() -> None:
    bed = Bed().play(30, beats(60, 30), like=(0.06, 0.3)).play(20, qrs_mv=0.03)
    assert not bed.begun & {"asystole", "pause", "extreme_bradycardia"}
    bed = Bed().play(30, beats(60, 30)).play(20, qrs_mv=0.03)
    assert "asystole" in bed.begun


def test_low_beats_do_not_let_still_lower_ones_pass() -> None:
    bed = Bed().play(20, beats(100, 20), qrs_mv=0.2)
    bed.play(20, beats(100, 20), quality=Quality.FLAT, qrs_mv=0.11)
    assert "asystole" not in bed.begun
    bed.play(20, beats(100, 20), quality=Quality.FLAT, qrs_mv=0.06)
    assert "asystole" in bed.held


def test_noise_does_not_end_a_fibrillation() -> None:
    bed = Bed().play(20, beats(100, 20)).play(10, quality=Quality.NOISY, qrs_mv=0.3, fibrillation=0.9)
    bed.play(30, beats(60, 30), like=(0.06, 0.2), quality=Quality.NOISY, qrs_mv=1.0)
    assert "ventricular_fibrillation_suspected" in bed.held
    bed.play(8, beats(100, 8))
    assert "ventricular_fibrillation_suspected" not in bed.held
