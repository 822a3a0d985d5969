"""The last-minute watch: what changed within seconds is told once, in both directions, and calm stays calm."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfast.hold import shake
from holdfast.hold.watch import Change, Held, Reading, WatchState, step
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.end_of_life import load
from holdfast.knowledge.tray_watch import shake_rule, watch_rule

RULE = watch_rule()
CALM: dict[tuple[str, str], Held] = {}


def heart(second: int, rate: float, label: str = "Heart rate") -> dict[str, Reading]:
    return {"heart": Reading(second * US_PER_S, rate, label, "/min", 15.0)}


def run(rates: list[float], *, holding=None, performed_from: int | None = None) -> list[Change]:
    """A second for each rate; 0 stands for no heart rate at all."""
    state, told = WatchState(), []
    for second, rate in enumerate(rates):
        held = (holding or {}).get(second, CALM)
        readings = heart(second, rate) if rate else {}
        performed = performed_from is not None and second >= performed_from
        state, changes = step(state, readings, held, second * US_PER_S, RULE, performed=performed)
        told += changes
    return told


@given(st.lists(st.floats(165, 175), min_size=90, max_size=120))
def test_a_steady_heart_is_told_nothing_of(rates: list[float]) -> None:
    assert run(rates) == []


def test_a_spike_is_told_once_within_seconds() -> None:
    told = run([170.0] * 60 + [204.0] * 12 + [170.0] * 10)
    assert [one.change for one in told] == ["heart"]
    assert told[0].text == "Heart rate rose from 170 to 204 /min"
    assert told[0].at_us <= 62 * US_PER_S


def test_a_new_rhythm_is_told_and_one_that_was_there_before_is_not() -> None:
    run_of_beats = {("ventricular_run", ""): Held("Run of ventricular beats", "rhythm")}
    there = dict.fromkeys(range(100), run_of_beats)
    assert run([170.0] * 100, holding=there) == []
    begins = dict.fromkeys(range(50, 100), run_of_beats)
    assert run([170.0] * 100, holding=begins) == [Change("rhythm", "Run of ventricular beats", 50 * US_PER_S)]


def test_after_the_act_falling_numbers_are_not_told_and_a_heartbeat_that_comes_back_is() -> None:
    dying = [170.0] * 60 + [120.0, 80.0, 40.0, 20.0] + [0.0] * 30
    assert run(dying, performed_from=58) == []
    (back,) = run([*dying, *[60.0] * 5], performed_from=58)
    assert back.change == "heartbeat_back"
    assert "60" in back.text


def test_the_last_value_from_before_is_no_heartbeat_that_came_back() -> None:
    state = WatchState()
    arrested = {("asystole", ""): Held("No beats", "arrest")}
    for second in range(20):
        held = arrested if 10 <= second < 12 else CALM
        # The screen still shows the value of second 9.
        state, told = step(state, heart(min(second, 9), 90.0), held, second * US_PER_S, RULE, performed=True)
        assert told == ()


def test_another_source_is_not_read_as_a_change() -> None:
    state, told = WatchState(), []
    for second in range(90):
        label, rate = ("Heart rate", 170.0) if second < 60 else ("Pulse, our count", 120.0)
        state, changes = step(state, heart(second, rate, label), CALM, second * US_PER_S, RULE, performed=False)
        told += changes
    assert told == []


def test_every_kind_of_change_says_what_it_is_and_what_it_is_not() -> None:
    for change in load().changes:
        assert change.is_
        assert change.is_not
        assert change.grade in ("secondary", "estimate")


def waves(shaken: float, seed: int) -> dict[str, float]:
    """How rough one second of a calm dog is; ``shaken`` is added to every wave."""
    rng = np.random.default_rng(seed)
    t = np.arange(250) / 250
    made = {
        "ecg_ii": 1.5 * np.exp(-(((t * 2.8) % 1 - 0.5) ** 2) / 0.0005),
        "pleth": 0.2 * np.sin(2 * np.pi * 2.8 * t),
        "resp": np.sin(2 * np.pi * 0.6 * t + seed),
    }
    swing = shaken * np.sin(2 * np.pi * 3.0 * t) + 0.3 * shaken * rng.standard_normal(250)
    return {key: shake.roughness(key, (wave + swing).tolist(), 250.0) or 0.0 for key, wave in made.items()}


def seconds(*made: dict[str, float], late: frozenset[str] = frozenset()) -> list[tuple[str, ...]]:
    """What is found at each wave of each second; waves in ``late`` begin their seconds half a second later."""
    state, found = shake.ShakeState(), []
    for number, rough in enumerate(made):
        for key, value in rough.items():
            at_us = number * US_PER_S + (US_PER_S // 2 if key in late else 0)
            state, kinds = shake.step(state, key, value, at_us, shake_rule())
            found.append(kinds)
    return found


CALM_SECONDS = [waves(0.0, number) for number in range(30)]


def test_a_second_in_which_the_waves_are_shaken_together_is_a_movement() -> None:
    assert not any(seconds(*CALM_SECONDS))
    for late in (frozenset(), frozenset({"pleth"})):
        found = seconds(*CALM_SECONDS, waves(0.8, 99), late=late)
        assert max(len(kinds) for kinds in found) >= 2


def test_one_wave_alone_is_no_movement_and_half_a_wave_is_not_judged() -> None:
    loose = {**waves(0.0, 31), "pleth": waves(0.8, 99)["pleth"]}
    later = {**waves(0.0, 33), "ecg_ii": waves(0.8, 99)["ecg_ii"]}
    assert not any(seconds(*CALM_SECONDS, loose, waves(0.0, 32), waves(0.0, 34), later))
    assert shake.roughness("pleth", [None] * 50 + [0.1] * 50, 100.0) is None
