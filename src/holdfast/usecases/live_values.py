"""The latest value of each numeric of a bed: which one that is, and how long a screen may believe it.

The device's clock and ours may each be set while an animal lies there. So a value is ordered by its own time put on
our clock, never later than its receipt, and it is at least as old as its receipt.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from holdfast.kernel.time import US_PER_S, age_words
from holdfast.monitoring.shown import BY_KEY, OTHER, SHOWN, VARIABILITY, Shown
from holdfast.usecases.device_clock import TOLERANCE_US
from holdfast.usecases.live_views import ValueView


@dataclass
class Latest:
    """One value, or (``value`` None) why there is none."""

    value: float | None
    unit: str
    at_us: int
    """Its own time, at most that of receipt."""
    received_us: int
    order_us: int
    """Its own time on our clock, at most that of receipt."""
    source: str
    name: str
    reason: str = ""
    quality: str = ""
    note: str = ""
    ours: bool = False
    """Made by our analysis, not measured by a monitor."""


def keep(latest: dict[str, Latest], key: str, new: Latest) -> None:
    """A late or repeated older value does not replace a newer one.

    It does when the newer one lies ahead of now (a clock was set), or would not be shown any more.
    """
    known = latest.get(key)
    if (
        known is None
        or new.order_us >= known.order_us
        or known.order_us > new.received_us
        or new.received_us - known.received_us > BY_KEY.get(key, OTHER).blank_s * US_PER_S
    ):
        latest[key] = new


def follow_step_back(latest: dict[str, Latest], before_us: int, now_us: int) -> None:
    """Our own clock was set back: what was received before that keeps its age."""
    for one in latest.values():
        if one.received_us > now_us:
            one.received_us = min(one.received_us, before_us) + now_us - before_us
            one.order_us = min(one.order_us, one.received_us)


def fresh_values(latest: dict[str, Latest], keys: Iterable[str], now_us: int) -> dict[str, float]:
    """Those of ``keys`` that may be believed at this moment."""
    found = {}
    for key in keys:
        one = latest.get(key)
        if one is not None and one.value is not None and _state(key, one, now_us)[0] == "fresh":
            found[key] = one.value
    return found


def good_value(latest: dict[str, Latest], key: str, now_us: int) -> float | None:
    """The value at this moment, when it may be believed and our analysis, if it is ours, calls it good."""
    value = fresh_values(latest, (key,), now_us).get(key)
    return value if value is not None and latest[key].quality in ("", "good") else None


def value_views(latest: dict[str, Latest], now_us: int, remarks: Mapping[str, str]) -> tuple[ValueView, ...]:
    """All values as a screen shows them, the well-known ones first; ``remarks``: what to say with one, by key."""
    order = {shown.key: rank for rank, shown in enumerate(SHOWN)}
    keys = sorted(latest, key=lambda key: (order.get(key, len(order)), key))
    return tuple(_view(key, latest[key], now_us, remarks.get(key, "")) for key in keys)


def not_of_now(values: Iterable[ValueView]) -> tuple[ValueView, ...]:
    """While newer ones wait for their analysis, none of these stands as the value of this moment."""
    return tuple(
        msgspec.structs.replace(one, state="stale", reason="not of now", note="") if one.state == "fresh" else one
        for one in values
    )


def _view(key: str, latest: Latest, now_us: int, remark: str) -> ValueView:
    shown = BY_KEY.get(key, OTHER)
    state, reason, age_us = _state(key, latest, now_us)
    if latest.value is None:
        state, reason = "blank", latest.reason
    visible = state != "blank" and latest.value is not None
    return ValueView(
        key=key,
        label=shown.label or latest.name,
        value=latest.value if visible else None,
        text=f"{latest.value:.{shown.decimals}f}" if visible else "--",
        unit=latest.unit,
        at_us=latest.at_us,
        age_s=round(age_us / US_PER_S, 1),
        age=age_words(age_us),
        source=latest.source,
        state=state,
        reason=reason,
        group="variability" if key in VARIABILITY else "analysis" if latest.ours else "monitor",
        quality=latest.quality if visible else "",
        note=(remark or latest.note) if state == "fresh" else "",
    )


def _state(key: str, latest: Latest, now_us: int) -> tuple[str, str, int]:
    """fresh, stale or blank; why; and the age (us)."""
    age_us = now_us - latest.received_us
    if age_us < -TOLERANCE_US:
        return "stale", "its age is not known: the clock of this computer was set back", age_us
    age_us = max(0, age_us, now_us - latest.at_us)
    return *_believed(BY_KEY.get(key, OTHER), age_us), age_us


def _believed(shown: Shown, age_us: int) -> tuple[str, str]:
    if age_us > shown.blank_s * US_PER_S:
        return "blank", f"last value is {age_words(age_us)} old"
    return ("stale", "not new") if age_us > shown.stale_s * US_PER_S else ("fresh", "")
