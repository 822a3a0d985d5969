"""The last-minute watch: what changed on the monitor within seconds, while the tray is ready or after the act.

It compares the newest seconds with the minute before them and says what moved. It does not say why, it promises
nothing, and it keeps quiet about what is expected to fall once the act is done. Values come with their own time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import NamedTuple

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.tray_watch import WatchRule


class Reading(NamedTuple):
    """One number as it stands now; ``at_us`` is its own time."""

    at_us: int
    value: float
    label: str
    unit: str
    notable: float
    """A change of this size counts."""


class Held(NamedTuple):
    """A state of the bed that holds."""

    text: str
    change: str
    """The kind of change that its beginning is; empty: its beginning is not told."""


class Change(NamedTuple):
    """Something to be shown at once; ``change`` is a key of the words."""

    change: str
    text: str
    at_us: int


@dataclass(frozen=True)
class WatchState:
    """What is remembered of one bed."""

    seen: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    """By kind of change: the readings of the last minute or so."""
    holding: frozenset[tuple[str, str]] | None = None
    """States that held at the last look; None before the first."""
    told: Mapping[str, int] = field(default_factory=dict)
    """When each kind of change was told last."""
    heart_stopped_us: int | None = None
    """Since when no heartbeat is on the monitor, after there was one or after the act."""


MOVES = ("heart", "pressure", "deficit", "breathing", "oxygen")
"""Numbers that are compared with the minute before, by the kind of change."""


def step(
    state: WatchState,
    readings: Mapping[str, Reading],
    holding: Mapping[tuple[str, str], Held],
    now_us: int,
    rule: WatchRule,
    *,
    performed: bool,
) -> tuple[WatchState, tuple[Change, ...]]:
    """Take in the bed as it is now and return what is new.

    ``readings``: by kind of change, the best number there is. ``holding``: states of the bed by (condition, signal).
    After the act only a heartbeat that comes back is told.
    """
    seen = {key: _kept(state.seen.get(key, ()), one, rule, now_us) for key, one in readings.items()}
    arrested = any(one.change == "arrest" for one in holding.values())
    stopped_us, back = _heart(state.heart_stopped_us, readings.get("heart"), arrested, rule, now_us)
    if performed:
        found = [back] if back else []
    else:
        begun = [] if state.holding is None else [holding[key] for key in holding.keys() - state.holding]
        found = [Change(one.change, one.text, now_us) for one in begun if one.change]
        found += [moved for key in MOVES if (moved := _moved(key, seen.get(key, ()), rule, now_us))]
    fresh = [one for one in found if now_us - state.told.get(one.change, -(2**62)) >= rule.again_s * US_PER_S]
    told = {**state.told, **{one.change: now_us for one in fresh}}
    after = replace(state, seen=seen, holding=frozenset(holding), told=told, heart_stopped_us=stopped_us)
    return after, tuple(dict.fromkeys(fresh))


def _kept(before: Sequence[Reading], new: Reading, rule: WatchRule, now_us: int) -> tuple[Reading, ...]:
    oldest_us = now_us - int((rule.before_s + rule.gap_s + rule.recent_s) * US_PER_S)
    kept = [one for one in before if one.at_us >= oldest_us and one.label == new.label]
    if not kept or new.at_us > kept[-1].at_us:
        kept.append(new)
    return tuple(kept)


def _moved(key: str, seen: Sequence[Reading], rule: WatchRule, now_us: int) -> Change | None:
    """A number whose newest seconds lie apart from the minute before; another source is never read as a change."""
    recent = [one for one in seen if one.at_us > now_us - (rule.recent_s + 1) * US_PER_S]
    before = [one for one in seen if one.at_us <= now_us - (rule.recent_s + rule.gap_s) * US_PER_S]
    if len(recent) < 2 or len(before) < 3:
        return None
    was, now = _middle(before), _middle(recent)
    what = recent[-1]
    if abs(now - was) < what.notable:
        return None
    word = "rose" if now > was else "fell"
    return Change(key, f"{what.label} {word} from {was:.0f} to {now:.0f} {what.unit}", recent[0].at_us)


def _middle(readings: Iterable[Reading]) -> float:
    return median(one.value for one in readings)


def _heart(
    stopped_us: int | None, heart: Reading | None, arrested: bool, rule: WatchRule, now_us: int
) -> tuple[int | None, Change | None]:
    """Since when no heartbeat is seen, and whether one came back."""
    beating = heart is not None and heart.value > 0 and not arrested
    if not beating:
        return (now_us if stopped_us is None else stopped_us), None
    assert heart is not None
    if stopped_us is None:
        return None, None
    if heart.at_us < stopped_us + rule.beat_new_s * US_PER_S:
        return stopped_us, None
    return None, Change("heartbeat_back", f"{heart.label} {heart.value:.0f} {heart.unit}", heart.at_us)
