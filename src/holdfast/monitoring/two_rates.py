"""The monitor's heart rate beside ours: when the two differ for long, one of them counts wrong, and that is said.

A remark, not an alarm: which of the two is right is for the person who looks at the ECG.
"""

from dataclasses import dataclass

from holdfast.kernel.time import US_PER_S

DIFFERS_PER_MIN = 20.0
DIFFERS_SHARE = 0.25
"""They differ when they are apart by more than both: so much a minute, and so much of the lower one."""

DIFFERS_FOR_S = 30
"""They must differ without a break for so long: monitors average over other seconds than we do."""

TWICE = (1.8, 2.2)
"""The monitor counts about twice what we count: tall T waves, which monitors made for people take for beats."""


@dataclass(frozen=True)
class TwoRates:
    """Since when they differ (us); None: they do not, or one of them is not known."""

    since_us: int | None = None


def step(state: TwoRates, monitor: float | None, ours: float | None, now_us: int) -> tuple[TwoRates, str]:
    """The two rates of this moment (per minute; None: not fresh or not good), and the remark; empty: none."""
    if monitor is None or ours is None:
        return TwoRates(), ""
    apart, lower = abs(monitor - ours), min(monitor, ours)
    if apart <= DIFFERS_PER_MIN or apart <= DIFFERS_SHARE * lower:
        return TwoRates(), ""
    since_us = now_us if state.since_us is None else min(state.since_us, now_us)
    after = TwoRates(since_us)
    if now_us - since_us < DIFFERS_FOR_S * US_PER_S:
        return after, ""
    low, high = TWICE
    why = " The monitor may count tall T waves." if low * ours <= monitor <= high * ours else ""
    return after, f"We count {ours:.0f}, not {monitor:.0f}: look at the ECG, feel the pulse.{why}"
