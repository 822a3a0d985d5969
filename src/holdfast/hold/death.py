"""Death by criteria over time: the same signs absent at checks that lie minutes apart, and nothing in between.

It judges what was recorded. It confirms nothing: a person does, also when this says that something is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_MIN, US_PER_S, age_words


@dataclass(frozen=True)
class Check:
    """One check; a sign in neither set was not looked for."""

    at_us: int
    absent: frozenset[str]
    present: frozenset[str]


@dataclass(frozen=True)
class Rule:
    """What has to be absent, for how long, at how many checks."""

    required: tuple[str, ...]
    apart_us: int
    """The first and the last check lie further apart than this."""
    checks_min: int


@dataclass(frozen=True)
class Judged:
    """How far the checks on record go."""

    met: bool
    first_us: int | None
    """The first check of those that count; None: none counts yet."""
    next_us: int | None
    """When the next check may complete it; None: it is complete, or the first is still to be made."""
    text: str


def judge(checks: Sequence[Check], rule: Rule, performed_us: int, heartbeats_us: Iterable[int], now_us: int) -> Judged:
    """Judge the checks after the act. ``heartbeats_us``: when the monitor showed a heartbeat that had been gone.

    A check before the act, before a sign of life, or before such a heartbeat does not count.
    """
    alive_us = max([performed_us, *(one.at_us for one in checks if one.present), *heartbeats_us])
    whole = sorted(one.at_us for one in checks if one.at_us >= alive_us and not one.present and _whole(one, rule))
    if not whole:
        return Judged(False, None, None, "No complete check since the last sign of life.")
    first_us, last_us = whole[0], whole[-1]
    if len(whole) >= rule.checks_min and last_us - first_us > rule.apart_us:
        minutes = (last_us - first_us) / US_PER_MIN
        return Judged(True, first_us, None, f"Absent at {len(whole)} checks over {minutes:.0f} min.")
    next_us = first_us + rule.apart_us + US_PER_S
    wait = "now" if now_us >= next_us else f"in {age_words(next_us - now_us)}"
    return Judged(False, first_us, next_us, f"Absent at {len(whole)} of {rule.checks_min} checks; the next one {wait}.")


def _whole(check: Check, rule: Rule) -> bool:
    return check.absent.issuperset(rule.required)
