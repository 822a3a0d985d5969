"""What is asked for before the act, and how each of it stands: done, passed with a reason, or missing."""

from dataclasses import dataclass
from enum import StrEnum

from holdfast.kernel.errors import OperatorError
from holdfast.record import end_of_life_events as eol
from holdfast.record.case_entries import OrderEntry
from holdfast.record.events import Decision


class Step(StrEnum):
    IDENTITY = "identity"
    CONSENT = "consent"
    QUALITY_OF_LIFE = "quality_of_life"
    COMFORT = "comfort"
    LOOK = "look"
    DECISION = "decision"
    TRAY = "tray"


NAMES = {
    Step.IDENTITY: "The right animal",
    Step.CONSENT: "Consent",
    Step.QUALITY_OF_LIFE: "Quality of life",
    Step.COMFORT: "Pain relief and sedation",
    Step.LOOK: "Second look",
    Step.DECISION: "Decision to go on",
    Step.TRAY: "Tray ready",
}


class Standing(StrEnum):
    DONE = "done"
    PASSED = "passed"
    """Missing, and a person went on with a stated reason."""
    MISSING = "missing"


@dataclass(frozen=True)
class StepView:
    """One step of an order."""

    step: Step
    name: str
    standing: Standing
    reason: str = ""
    """Why it was passed, as recorded."""


def steps(order: OrderEntry) -> tuple[StepView, ...]:
    """Every step in its order. A step that was passed and is made up for later is done."""
    done = {
        Step.IDENTITY: bool(order.log.last(eol.AnimalIdentified)),
        Step.CONSENT: _consented(order),
        Step.QUALITY_OF_LIFE: bool(order.log.last(eol.QualityOfLifeRecorded)),
        Step.COMFORT: order.comfort is not None,
        Step.LOOK: bool(order.look_ids),
        Step.DECISION: any(decided.decision is Decision.PROCEED for decided, _ in order.decisions),
        Step.TRAY: bool(order.log.last(eol.TrayReady)),
    }
    passed = {step: event.reason for event, _ in order.log.every(eol.EndOfLifeStepsPassed) for step in event.steps}
    return tuple(
        StepView(
            step,
            NAMES[step],
            Standing.DONE if done[step] else Standing.PASSED if step in passed else Standing.MISSING,
            "" if done[step] else passed.get(step, ""),
        )
        for step in Step
    )


def _consented(order: OrderEntry) -> bool:
    given = [(order.consent_by, order.consent_how)]
    given += [(one.by, one.how) for one, _ in order.log.every(eol.EndOfLifeConsentRecorded)]
    return any(by and how != "none" for by, how in given)


def missing(order: OrderEntry) -> tuple[Step, ...]:
    """Steps that are neither done nor passed."""
    return tuple(one.step for one in steps(order) if one.standing is Standing.MISSING)


def check_way_on(lacks: tuple[Step, ...], reason: str, known: frozenset[str]) -> None:
    """Going on with missing steps takes one stated reason for all of them, and nothing else."""
    if reason and reason not in known:
        raise OperatorError(f"{reason!r} is not one of the reasons.", "Choose one of the list.")
    if lacks and not reason:
        names = ", ".join(NAMES[step].lower() for step in lacks)
        raise OperatorError(f"Not on record yet: {names}.", "Record it, or choose one reason to go on without it.")
