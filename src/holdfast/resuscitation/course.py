"""The course of a resuscitation, as a table: compressions, a pause to look, circulation, over.

No phase is a trap: compressions can begin again from everywhere, also after circulation and after the end, because a
dog arrests again and a button is pressed by mistake. Everything that is logged stays in the log; what does not fit the
table moves nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from holdfast.record.cpr_events import CprStep
from holdfast.record.cpr_log import CprEntry, CprLog


class Phase(StrEnum):
    COMPRESSIONS = "compressions"
    PAUSE = "pause"
    """Nobody compresses: the rhythm is looked at."""
    CIRCULATION = "circulation"
    """A person has confirmed it."""
    OVER = "over"


TRANSITIONS: dict[tuple[Phase, CprStep], Phase] = {
    (Phase.COMPRESSIONS, CprStep.COMPRESSIONS): Phase.COMPRESSIONS,
    (Phase.COMPRESSIONS, CprStep.RHYTHM_CHECK): Phase.PAUSE,
    (Phase.COMPRESSIONS, CprStep.CIRCULATION): Phase.CIRCULATION,
    (Phase.COMPRESSIONS, CprStep.STOPPED): Phase.OVER,
    (Phase.PAUSE, CprStep.COMPRESSIONS): Phase.COMPRESSIONS,
    (Phase.PAUSE, CprStep.RHYTHM_CHECK): Phase.PAUSE,
    (Phase.PAUSE, CprStep.CIRCULATION): Phase.CIRCULATION,
    (Phase.PAUSE, CprStep.STOPPED): Phase.OVER,
    (Phase.CIRCULATION, CprStep.COMPRESSIONS): Phase.COMPRESSIONS,
    (Phase.CIRCULATION, CprStep.CIRCULATION): Phase.CIRCULATION,
    (Phase.CIRCULATION, CprStep.STOPPED): Phase.OVER,
    (Phase.OVER, CprStep.COMPRESSIONS): Phase.COMPRESSIONS,
    (Phase.OVER, CprStep.CIRCULATION): Phase.CIRCULATION,
}
"""(phase, step) -> phase after it; what is not listed changes nothing. A resuscitation begins with compressions."""


@dataclass(frozen=True)
class Stretch:
    """One phase, from its beginning to the next; ``to_us`` is None while it lasts."""

    phase: Phase
    from_us: int
    to_us: int | None = None


@dataclass(frozen=True)
class Course:
    """Where a resuscitation stands."""

    stretches: tuple[Stretch, ...]
    """Without gaps, in the order of time; the last one lasts."""
    cycles: tuple[int, ...]
    """When each cycle of compressions began."""

    @property
    def phase(self) -> Phase:
        return self.stretches[-1].phase

    @property
    def since_us(self) -> int:
        """When the present phase began."""
        return self.stretches[-1].from_us

    @property
    def began_us(self) -> int:
        return self.stretches[0].from_us

    def at(self, at_us: int) -> Phase:
        """The phase at a moment; before the beginning the first."""
        lasting = [stretch.phase for stretch in self.stretches if stretch.from_us <= at_us]
        return lasting[-1] if lasting else self.stretches[0].phase


def course(log: CprLog, now_us: int) -> Course | None:
    """The course as of ``now_us``; None when nothing of it had happened."""
    began_us = log.began_us
    if began_us is None or began_us > now_us:
        return None
    stretches = [Stretch(Phase.COMPRESSIONS, began_us)]
    cycles = [began_us]
    for entry in seen(log, now_us):
        following = TRANSITIONS.get((stretches[-1].phase, entry.step))
        if following is None:
            continue
        if following is not stretches[-1].phase:
            stretches[-1] = Stretch(stretches[-1].phase, stretches[-1].from_us, entry.at_us)
            stretches.append(Stretch(following, entry.at_us))
        if entry.step is CprStep.COMPRESSIONS and entry.at_us > cycles[-1]:
            cycles.append(entry.at_us)
    return Course(tuple(stretches), tuple(cycles))


def seen(log: CprLog, now_us: int) -> tuple[CprEntry, ...]:
    """The touches that stand and had happened by ``now_us``, in the order of time."""
    return tuple(entry for entry in log.standing if entry.at_us <= now_us)
