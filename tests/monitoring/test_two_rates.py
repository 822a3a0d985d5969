"""The monitor's heart rate beside ours: said when they differ for long, and only then."""

import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.monitoring import two_rates
from holdfast.monitoring.two_rates import DIFFERS_FOR_S, TwoRates


def after(seconds: int, monitor: float | None, ours: float | None) -> str:
    state, said = TwoRates(), ""
    for second in range(seconds + 1):
        state, said = two_rates.step(state, monitor, ours, second * US_PER_S)
    return said


def test_a_monitor_that_counts_t_waves_is_said_after_its_time() -> None:
    assert after(DIFFERS_FOR_S - 1, 142, 71) == ""
    said = after(DIFFERS_FOR_S, 142, 71)
    assert said == "We count 71, not 142: look at the ECG, feel the pulse. The monitor may count tall T waves."


def test_a_lower_count_of_the_monitor_is_said_without_a_guess_at_why() -> None:
    assert after(DIFFERS_FOR_S, 60, 120).endswith("feel the pulse.")


@pytest.mark.parametrize(("monitor", "ours"), [(120, 100), (200, 225), (30, 45), (None, 80), (80, None)])
def test_what_differs_little_or_is_not_known_says_nothing(monitor: float | None, ours: float | None) -> None:
    assert after(600, monitor, ours) == ""


def test_a_break_begins_the_time_anew() -> None:
    state = TwoRates()
    for second in range(DIFFERS_FOR_S):
        state, _ = two_rates.step(state, 142, 71, second * US_PER_S)
    state, _ = two_rates.step(state, 75, 71, DIFFERS_FOR_S * US_PER_S)
    assert two_rates.step(state, 142, 71, (DIFFERS_FOR_S + 1) * US_PER_S)[1] == ""
