"""What each ECG lead has shown: whether its electrodes are on, how high its beats are, whether it can show an arrest.

A beat that is found in a second without anything of 0.15 mV in the QRS band does not count, unless beats of this lead
are known to be so low: in an arrest, detectors take P waves and noise for beats.
"""

import statistics

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.signals.ecg_beats import Beat
from holdfast.signals.fibrillation import LIKELY
from holdfast.signals.observed import EcgSecond
from holdfast.signals.quality import FIT, FLAT_MV, Quality

LEAD_OFF_S = 2
"""Seconds without a lead before it is said, and with one before it is taken back (estimate)."""

ARTEFACT_S = 5
"""Seconds of nothing but noise, saturation or shapes that are not beats, on every lead, before it is said
(estimate)."""

FROZEN_S = 4
"""Seconds without one step of the converter before it is said (estimate)."""

LOOSE_COUNT = 3
LOOSE_WITHIN_S = 60
"""A lead that came off so often within so long has a loose electrode (estimate)."""

LIKE_SHARE = 0.5
"""A flat second holds a beat only when it reaches this share of what seconds with beats reach on this lead, and is
quiet only below it (estimate)."""

QUIET_SHARE = 0.35
"""Any other second without beats is quiet only below this share: escape beats are lower than those before
(estimate)."""

GONE_MV = 1.5
"""A flat lead that stands this far from where its beats were has come off: a heart that stops does not move the level
(estimate). It stays off until it shows beats."""

SLOW_RHYTHM_PER_MIN = 160.0
"""Below this rate a complex may be taken for what is usual (estimate)."""

ECHO_US = 150_000
"""A beat so shortly before the end of a second leaves the other half of its QRS in the next (estimate)."""

REMEMBERED = 9
"""The usual height is the median of so many seconds with beats (estimate): one movement does not change it."""

SMALL_S = 6
SMALL_WITHIN_S = 10
"""So many flat seconds of so many on a lead whose beats were never seen: too small to tell an arrest by (estimate)."""


class LeadMemory(msgspec.Struct, frozen=True):
    """Run lengths in seconds, and what is usual, for one ECG lead."""

    lead_off: int = 0
    frozen: int = 0
    unusable: int = 0
    good: int = 0
    """Seconds in a row that are neither lead off nor frozen."""
    fit: bool = False
    """Of the last second: absence of a beat means something."""
    quiet: bool = False
    """Of the last second: fit, no beat, and nothing in it as high as this lead's beats."""
    beats: tuple[Beat, ...] = ()
    """Beats of the last second that count."""
    firm: bool = False
    """The last second was not flat: its beats may show what is usual. Low ones that are let pass may not, or each would
    let still lower ones pass."""
    heights_mv: tuple[float, ...] = ()
    """Heights in the QRS band of the last seconds with firm beats."""
    usual_mv: float = 0.0
    """Their median; 0 before any."""
    levels_mv: tuple[float, ...] = ()
    """Levels of the same seconds."""
    slow_shares: tuple[float, ...] = ()
    """How wide their complexes were, of those at a usual rate."""
    gone: bool = False
    """Its level went far from that of its beats, and none have come since: flat now means off."""
    spared: bool = False
    """An arrest was named since the last beats: shocks and hands move the level, so it says nothing of the lead."""
    small: tuple[bool, ...] = ()
    """For the seconds since a beat: flat, and no beats have been seen yet, or such as are too low."""
    came_off_us: tuple[int, ...] = ()

    @property
    def is_small(self) -> bool:
        """Whether nothing on it is high enough to be told for a beat."""
        return sum(self.small) >= SMALL_S

    @property
    def is_loose(self) -> bool:
        """Whether the lead comes off again and again."""
        return len(self.came_off_us) >= LOOSE_COUNT


Leads = tuple[tuple[str, LeadMemory], ...]


def step(
    leads: Leads, start_us: int, ecgs: tuple[EcgSecond, ...], arrested: bool = False, beaten: bool = True
) -> Leads:
    """The memory of the leads after one more second of each. ``arrested``: a lethal rhythm is named at the moment.
    ``beaten``: the heart's beats have been seen on some lead."""
    known = dict(leads)
    return tuple((ecg.key, _lead(known.get(ecg.key, LeadMemory()), start_us, ecg, arrested, beaten)) for ecg in ecgs)


def _lead(before: LeadMemory, start_us: int, second: EcgSecond, arrested: bool, beaten: bool) -> LeadMemory:
    quality = second.quality
    off, frozen = quality in (Quality.LEAD_OFF, None), quality is Quality.FROZEN
    fit = quality in FIT
    like_beats = bool(before.usual_mv) and second.qrs_mv >= LIKE_SHARE * before.usual_mv
    flat = quality in (Quality.FLAT, Quality.SETTLING)
    counted = second.beats if quality is Quality.USABLE or (quality is Quality.FLAT and like_beats) else ()
    away = bool(before.levels_mv) and _moved(before.levels_mv, second.level_mv) >= GONE_MV
    waving = (second.fibrillation or 0.0) >= LIKELY
    spared = arrested or waving or (before.spared and not counted)
    gone = not counted and (before.gone or (away and not off and not frozen and not spared))
    off, fit = off or (gone and flat), fit and not gone
    echo = bool(before.beats) and start_us - before.beats[-1].at_us < ECHO_US
    share = LIKE_SHARE if quality is Quality.FLAT else QUIET_SHARE
    high = bool(before.usual_mv) and second.qrs_mv >= share * before.usual_mv and not echo
    quiet = fit and not counted and not high
    bad = quality in (Quality.NOISY, Quality.SATURATED, Quality.SETTLING) and not gone
    bad = bad or (fit and not counted and not quiet)
    heights, usual, levels, slow = before.heights_mv, before.usual_mv, before.levels_mv, before.slow_shares
    firm = quality is Quality.USABLE
    if counted and firm and not spared:
        heights = (*heights, second.qrs_mv)[-REMEMBERED:]
        usual = statistics.median(heights)
        levels = (*levels, second.level_mv)[-REMEMBERED:]
        if second.regular_per_min < SLOW_RHYTHM_PER_MIN and second.fibrillation is not None:
            slow = (*slow, second.slow_share)[-REMEMBERED:]
    low = bool(second.beats) and not before.usual_mv
    small = (*before.small, quality is Quality.FLAT and (low or not beaten))[-SMALL_WITHIN_S:]
    fell = (off or frozen) and before.good > 0
    young = tuple(at for at in before.came_off_us if at > start_us - LOOSE_WITHIN_S * US_PER_S)
    return LeadMemory(
        lead_off=before.lead_off + 1 if off else 0,
        frozen=before.frozen + 1 if frozen else 0,
        unusable=before.unusable + 1 if bad else 0,
        good=0 if off or frozen else before.good + 1,
        fit=fit,
        quiet=quiet,
        beats=counted,
        firm=firm,
        heights_mv=heights,
        usual_mv=usual,
        levels_mv=levels,
        slow_shares=slow,
        gone=gone,
        spared=spared,
        small=() if counted and firm else small,
        came_off_us=(*young, start_us) if fell else young,
    )


def may_count(memory: LeadMemory, beat: Beat) -> bool:
    """Whether a beat is not lower than both a flat second and what counts in one on this lead."""
    return abs(beat.height_mv) >= min(FLAT_MV, LIKE_SHARE * memory.usual_mv)


def _moved(levels_mv: tuple[float, ...], level_mv: float) -> float:
    return abs(level_mv - statistics.median(levels_mv))
