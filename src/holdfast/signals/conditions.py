"""Rules over the seconds of all signals of one bed: which state began, which ended.

This is where signals vouch for each other. No beats on the ECG is an arrest only on an ECG that is fit to show beats
and while no pulse is seen elsewhere; a frozen ECG is the device's fault unless a pulse that was there has gone too.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.signals.quality import FIT, Quality

ASYSTOLE_S = 4
"""No QRS for so long (Edan Elite V6 manual p. 62: 4 s; others let it be set from 3 to 10 s, Mindray V manual p. 181).
Healthy sleeping dogs seldom do: 27 marked intervals of 280,039 in the Dog Health Vitals recordings are longer."""

PULSE_VOUCHES_S = 4
PULSES_MIN = 2
"""So many pulses within so long show that the heart pumps (estimate)."""

NO_PULSE_S = 5
"""A pulse wave that showed pulses and shows none for so long (Philips holds asystole back at most 5 s on the strength
of a pulse: IntelliVue MP5 manual p. 123)."""

PULSE_KNOWN_COUNT = 5
"""So many pulses must have been seen on a wave before their absence means anything (estimate)."""

LEAD_OFF_S = 2
"""Seconds without a lead before it is said, and with one before it is taken back (estimate)."""

ARTEFACT_S = 5
"""Seconds of nothing but noise or saturation on every lead before it is said (estimate)."""

FROZEN_S = 4
"""Seconds without one step of the converter before it is said (estimate, as asystole)."""

VF_LEAKAGE_MAX = 0.5
VF_HEIGHT_MIN_MV = 0.2
VF_S = 4
"""Leakage at most this on a wave at least so high, for so long. On 13,357 s of sleeping dogs 0.06 % of single seconds
fall below 0.5; on vfdb (people) three quarters of the windows marked VFIB and two thirds of those marked VF do."""

UNKNOWN_S = 10
"""A physiological state on an ECG that has not been fit for so long is no longer known (estimate)."""


class Condition(StrEnum):
    """States that the rules know."""

    ASYSTOLE = "asystole"
    VENTRICULAR_FIBRILLATION = "ventricular_fibrillation_suspected"
    NO_PULSE = "no_pulse_signal"
    LEAD_OFF = "lead_off"
    FROZEN = "no_signal_change"
    ARTEFACT = "artefact"
    ECG_DISAGREES = "ecg_without_beats_but_pulse"


TECHNICAL = frozenset({Condition.LEAD_OFF, Condition.FROZEN, Condition.ARTEFACT, Condition.ECG_DISAGREES})
"""About the equipment, not about the animal."""


@dataclass(frozen=True)
class EcgSecond:
    """One second of one lead. ``quality`` None: no data of it in this second."""

    key: str
    quality: Quality | None
    beats: int
    leakage: float | None = None
    height_mv: float = 0.0


@dataclass(frozen=True)
class PulseSecond:
    """One second of one pulse wave. ``present``: there was signal, not missing and not frozen."""

    key: str
    present: bool
    pulses: int


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
    """A state is over, or no longer known."""

    condition: str
    signal: str
    at_us: int


Change = Began | Ended


class LeadMemory(msgspec.Struct, frozen=True):
    """Run lengths in seconds for one ECG lead."""

    lead_off: int = 0
    frozen: int = 0
    unusable: int = 0
    fibrillating: int = 0
    good: int = 0
    """Seconds in a row that are neither lead off nor frozen."""


class PulseMemory(msgspec.Struct, frozen=True):
    """What one pulse wave has shown."""

    seen: int = 0
    quiet: int = 0
    """Seconds in a row with signal but without a pulse."""
    recent: tuple[int, ...] = ()
    """Pulses in each of the last PULSE_VOUCHES_S seconds."""


class ConditionState(msgspec.Struct, frozen=True, tag="conditions.1", forbid_unknown_fields=True):
    """Run lengths, and the states that hold: (condition, signal, began_us)."""

    leads: tuple[tuple[str, LeadMemory], ...] = ()
    pulses: tuple[tuple[str, PulseMemory], ...] = ()
    without_beat: int = 0
    """Fit seconds in a row without a beat on any lead."""
    unfit: int = 0
    holding: tuple[tuple[Condition, str, int], ...] = ()


def initial() -> ConditionState:
    """Nothing seen, nothing holds."""
    return ConditionState()


def dump(state: ConditionState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> ConditionState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return msgspec.msgpack.decode(data, type=ConditionState)


def step(
    state: ConditionState, start_us: int, ecgs: tuple[EcgSecond, ...], pulses: tuple[PulseSecond, ...]
) -> tuple[ConditionState, tuple[Change, ...]]:
    """Take one second of every signal; return what began and what ended at its end."""
    leads = tuple((e.key, _lead(dict(state.leads).get(e.key, LeadMemory()), e)) for e in ecgs)
    waves = tuple((p.key, _pulse(dict(state.pulses).get(p.key, PulseMemory()), p)) for p in pulses)
    fit = any(e.quality in FIT for e in ecgs)
    beaten = any(e.beats > 0 for e in ecgs)
    frozen = bool(ecgs) and all(e.quality in (Quality.FROZEN, Quality.LEAD_OFF, None) for e in ecgs)
    silent = 0 if beaten else state.without_beat + 1 if fit or (frozen and _pulse_lost(waves)) else 0
    unfit = 0 if fit else state.unfit + 1
    holding = {(condition, signal): began for condition, signal, began in state.holding}
    wanted = _wanted(leads, waves, silent, ecgs)
    end_us = start_us + US_PER_S
    changes: list[Change] = []
    for key in _ended(holding, wanted, beaten, unfit, dict(leads), _pulsing(waves)):
        del holding[key]
        changes.append(Ended(key[0].value, key[1], end_us))
    for key in wanted:
        if key not in holding:
            holding[key] = end_us
            changes.append(_began(key, end_us))
    held = tuple((condition, signal, began) for (condition, signal), began in holding.items())
    return ConditionState(leads, waves, silent, unfit, held), tuple(changes)


def _lead(memory: LeadMemory, second: EcgSecond) -> LeadMemory:
    quality = second.quality
    off, frozen = quality in (Quality.LEAD_OFF, None), quality is Quality.FROZEN
    bad = quality in (Quality.NOISY, Quality.SATURATED)
    waving = (
        second.leakage is not None
        and second.leakage <= VF_LEAKAGE_MAX
        and second.height_mv >= VF_HEIGHT_MIN_MV
        and quality in (Quality.USABLE, Quality.FLAT, Quality.NOISY)
    )
    return LeadMemory(
        lead_off=memory.lead_off + 1 if off else 0,
        frozen=memory.frozen + 1 if frozen else 0,
        unusable=memory.unusable + 1 if bad else 0,
        fibrillating=memory.fibrillating + 1 if waving else 0,
        good=0 if off or frozen else memory.good + 1,
    )


def _pulse(memory: PulseMemory, second: PulseSecond) -> PulseMemory:
    recent = (*memory.recent, second.pulses)[-PULSE_VOUCHES_S:]
    quiet = memory.quiet + 1 if second.present and not second.pulses else 0
    return PulseMemory(min(memory.seen + second.pulses, 1000), quiet, recent)


def _pulsing(waves: tuple[tuple[str, PulseMemory], ...]) -> bool:
    return any(sum(memory.recent) >= PULSES_MIN for _, memory in waves)


def _pulse_lost(waves: tuple[tuple[str, PulseMemory], ...]) -> bool:
    """A wave that showed pulses is on and shows none, and no other wave shows any."""
    lost = any(m.seen >= PULSE_KNOWN_COUNT and m.quiet >= ASYSTOLE_S for _, m in waves)
    return lost and not _pulsing(waves)


def _wanted(
    leads: tuple[tuple[str, LeadMemory], ...],
    waves: tuple[tuple[str, PulseMemory], ...],
    silent: int,
    ecgs: tuple[EcgSecond, ...],
) -> list[tuple[Condition, str]]:
    """Which states the rules call for at the end of this second."""
    wanted: list[tuple[Condition, str]] = []
    if silent >= ASYSTOLE_S:
        wanted.append((Condition.ECG_DISAGREES if _pulsing(waves) else Condition.ASYSTOLE, ""))
    if any(memory.fibrillating >= VF_S for _, memory in leads) and not _pulsing(waves):
        wanted.append((Condition.VENTRICULAR_FIBRILLATION, ""))
    wanted += [(Condition.NO_PULSE, key) for key, m in waves if m.seen >= PULSE_KNOWN_COUNT and m.quiet >= NO_PULSE_S]
    wanted += [(Condition.LEAD_OFF, key) for key, memory in leads if memory.lead_off >= LEAD_OFF_S]
    wanted += [(Condition.FROZEN, key) for key, memory in leads if memory.frozen >= FROZEN_S]
    if leads and all(memory.unusable >= ARTEFACT_S for _, memory in leads):
        wanted.append((Condition.ARTEFACT, ecgs[0].key))
    return wanted


def _ended(
    holding: dict[tuple[Condition, str], int],
    wanted: list[tuple[Condition, str]],
    beaten: bool,
    unfit: int,
    leads: dict[str, LeadMemory],
    pulsing: bool,
) -> list[tuple[Condition, str]]:
    """Which of the held states are over. Arrest ends with a beat, a pulse, or when nothing can be known any more."""
    over = []
    for key in holding:
        condition, signal = key
        if key in wanted:
            continue
        if condition in (Condition.ASYSTOLE, Condition.ECG_DISAGREES):
            done = beaten or pulsing or unfit >= UNKNOWN_S
        elif condition in (Condition.LEAD_OFF, Condition.FROZEN):
            done = signal not in leads or leads[signal].good >= LEAD_OFF_S
        else:
            done = True
        if done:
            over.append(key)
    return over


_TEXTS = {
    Condition.ASYSTOLE: f"No heart beat on the ECG for {ASYSTOLE_S} s, and no pulse seen",
    Condition.VENTRICULAR_FIBRILLATION: "ECG without distinct beats: ventricular fibrillation or flutter suspected",
    Condition.NO_PULSE: f"No pulse on this wave for {NO_PULSE_S} s: probe, cuff or circulation?",
    Condition.LEAD_OFF: "ECG lead off",
    Condition.FROZEN: "ECG signal does not change at all: lead or device?",
    Condition.ARTEFACT: "ECG cannot be read: movement, noise or saturation",
    Condition.ECG_DISAGREES: "No beat on the ECG, but a pulse is seen: check the electrodes, feel the pulse",
}


_HIGH = frozenset({Condition.ASYSTOLE, Condition.VENTRICULAR_FIBRILLATION})
_LOW = frozenset({Condition.ARTEFACT})


def _began(key: tuple[Condition, str], at_us: int) -> Began:
    condition, signal = key
    priority = "high" if condition in _HIGH else "low" if condition in _LOW else "medium"
    return Began(condition.value, signal, _TEXTS[condition], at_us, condition in TECHNICAL, priority)
