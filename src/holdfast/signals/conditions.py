"""The states of a bed that are said in words: which began, which ended, with the rules of all signals put together.

This is where signals vouch for each other. No beats on the ECG is an arrest only on an ECG that is fit to show beats
and while no pulse is seen elsewhere; a frozen ECG is the device's fault unless a pulse that was there has gone too.
The rules themselves are in ``leads``, ``arrest``, ``compressions`` and ``rhythm``.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_S
from holdfast.signals import arrest, compressions, leads, rhythm
from holdfast.signals.arrest import ArrestState
from holdfast.signals.compressions import CompressionState
from holdfast.signals.ecg_beats import Beat
from holdfast.signals.leads import Leads
from holdfast.signals.observed import ADULT_DOG, EcgSecond, PulseSecond, RateLimits
from holdfast.signals.rhythm import RhythmState


class Condition(StrEnum):
    """States that the rules know."""

    ASYSTOLE = "asystole"
    VENTRICULAR_FIBRILLATION = "ventricular_fibrillation_suspected"
    VENTRICULAR_TACHYCARDIA = "ventricular_tachycardia"
    PULSELESS = "pulseless_electrical_activity_suspected"
    EXTREME_BRADYCARDIA = "extreme_bradycardia"
    EXTREME_TACHYCARDIA = "extreme_tachycardia"
    VENTRICULAR_RUN = "ventricular_run"
    NO_BEATS_YET = "no_beats_seen_yet"
    NO_PULSE = "no_pulse_signal"
    PAUSE = "pause"
    DROPPED_BEATS = "dropped_beats_suspected"
    COMPRESSIONS = "compressions_suspected"
    ECG_DISAGREES = "ecg_without_beats_but_pulse"
    LEAD_OFF = "lead_off"
    FROZEN = "no_signal_change"
    ARTEFACT = "artefact"
    LOOSE = "electrode_loose"
    ECG_SMALL = "ecg_too_small"


TECHNICAL = frozenset(
    {
        Condition.LEAD_OFF,
        Condition.FROZEN,
        Condition.ARTEFACT,
        Condition.ECG_DISAGREES,
        Condition.LOOSE,
        Condition.ECG_SMALL,
    }
)
"""About the equipment, not about the animal."""

ARREST = frozenset({Condition.ASYSTOLE, Condition.VENTRICULAR_FIBRILLATION, Condition.PULSELESS})
"""While one of these holds, hands may be on the chest."""


_WAVES = frozenset({Condition.VENTRICULAR_FIBRILLATION, Condition.VENTRICULAR_TACHYCARDIA})


@dataclass(frozen=True)
class Began:
    """A state began; ``signal`` is the wave it is about, empty when it is about the heart."""

    condition: str
    signal: str
    text: str
    at_us: int
    technical: bool
    priority: str
    """high, medium or low."""


@dataclass(frozen=True)
class Ended:
    """A state is over, or no longer known: then nobody may read that it has passed."""

    condition: str
    signal: str
    at_us: int
    known: bool = True
    """False: it may still hold, but nothing that is fit shows it any more."""


Change = Began | Ended
Key = tuple[Condition, str]


class ConditionState(msgspec.Struct, frozen=True, tag="conditions.3", forbid_unknown_fields=True):
    """What the rules remember, and the states that hold: (condition, signal, began_us)."""

    leads: Leads = ()
    arrest: ArrestState = ArrestState()
    hands: CompressionState = CompressionState()
    rhythm: RhythmState = RhythmState()
    pulse_counts: tuple[int, ...] = ()
    """Pulses of the last seconds on the wave that has most, for a second opinion on the rate."""
    holding: tuple[tuple[Condition, str, int], ...] = ()


PULSE_RATE_S = 10
"""Pulses are counted over so long for that."""


@dataclass(frozen=True)
class Before:
    """What is known of an animal from before the analysis started: it was restarted, or the animal has another bed."""

    beats: bool = False
    """An ECG has shown its beats: one without them is an arrest, not an ECG that never showed any."""
    pulses: tuple[str, ...] = ()
    """Waves that have shown its pulse."""
    arrests: tuple[tuple[str, int], ...] = ()
    """Arrests that hold, and since when (us): they hold until beats or a pulse are seen."""


NOTHING_BEFORE = Before()


def initial(before: Before = NOTHING_BEFORE) -> ConditionState:
    """Nothing seen, and nothing holds but what is known from ``before``."""
    pulses = tuple((key, arrest.PulseMemory(seen=arrest.PULSE_KNOWN_COUNT)) for key in before.pulses)
    known = arrest.BEATS_KNOWN if before.beats or before.arrests else 0
    holding = tuple((Condition(name), "", began_us) for name, began_us in before.arrests)
    return ConditionState(arrest=ArrestState(pulses=pulses, known=known), holding=holding)


def held_before(before: Before) -> tuple[Began, ...]:
    """The states that hold from ``before``, in their words."""
    return tuple(_began((Condition(name), ""), began_us) for name, began_us in before.arrests)


def dump(state: ConditionState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> ConditionState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, ConditionState)


def forget(state: ConditionState, now_us: int) -> ConditionState:
    """The state after a hole in the signals that ended at ``now_us``, or a clock set back to it: what holds goes on
    holding, run lengths start anew, and what waves have shown before still counts."""
    beating = RhythmState(slow=state.rhythm.slow, fast=state.rhythm.fast, run=state.rhythm.run)
    stopped = arrest.after_hole(state.arrest, now_us)
    return ConditionState(holding=state.holding, arrest=stopped, rhythm=beating)


def step(
    state: ConditionState,
    start_us: int,
    ecgs: tuple[EcgSecond, ...],
    pulses: tuple[PulseSecond, ...],
    limits: RateLimits = ADULT_DOG,
    etco2_mmhg: float | None = None,
) -> tuple[ConditionState, tuple[Change, ...]]:
    """Take one second of every signal; return what began and what ended at its end."""
    end_us = start_us + US_PER_S
    held = {condition for condition, _, _ in state.holding}
    named = bool(held & (ARREST | _WAVES))
    seen = leads.step(state.leads, start_us, ecgs, named, arrest.has_beaten(state.arrest))
    hands = compressions.step(state.hands, start_us, ecgs, seen, pulses)
    pressed = bool(held & ARREST) and compressions.rhythmic(hands)
    per_min = limits.ventricular_per_min
    stopped = arrest.step(state.arrest, start_us, ecgs, seen, pulses, etco2_mmhg, pressed, per_min)
    counts = (*state.pulse_counts, max((wave.pulses for wave in pulses), default=0))[-PULSE_RATE_S:]
    pulse_rate = sum(counts) * 60 / PULSE_RATE_S if arrest.pulsing(stopped.pulses) else None
    beating = RhythmState()  # in an arrest no rate and no pause is named, nor is it part of one afterwards
    if not held & {Condition.ASYSTOLE, Condition.VENTRICULAR_FIBRILLATION}:
        beating = rhythm.step(
            state.rhythm, start_us, seen, {ecg.key: ecg.regular_per_min for ecg in ecgs}, pulse_rate, limits
        )
    state = ConditionState(seen, stopped, hands, beating, counts, state.holding)
    wanted = _of_the_heart(state, end_us, pressed) + _of_the_pulses(stopped)
    wanted += _of_the_leads(seen, named=pressed or bool(held & _WAVES) or arrest.fibrillating(stopped))
    over: dict[Key, bool] = {}
    for key in _held(state):
        if key not in wanted and (_is_over(key, state, end_us, pressed) or _is_unknown(key, state, pressed)):
            over[key] = _is_over(key, state, end_us, pressed)
    return _changed(state, wanted, over, end_us)


def is_silent(state: ConditionState, now_us: int) -> bool:
    """Asystole does not hold, and would be called if no beat has come since the last whole second."""
    return arrest.without_beats(state.arrest, now_us) and (Condition.ASYSTOLE, "") not in _held(state)


def may_count(state: ConditionState, key: str, beat: Beat) -> bool:
    """Whether a beat of the second that is not over yet may count when it is: a P wave will not."""
    return leads.may_count(dict(state.leads).get(key, leads.LeadMemory()), beat)


def watch(state: ConditionState, now_us: int, beaten: bool) -> tuple[ConditionState, tuple[Change, ...]]:
    """Between two whole seconds: has asystole begun? ``beaten``: some beat that may count was found since the last
    whole second."""
    busy = beaten or arrest.pulsing(state.arrest.pulses) or arrest.fibrillating(state.arrest)
    if busy or not is_silent(state, now_us):
        return state, ()
    return _changed(state, [(Condition.ASYSTOLE, "")], {}, now_us)


def _held(state: ConditionState) -> dict[Key, int]:
    return {(condition, signal): began for condition, signal, began in state.holding}


def _changed(
    state: ConditionState, wanted: list[Key], over: dict[Key, bool], now_us: int
) -> tuple[ConditionState, tuple[Change, ...]]:
    """``over``: what has ended, and whether that is known."""
    holding = _held(state)
    changes: list[Change] = []
    for key, known in over.items():
        del holding[key]
        changes.append(Ended(key[0].value, key[1], now_us, known))
    for key in wanted:
        if key not in holding:
            holding[key] = now_us
            changes.append(_began(key, now_us))
    held = tuple((condition, signal, began) for (condition, signal), began in holding.items())
    return msgspec.structs.replace(state, holding=held), tuple(changes)


def _of_the_heart(state: ConditionState, now_us: int, pressed: bool) -> list[Key]:
    """Which states of the heart the rules call for; at most one of those that exclude each other."""
    stopped, beating = state.arrest, state.rhythm
    wanted: list[Condition] = []
    if pressed:
        wanted.append(Condition.COMPRESSIONS)
    held = {condition for condition, _, _ in state.holding}
    regular = arrest.fast_and_wide(stopped)
    if arrest.fibrillating(stopped) and (not regular or Condition.VENTRICULAR_FIBRILLATION in held):
        wanted.append(Condition.VENTRICULAR_FIBRILLATION)
    elif arrest.without_beats(stopped, now_us):
        doubted = arrest.pulsing(stopped.pulses) and (Condition.ASYSTOLE, "") not in _held(state)
        wanted.append(Condition.ECG_DISAGREES if doubted else Condition.ASYSTOLE)
    elif arrest.pulseless(stopped) and not held & {Condition.ASYSTOLE, Condition.VENTRICULAR_FIBRILLATION}:
        wanted.append(Condition.PULSELESS)
    small = any(memory.is_small for _, memory in state.leads)
    if arrest.never_beaten(stopped) and not beating.fast and (not small or arrest.no_flow_either(stopped)):
        wanted.append(Condition.NO_BEATS_YET)
    if regular or beating.run >= rhythm.TACHYCARDIA_BEATS:
        wanted.append(Condition.VENTRICULAR_TACHYCARDIA)
    elif beating.run >= rhythm.RUN_BEATS:
        wanted.append(Condition.VENTRICULAR_RUN)
    elif beating.fast:
        wanted.append(Condition.EXTREME_TACHYCARDIA)
    seen = arrest.has_beaten(stopped)
    if beating.slow and seen:
        wanted.append(Condition.EXTREME_BRADYCARDIA)
    if seen and beating.paused_us is not None and now_us - beating.paused_us < rhythm.HOLD_S * US_PER_S:
        wanted.append(Condition.PAUSE)
    if len(beating.dropped_us) >= rhythm.DROPPED_COUNT:
        wanted.append(Condition.DROPPED_BEATS)
    return [(condition, "") for condition in wanted]


def _of_the_leads(seen: Leads, named: bool) -> list[Key]:
    """``named``: what is on the leads is called a rhythm or compressions, so it is no artefact."""
    wanted = [(Condition.LEAD_OFF, key) for key, memory in seen if memory.lead_off >= leads.LEAD_OFF_S]
    wanted += [(Condition.FROZEN, key) for key, memory in seen if memory.frozen >= leads.FROZEN_S]
    wanted += [(Condition.LOOSE, key) for key, memory in seen if memory.is_loose]
    wanted += [(Condition.ECG_SMALL, key) for key, memory in seen if memory.is_small]
    if seen and not named and all(memory.unusable >= leads.ARTEFACT_S for _, memory in seen):
        wanted.append((Condition.ARTEFACT, seen[0][0]))
    return wanted


def _of_the_pulses(stopped: ArrestState) -> list[Key]:
    known = [(key, m) for key, m in stopped.pulses if m.seen >= arrest.PULSE_KNOWN_COUNT]
    return [(Condition.NO_PULSE, key) for key, m in known if m.quiet >= arrest.NO_PULSE_S]


_OF_THE_RATE = frozenset(
    {
        Condition.EXTREME_BRADYCARDIA,
        Condition.EXTREME_TACHYCARDIA,
        Condition.VENTRICULAR_TACHYCARDIA,
        Condition.VENTRICULAR_RUN,
    }
)


def _is_over(key: Key, state: ConditionState, now_us: int, pressed: bool) -> bool:
    """Whether a state that is no longer called for is seen to have ended. An arrest ends with beats or a pulse;
    compressions end none."""
    condition, signal = key
    stopped, seen, waves = state.arrest, dict(state.leads), dict(state.arrest.pulses)
    pulse_is_back = arrest.pulse_is_back(stopped) and not pressed
    if condition in (Condition.ASYSTOLE, Condition.ECG_DISAGREES):
        return arrest.fibrillating(stopped) or pulse_is_back or arrest.beats_are_back(stopped, now_us)
    if condition is Condition.VENTRICULAR_FIBRILLATION:
        ceased = stopped.calm >= arrest.VF_WITHIN_S and arrest.rhythm_is_back(stopped, now_us)
        return pulse_is_back or ceased or stopped.calm >= arrest.VF_END_S
    if condition is Condition.PULSELESS:
        named = {(Condition.ASYSTOLE, ""), (Condition.VENTRICULAR_FIBRILLATION, "")} & _held(state).keys()
        other = bool(named) or arrest.fibrillating(stopped) or arrest.without_beats(stopped, now_us)
        return other or (arrest.flow_is_back(stopped) and not pressed)
    if condition is Condition.VENTRICULAR_TACHYCARDIA and any(stopped.fast_wide):
        return False
    if condition in _OF_THE_RATE:
        arrested = not {Condition.ASYSTOLE, Condition.VENTRICULAR_FIBRILLATION}.isdisjoint(c for c, _ in _held(state))
        pulsing = condition is Condition.EXTREME_BRADYCARDIA and arrest.pulsing(stopped.pulses)
        ventricular = condition in (Condition.VENTRICULAR_TACHYCARDIA, Condition.VENTRICULAR_RUN)
        other = ventricular and any(one.beats for _, one in state.rhythm.leads)
        return arrested or pulsing or other or not state.rhythm.untold
    if condition in (Condition.LEAD_OFF, Condition.FROZEN):
        return signal in seen and seen[signal].good >= leads.LEAD_OFF_S
    if condition is Condition.NO_PULSE:
        return signal in waves and waves[signal].recent[-1] > 0
    if condition is Condition.NO_BEATS_YET:
        return arrest.has_beaten(stopped) or arrest.pulsing(stopped.pulses)
    return True


def _is_unknown(key: Key, state: ConditionState, pressed: bool) -> bool:
    """Whether nothing has been fit for long enough to show a state that is neither called for nor seen to be over."""
    condition, signal = key
    stopped, waves = state.arrest, dict(state.arrest.pulses)
    if condition in (Condition.ASYSTOLE, Condition.ECG_DISAGREES, Condition.NO_BEATS_YET):
        return stopped.unfit >= arrest.UNKNOWN_S and not pressed
    if condition is Condition.VENTRICULAR_FIBRILLATION:
        return stopped.unsaid >= arrest.UNKNOWN_S and not pressed
    if condition is Condition.PULSELESS:
        return arrest.flow_is_unknown(stopped) and not pressed
    if condition is Condition.VENTRICULAR_TACHYCARDIA and any(stopped.fast_wide):
        return False
    if condition in (Condition.LEAD_OFF, Condition.FROZEN):
        return signal not in dict(state.leads)
    if condition is Condition.NO_PULSE:
        return signal not in waves or waves[signal].absent >= arrest.UNKNOWN_S
    return condition in _OF_THE_RATE


_TEXTS = {
    Condition.ASYSTOLE: f"No heart beat on the ECG for {arrest.ASYSTOLE_S:g} s, and no pulse seen",
    Condition.VENTRICULAR_FIBRILLATION: "ECG without distinct beats: ventricular fibrillation or tachycardia suspected",
    Condition.VENTRICULAR_TACHYCARDIA: "Fast wide regular rhythm: ventricular tachycardia suspected, feel the pulse",
    Condition.PULSELESS: "Beats on the ECG, but no pulse or no carbon dioxide: feel the pulse",
    Condition.EXTREME_BRADYCARDIA: "Heart rate extremely low",
    Condition.EXTREME_TACHYCARDIA: "Heart rate extremely high",
    Condition.VENTRICULAR_RUN: "Run of fast wide beats",
    Condition.NO_BEATS_YET: "No heart beat seen since this ECG came on: feel the pulse, check the electrodes",
    Condition.NO_PULSE: f"No pulse on this wave for {arrest.NO_PULSE_S} s: probe, cuff or circulation?",
    Condition.PAUSE: f"Pause of more than {rhythm.PAUSE_S:g} s between two beats",
    Condition.DROPPED_BEATS: "Intervals of twice the regular length: dropped beats suspected",
    Condition.COMPRESSIONS: "Regular movement during an arrest: taken for chest compressions, not for beats",
    Condition.LEAD_OFF: "ECG lead off",
    Condition.FROZEN: "ECG signal does not change at all: lead or device?",
    Condition.ARTEFACT: "ECG cannot be read: movement, noise or saturation",
    Condition.ECG_DISAGREES: "No beat on the ECG, but a pulse is seen: check the electrodes, feel the pulse",
    Condition.LOOSE: "ECG lead comes off again and again: loose electrode or cable",
    Condition.ECG_SMALL: "ECG lower than 0.15 mV: no arrest can be seen on it; feel the pulse, move the electrodes",
}


_HIGH = ARREST | {Condition.VENTRICULAR_TACHYCARDIA, Condition.EXTREME_BRADYCARDIA, Condition.EXTREME_TACHYCARDIA}
_LOW = frozenset(
    {Condition.ARTEFACT, Condition.PAUSE, Condition.DROPPED_BEATS, Condition.COMPRESSIONS, Condition.LOOSE}
)


def _began(key: Key, at_us: int) -> Began:
    condition, signal = key
    priority = "high" if condition in _HIGH else "low" if condition in _LOW else "medium"
    return Began(condition.value, signal, _TEXTS[condition], at_us, condition in TECHNICAL, priority)
