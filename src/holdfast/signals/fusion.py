"""One number from several signals: which of them gives it, and what is said when two disagree.

Nothing is averaged: a mean of a right and a wrong count is a third wrong one. One signal gives the number, those that
agree with it make it surer, and one that does not is named.
"""

from collections.abc import Callable, Sequence

import msgspec

from holdfast.signals.heart_rate import Rate

HEART_CLOSE_PER_MIN, HEART_CLOSE_SHARE = 8.0, 0.1
BREATH_CLOSE_PER_MIN, BREATH_CLOSE_SHARE = 3.0, 0.2
"""Two counts agree when they differ by no more than either of these (estimates; windows and delays of the signals
differ, and a dog's rhythm does within them)."""

HEART_SWAY_SHARE = 0.1
"""A count of breaths this near to the heart rate is suspected of being the heart (estimate)."""


class Way(msgspec.Struct, frozen=True):
    """How one number is chosen."""

    order: tuple[str, ...]
    """Sources, the most direct first."""
    close_per_min: float
    close_share: float
    majority: bool
    """Whether two sources that agree overrule a more direct one. Not for the heart: two pulse waves that agree against
    the ECG may both be right, when beats come without a pulse."""


HEART = Way(("ecg", "art", "pleth"), HEART_CLOSE_PER_MIN, HEART_CLOSE_SHARE, majority=False)
BREATHING = Way(("co2", "resp", "ecg", "art", "pleth"), BREATH_CLOSE_PER_MIN, BREATH_CLOSE_SHARE, majority=True)

QUALITIES = ("good", "fair", "none")
"""What a rate is called, the best first."""

NAMES = {
    "ecg": "the ECG", "art": "the arterial wave", "pleth": "the pleth", "co2": "the capnogram", "resp": "the impedance",
}  # fmt: skip


class Reading(msgspec.Struct, frozen=True):
    """What one source says."""

    source: str
    """ecg, art, pleth, co2 or resp."""
    wave: str
    """Key of the wave it was read from."""
    rate: Rate


class Fused(msgspec.Struct, frozen=True):
    """The number, where it comes from, and who agrees. ``rate.per_min`` is None when no source gives one."""

    rate: Rate
    source: str
    """Empty when there is none."""
    wave: str
    agreeing: tuple[str, ...] = ()
    """Other sources that say the same."""
    disagreement: str = ""
    """One sentence when another source says something else; the quality is then at most fair."""


def heart(readings: Sequence[Reading]) -> Fused:
    """The heart rate: the ECG's as long as it can be counted, with what the pulses say beside it."""
    chosen, others = _choose(HEART, readings)
    return _fused(chosen, others, HEART, readings, _heart_sentence)


def breathing(readings: Sequence[Reading], heart_per_min: float | None = None) -> Fused:
    """The respiratory rate. A count close to ``heart_per_min`` that others contradict is said to be the heart's."""
    chosen, others = _choose(BREATHING, readings)

    def sentence(first: Reading, second: Reading) -> str:
        for one in (first, second):
            if heart_per_min and abs(_value(one) - heart_per_min) <= HEART_SWAY_SHARE * heart_per_min:
                return f"{_counts(first, second)}: {NAMES[one.source]} may be counting the heart"
        return f"{_counts(first, second)}: one of the two is wrong"

    return _fused(chosen, others, BREATHING, readings, sentence)


def _value(reading: Reading) -> float:
    return reading.rate.per_min or 0.0


def _close(way: Way, first: Reading, second: Reading) -> bool:
    one, other = first.rate.per_min or 0.0, second.rate.per_min or 0.0
    apart = abs(one - other)
    return apart <= way.close_per_min or apart <= way.close_share * max(one, other)


def _choose(way: Way, readings: Sequence[Reading]) -> tuple[Reading | None, list[Reading]]:
    """The reading that gives the number, and the best one of each other source; several leads are one source."""
    best: dict[str, Reading] = {}
    for reading in readings:
        known = best.get(reading.source)
        if reading.rate.per_min is not None and (known is None or _worth(reading) < _worth(known)):
            best[reading.source] = reading
    if not best:
        return None, []
    if len(best) == 1:
        return next(iter(best.values())), []

    voting = way.majority and len(best) > 2

    def rank(reading: Reading) -> tuple[int, int, int]:
        with_it = sum([_close(way, reading, other) for other in best.values()]) if voting else 0
        return -with_it, _worth(reading), way.order.index(reading.source)

    chosen = min(best.values(), key=rank)
    return chosen, [one for one in best.values() if one is not chosen]


def _worth(reading: Reading) -> int:
    return QUALITIES.index(reading.rate.quality)


def _fused(
    chosen: Reading | None,
    others: Sequence[Reading],
    way: Way,
    readings: Sequence[Reading],
    sentence: Callable[[Reading, Reading], str],
) -> Fused:
    if chosen is None:
        silent = min(readings, key=lambda one: way.order.index(one.source), default=None)
        if silent is None:
            return Fused(Rate(None, "none", "no signal to count on", 0, 0), "", "")
        return Fused(silent.rate, "", "")
    agreeing = tuple(one.source for one in others if _close(way, chosen, one))
    against = [one for one in others if one.source not in agreeing]
    rate = chosen.rate
    if not against:
        return Fused(rate, chosen.source, chosen.wave, agreeing)
    said = sentence(chosen, min(against, key=_worth))
    quality = rate.quality if way.majority and agreeing else "fair"
    rate = Rate(rate.per_min, quality, rate.why, rate.at_us, rate.age_us)
    return Fused(rate, chosen.source, chosen.wave, agreeing, said)


def _counts(first: Reading, second: Reading) -> str:
    text = f"{NAMES[first.source]} counts {_value(first):.0f}, {NAMES[second.source]} {_value(second):.0f}"
    return text[0].upper() + text[1:]


def _heart_sentence(first: Reading, second: Reading) -> str:
    counts = _counts(first, second)
    if first.source != "ecg":
        return f"{counts}: one of the two is wrong"
    if _value(first) > _value(second):
        return f"{counts}: beats without pulse, or the ECG counts something twice"
    return f"{counts}: the ECG misses beats, or the pulse wave counts more than pulses"
