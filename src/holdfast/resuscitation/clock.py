"""What the page of a resuscitation says at one moment: the cycle, and what is to be done now, the most urgent first.

It is a function of the log and of the time alone, so a browser without a server and the server say the same.
"""

from dataclasses import dataclass

from holdfast.kernel.time import US_PER_S
from holdfast.record.cpr_events import CprStep
from holdfast.record.cpr_log import CprLog
from holdfast.resuscitation.course import Phase, course, seen
from holdfast.resuscitation.drugs import DrugRow, Due, shock_due
from holdfast.resuscitation.protocol import Protocol


@dataclass(frozen=True)
class Prompt:
    """One thing to do, in a few words that can be read at arm's length."""

    key: str
    text: str
    urgent: bool
    """It is late: larger, and heard."""


@dataclass(frozen=True)
class Clock:
    """The clock at one moment."""

    phase: Phase
    elapsed_us: int
    """Since the beginning."""
    phase_us: int
    """Since the present phase began."""
    cycle: int
    """Number of the cycle, from 1."""
    cycle_left_us: int | None
    """Until the rhythm check; below nothing it is late. None while nobody compresses."""
    compressor: str
    """Who compresses; empty when nobody said."""
    etco2_mmhg: float | None
    """The value logged last in this cycle: an older one says nothing about these compressions."""
    prompts: tuple[Prompt, ...]


def clock(log: CprLog, numbers: Protocol, drugs: tuple[DrugRow, ...], now_us: int) -> Clock | None:
    """The clock at ``now_us``; None before it began. ``drugs`` are those of ``drugs.drug_rows`` at the same moment."""
    stands = course(log, now_us)
    if stands is None:
        return None
    compressing = stands.phase is Phase.COMPRESSIONS
    left_us = stands.cycles[-1] + numbers.cycle_us - now_us if compressing else None
    etco2 = _etco2(log, stands.cycles[-1], now_us)
    return Clock(
        phase=stands.phase,
        elapsed_us=now_us - stands.began_us,
        phase_us=now_us - stands.since_us,
        cycle=len(stands.cycles),
        cycle_left_us=left_us,
        compressor=_compressor(log, now_us),
        etco2_mmhg=etco2,
        prompts=_prompts(log, numbers, drugs, stands.phase, stands.since_us, left_us, etco2, now_us),
    )


def _prompts(
    log: CprLog,
    numbers: Protocol,
    drugs: tuple[DrugRow, ...],
    phase: Phase,
    since_us: int,
    left_us: int | None,
    etco2: float | None,
    now_us: int,
) -> tuple[Prompt, ...]:
    if phase not in (Phase.COMPRESSIONS, Phase.PAUSE):
        return ()
    found: list[Prompt] = []
    if phase is Phase.PAUSE:
        late = now_us - since_us > numbers.pause_max_us
        seconds = numbers.pause_max_us // US_PER_S
        found.append(Prompt("compress", f"Compress again: no pause above {seconds} s", late))
    if shock_due(log, now_us):
        found.append(Prompt("shock", "Shock, then compress at once", True))
    if left_us is not None and left_us <= 0:
        found.append(Prompt("rhythm_check", "Look at the rhythm and change the compressor", left_us < -numbers.warn_us))
    elif left_us is not None and left_us <= numbers.warn_us:
        found.append(Prompt("next_compressor", "Next compressor, get ready", False))
    found.extend(_vasopressor(drugs))
    if phase is Phase.COMPRESSIONS and etco2 is not None and etco2 < numbers.etco2_floor_mmhg:
        floor = numbers.etco2_floor_mmhg
        found.append(Prompt("etco2_low", f"EtCO2 {etco2:g}, below {floor:g}: compress better, check the tube", False))
    return tuple(sorted(found, key=lambda prompt: not prompt.urgent))


def _vasopressor(drugs: tuple[DrugRow, ...]) -> list[Prompt]:
    """One prompt for whichever of the vasopressors: they stand for each other."""
    late = [row for row in drugs if row.due in (Due.NOW, Due.OVERDUE)]
    if not late:
        return []
    names = " or ".join(row.dose.drug for row in late)
    return [Prompt("vasopressor", f"{names} is due", any(row.due is Due.OVERDUE for row in late))]


def _compressor(log: CprLog, now_us: int) -> str:
    steps = (CprStep.COMPRESSOR, CprStep.COMPRESSIONS)
    return next((entry.what for entry in reversed(seen(log, now_us)) if entry.step in steps and entry.what), "")


def _etco2(log: CprLog, since_us: int, now_us: int) -> float | None:
    values = [e.amount for e in seen(log, now_us) if e.step is CprStep.ETCO2 and e.at_us >= since_us]
    return next((value for value in reversed(values) if value is not None), None)
