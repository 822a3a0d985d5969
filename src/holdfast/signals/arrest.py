"""Rules for a heart that has stopped: asystole, fibrillation, beats without a pulse, and compressions of the chest.

No beats on the ECG is an arrest only on an ECG that has shown beats and is fit to show them, while nothing like them
is on it and no pulse is seen elsewhere. Fibrillation goes before asystole.
"""

import statistics

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.signals.fibrillation import LIKELY
from holdfast.signals.leads import LeadMemory, Leads
from holdfast.signals.observed import EcgSecond, PulseSecond
from holdfast.signals.quality import Quality

ASYSTOLE_S = 4.4
"""Time since the last beat. Monitors for people use 4 s (Edan Elite V6 manual p. 62) or 3 to 10 s (Mindray V manual p.
181). Of the marked intervals of 4 to 4.4 s of the sleeping dogs, three were read and were true pauses of one healthy
dog; it is still said within 5 s."""

QUIET_S = 3
"""So many whole seconds since the last beat must be quiet on one lead, the last of them included (arithmetic: 4.4 s
hold at least three)."""

BEATS_KNOWN = 8
KNOWN_OF = 16
KNOWN_LIKE = 0.8
KNOWN_GAP_S = 10
"""An ECG must have shown so many beats among so many that are as like those before them as this, without a longer gap,
before a rate or a missing beat is named on it (estimate): movement on electrodes without contact makes beats too, but
hardly two alike. Every second beat may be a ventricular one."""

QUIET_WITHIN_S = 5
"""They lie within so long: at most one second between them may be unfit (arithmetic)."""

QUIET_AFTER_NOISE_S = 8
"""When the beats before were not RETURN_BEATS in a row, or unfit seconds lie between them and the quiet ones, so many
quiet seconds in a row are asked for (estimate): a bad ECG is more often the reason than the heart."""

NO_BEATS_S = 10
"""Fit seconds without a beat, on an ECG that never showed any, before it is said (estimate)."""

RETURN_BEATS = 3
"""So many beats in a row, none later than ASYSTOLE_S after the one before, end an asystole: one agonal beat does not
(estimate)."""

VF_S = 3
VF_WITHIN_S = 4
"""So many fibrillating seconds of so many (estimate). With the window of 4 s it is said 6 to 8 s after the onset."""

VF_END_S = 8
"""Seconds without fibrillation that end it when no beats come back (estimate): compressions interrupt its wave."""

ALIKE = 0.9
"""Two beats in one second that are as like the beats before as this are not fibrillation (estimate)."""

PULSE_VOUCHES_S = 4
PULSES_MIN = 2
"""So many pulses within so long show that the heart pumps (estimate)."""

PULSE_KNOWN_COUNT = 5
"""So many pulses must have been seen on a wave before their absence means anything (estimate)."""

NO_PULSE_S = 5
"""A pulse wave that showed pulses and shows none for so long (Philips holds asystole back at most 5 s on the strength
of a pulse: IntelliVue MP5 manual p. 123)."""

PLETH_ALONE_S = 10
"""A pleth alone must be without pulse for so long before beats are called pulseless: probes slip (estimate)."""

ETCO2_COLLAPSE_MMHG = 10.0
ETCO2_BEFORE_MMHG = 15.0
ETCO2_S = 5
"""End-tidal carbon dioxide below the first for so long, that was above the second: no flow to the lungs (estimate)."""

PULSE_BACK_S = 8
"""Pulses in an arrest end it when they last so long without being compressions (estimate): those must show first."""

WIDER = 0.7
"""A complex is wide when it holds this much more below the QRS band than usual (natural logarithm of the ratio:
twice as much; estimate)."""

VT_S = 3
VT_WITHIN_S = 4
"""So many seconds of so many with a fast, wide wave that repeats itself (estimate)."""

FLUTTER_PER_MIN = 250.0
"""A wave that repeats itself faster than this is flutter or fibrillation, not named a tachycardia (estimate)."""

UNKNOWN_S = 10
"""A physiological state on an ECG that has not been fit for so long is no longer known (estimate)."""


class PulseMemory(msgspec.Struct, frozen=True):
    """What one pulse wave has shown."""

    seen: int = 0
    quiet: int = 0
    """Seconds in a row with signal but without a pulse."""
    recent: tuple[int, ...] = ()
    """Pulses in each of the last PULSE_VOUCHES_S seconds."""
    absent: int = 0
    """Seconds in a row without signal."""


Pulses = tuple[tuple[str, PulseMemory], ...]


class ArrestState(msgspec.Struct, frozen=True):
    """Since when there is no beat, and what the last seconds were."""

    pulses: Pulses = ()
    last_us: int | None = None
    """The last beat that counts."""
    known: int = 0
    """BEATS_KNOWN once that many alike were seen."""
    alike: tuple[bool, ...] = ()
    """Of the last KNOWN_OF beats that count: like those before."""
    quiet: tuple[int, ...] = ()
    """Starts of the quiet seconds since the last beat (the last few)."""
    quiet_run: int = 0
    """Quiet seconds in a row."""
    without: int = 0
    """Fit seconds in a row without a beat."""
    unfit: int = 0
    waving: tuple[bool, ...] = ()
    fast_wide: tuple[bool, ...] = ()
    """Per second: a fast, wide wave that repeats itself."""
    calm: int = 0
    """Fit seconds since the last that fibrillated, those left out of which nothing could be said."""
    unsaid: int = 0
    """Seconds in a row of which nothing could be said about that."""
    returned: tuple[int, ...] = ()
    """Beats in a row, the newest last, none more than ASYSTOLE_S after the one before."""
    clean: int = 0
    """Beats in a row that are like those before."""
    pulsing: int = 0
    """Seconds in a row in which some wave showed pulses."""
    flowing: int = 0
    """Seconds in a row in which some wave that is on had shown a pulse within NO_PULSE_S."""
    etco2_seen: bool = False
    etco2_low: int = 0
    etco2_back: int = 0
    """Seconds in a row with carbon dioxide that is not so low."""
    blind: int = 0
    """Seconds in a row without a pulse wave that has shown pulses and without carbon dioxide."""


def step(
    state: ArrestState,
    start_us: int,
    ecgs: tuple[EcgSecond, ...],
    leads: Leads,
    pulses: tuple[PulseSecond, ...],
    etco2_mmhg: float | None,
    compressed: bool,
    ventricular_per_min: float,
) -> ArrestState:
    """Take one second of every signal. ``compressed``: the chest is being compressed, beats, pulses and waves are
    hands, and whether the heart fibrillates is not known anew."""
    found = LeadMemory() if compressed else _longest(leads)
    beats = sorted(beat.at_us for beat in found.beats)
    likes = [found.firm and beat.likeness >= KNOWN_LIKE for beat in found.beats]
    before = state.alike
    if beats and state.last_us is not None and beats[0] - state.last_us > KNOWN_GAP_S * US_PER_S:
        before = ()
    alike = (*before, *likes)[-KNOWN_OF:]
    known = max(state.known, sum(alike)) if state.known < BEATS_KNOWN else state.known
    waves = tuple((p.key, _pulse(dict(state.pulses).get(p.key, PulseMemory()), p)) for p in pulses)
    still = bool(leads) and all(m.lead_off or m.frozen for _, m in leads) and pulse_lost(waves)
    fit = any(memory.fit for _, memory in leads)
    silent = any(memory.quiet for _, memory in leads) and not any(m.fit and not m.quiet for _, m in leads)
    quiet = not beats and (still or silent)
    returned = state.returned
    for at in beats:
        returned = (*returned, at)[-RETURN_BEATS:] if returned and at - returned[-1] < ASYSTOLE_S * US_PER_S else (at,)
    last = beats[-1] if beats else state.last_us
    clean = state.clean
    for like in likes:
        clean = min(clean + 1, RETURN_BEATS) if like else 0
    if last is None and state.known >= BEATS_KNOWN:
        last = start_us  # beats known from before a start: without them from here on
    quiet_since = () if beats else state.quiet
    low = etco2_mmhg is not None and etco2_mmhg < ETCO2_COLLAPSE_MMHG
    on = [memory for _, memory in waves if memory.seen >= PULSE_KNOWN_COUNT and not memory.absent]
    said = any(ecg.fibrillation is not None for ecg in ecgs)
    waving = _waving(ecgs)
    return ArrestState(
        pulses=waves,
        last_us=last,
        known=known,
        alike=alike,
        quiet=(*quiet_since, start_us)[-QUIET_S:] if quiet else quiet_since,
        quiet_run=state.quiet_run + 1 if quiet else 0,
        without=0 if beats else state.without + 1 if fit else 0,
        unfit=0 if fit else state.unfit + 1,
        waving=state.waving if compressed else (*state.waving, waving)[-VF_WITHIN_S:],
        calm=state.calm if compressed else 0 if waving else state.calm + (said and fit),
        unsaid=0 if said else state.unsaid + 1,
        fast_wide=(*state.fast_wide, not compressed and _fast_wide(ecgs, leads, ventricular_per_min))[-VT_WITHIN_S:],
        returned=returned,
        clean=clean,
        pulsing=state.pulsing + 1 if pulsing(waves) and not compressed else 0,
        etco2_seen=state.etco2_seen or (etco2_mmhg or 0.0) >= ETCO2_BEFORE_MMHG,
        etco2_low=state.etco2_low + 1 if low else 0,
        etco2_back=state.etco2_back + 1 if etco2_mmhg is not None and not low else 0,
        flowing=state.flowing + 1 if any(memory.quiet < NO_PULSE_S for memory in on) else 0,
        blind=0 if on or etco2_mmhg is not None else state.blind + 1,
    )


def after_hole(state: ArrestState, now_us: int) -> ArrestState:
    """The state after a hole that ended at ``now_us``: a heart that was known to beat is missed from then on."""
    return ArrestState(
        pulses=tuple((key, PulseMemory(seen=memory.seen)) for key, memory in state.pulses),
        last_us=now_us if state.known >= BEATS_KNOWN else None,
        known=state.known,
        etco2_seen=state.etco2_seen,
    )


def _longest(leads: Leads) -> LeadMemory:
    """The lead with most counted beats."""
    return max((memory for _, memory in leads), key=lambda memory: len(memory.beats), default=LeadMemory())


def _waving(ecgs: tuple[EcgSecond, ...]) -> bool:
    """Most of the leads of which something can be said look like fibrillation, and none shows beats that are alike."""
    said = [ecg.fibrillation >= LIKELY for ecg in ecgs if ecg.fibrillation is not None]
    # Crests of a coarse wave are alike too and are found as beats: only seconds fit to show beats speak for them.
    fit = [ecg for ecg in ecgs if ecg.quality is Quality.USABLE]
    alike = any(sum(beat.likeness >= ALIKE for beat in ecg.beats) > 1 for ecg in fit)
    return sum(said) * 2 > len(said) and not alike


def _fast_wide(ecgs: tuple[EcgSecond, ...], leads: Leads, per_min: float) -> bool:
    """On most of the leads of which something can be said a fast wave repeats itself, and is likely fibrillation by
    its shape or wider than what is usual on this lead."""
    known = dict(leads)
    said = [
        _is_wide(e, known[e.key]) and per_min <= e.regular_per_min <= FLUTTER_PER_MIN
        for e in ecgs
        if e.fibrillation is not None
    ]
    return sum(said) * 2 > len(said)


def _is_wide(ecg: EcgSecond, memory: LeadMemory) -> bool:
    if (ecg.fibrillation or 0.0) >= LIKELY:
        return True
    return bool(memory.slow_shares) and ecg.slow_share >= statistics.median(memory.slow_shares) + WIDER


def _pulse(memory: PulseMemory, second: PulseSecond) -> PulseMemory:
    recent = (*memory.recent, second.pulses)[-PULSE_VOUCHES_S:]
    quiet = memory.quiet + 1 if second.present and not second.pulses else 0
    return PulseMemory(
        min(memory.seen + second.pulses, 1000), quiet, recent, 0 if second.present else memory.absent + 1
    )


def pulsing(waves: Pulses) -> bool:
    """Some wave shows pulses."""
    return any(sum(memory.recent) >= PULSES_MIN for _, memory in waves)


def pulse_is_back(state: ArrestState) -> bool:
    """Pulses have come for long enough to end an arrest, were they not made by hands."""
    return state.pulsing >= PULSE_BACK_S


def pulse_lost(waves: Pulses) -> bool:
    """A wave that showed pulses is on and shows none, and no other wave shows any."""
    return any(m.seen >= PULSE_KNOWN_COUNT and m.quiet >= QUIET_S for _, m in waves) and not pulsing(waves)


def fibrillating(state: ArrestState) -> bool:
    """Fibrillation is suspected."""
    return sum(state.waving[-VF_WITHIN_S:]) >= VF_S and not pulsing(state.pulses)


def fast_and_wide(state: ArrestState) -> bool:
    """Ventricular tachycardia or flutter is suspected, with or without a pulse."""
    return sum(state.fast_wide) >= VT_S


def without_beats(state: ArrestState, now_us: int) -> bool:
    """Long enough without a beat on an ECG that would show one (a pulse may still be seen elsewhere)."""
    if state.last_us is None or state.known < BEATS_KNOWN or any(state.waving[-2:]):
        return False
    silent = now_us - state.last_us >= ASYSTOLE_S * US_PER_S
    if not silent or len(state.quiet) < QUIET_S or not state.quiet_run:
        return False
    first_us = state.quiet[-QUIET_S]
    if now_us - first_us > QUIET_WITHIN_S * US_PER_S:
        return False
    at_once = len(state.returned) >= RETURN_BEATS and now_us - state.last_us <= (ASYSTOLE_S + 2) * US_PER_S
    return at_once or state.quiet_run >= QUIET_AFTER_NOISE_S


def has_beaten(state: ArrestState) -> bool:
    """Beats have been seen that are alike: the electrodes show this heart."""
    return state.known >= BEATS_KNOWN


def never_beaten(state: ArrestState) -> bool:
    """An ECG that is fit to show beats has not shown any since it came on, nor has another signal shown a pulse."""
    return not has_beaten(state) and state.without >= NO_BEATS_S and not pulsing(state.pulses)


def no_flow_either(state: ArrestState) -> bool:
    """A pulse wave that is on shows no pulse, or carbon dioxide is low, whatever they showed before."""
    low = state.etco2_low >= ETCO2_S or any(memory.quiet >= NO_PULSE_S for _, memory in state.pulses)
    return low and not pulsing(state.pulses)


def beats_are_back(state: ArrestState, now_us: int) -> bool:
    """So many beats in a row, the last of them now, that the heart beats again."""
    enough = len(state.returned) >= RETURN_BEATS
    return enough and now_us - state.returned[-1] < ASYSTOLE_S * US_PER_S


def rhythm_is_back(state: ArrestState, now_us: int) -> bool:
    """Also so alike that movement in an arrest is not taken for them."""
    return beats_are_back(state, now_us) and state.clean >= RETURN_BEATS


def pulseless(state: ArrestState) -> bool:
    """Beats on the ECG, and every pulse wave that is on has lost its pulse, or carbon dioxide has collapsed."""
    if state.without or len(state.returned) < RETURN_BEATS or pulsing(state.pulses) or any(state.waving[-2:]):
        return False
    return _without_flow(state)


def _without_flow(state: ArrestState) -> bool:
    if state.etco2_seen and state.etco2_low >= ETCO2_S:
        return True
    on = [(key, m.quiet) for key, m in state.pulses if m.seen >= PULSE_KNOWN_COUNT and m.quiet]
    return any(quiet >= (PLETH_ALONE_S if key == "pleth" else NO_PULSE_S) for key, quiet in on)


def flow_is_back(state: ArrestState) -> bool:
    """Pulses, also few of them, or carbon dioxide have come back for long enough to end an arrest with beats."""
    back = state.flowing >= PULSE_BACK_S or state.etco2_back >= ETCO2_S
    return pulse_is_back(state) or (back and not _without_flow(state))


def flow_is_unknown(state: ArrestState) -> bool:
    """Nothing shows that there is no flow any more, nor could the waves that are fit show it."""
    return not _without_flow(state) and max(state.unfit, state.blind) >= UNKNOWN_S
