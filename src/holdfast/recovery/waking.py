"""Waking: which first signs came when, against what may be expected, and what is due again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.recovery_care import Due, FirstSign


@dataclass(frozen=True)
class SignNow:
    """One first sign."""

    sign: FirstSign
    seen_us: int | None
    state: str
    """``seen``, ``seen late``, ``late`` (not seen, and past its time), ``waited for`` or ``not expected``."""
    expected_us: int | None
    """By when; None: no start is known, or nothing is expected."""


@dataclass(frozen=True)
class DueNow:
    """One thing that is looked at again and again."""

    due: Due
    last_us: int | None
    due_us: int | None
    """None: over, or no start is known and nothing was measured."""
    overdue: bool


def signs_now(
    signs: Sequence[FirstSign], seen_us: Mapping[str, int], start_us: int | None, now_us: int
) -> tuple[SignNow, ...]:
    """Each sign; ``start_us``: the end of the anaesthetic, None where it is not on record: then nothing is late."""
    return tuple(_sign(one, seen_us.get(one.key), start_us, now_us) for one in signs)


def _sign(sign: FirstSign, seen_us: int | None, start_us: int | None, now_us: int) -> SignNow:
    expected_us = None
    if start_us is not None and sign.expected_min is not None:
        expected_us = start_us + int(sign.expected_min * US_PER_MIN)
    if seen_us is not None:
        late = expected_us is not None and seen_us > expected_us
        return SignNow(sign, seen_us, "seen late" if late else "seen", expected_us)
    if sign.expected_min is None:
        return SignNow(sign, None, "not expected", None)
    late = expected_us is not None and now_us > expected_us
    return SignNow(sign, None, "late" if late else "waited for", expected_us)


def due_now(due: Due, last_us: int | None, start_us: int | None, now_us: int) -> DueNow:
    """When it is to be looked at next, from the end of the anaesthetic until its time is over."""
    if start_us is None or now_us > start_us + int(due.until_min * US_PER_MIN):
        return DueNow(due, last_us, None, False)
    newest_us = last_us if last_us is not None and last_us >= start_us else None
    due_us = start_us if newest_us is None else newest_us + int(due.every_min * US_PER_MIN)
    return DueNow(due, last_us, due_us, now_us >= due_us)
