"""Events of an end-of-life order after it was placed: each step, the change that was shown, the act, death, aftercare.

The order itself, the second look, the answer about comfort and the decision are in ``events``.
"""

from holdfast.record.event_base import CaseEvent


class AnimalIdentified(CaseEvent, frozen=True, kw_only=True, tag="animal_identified.1"):
    """Somebody made sure that this is the animal that the order speaks of."""

    order_id: str
    how: str
    """microchip, or a key of ``identity`` in ``knowledge/end_of_life.yaml``."""
    read: str
    """The number that the reader showed; empty when no chip was read."""
    note: str = ""


class EndOfLifeConsentRecorded(CaseEvent, frozen=True, kw_only=True, tag="end_of_life_consent_recorded.1"):
    """Who consents, and how it was heard. A later one stands beside the earlier."""

    order_id: str
    by: str
    relation: str
    """owner, handler, agent, authority or other."""
    how: str
    """in_person, telephone, email or none."""
    confirmed_by: str
    """The second person who heard it on the telephone."""
    witness: str
    note: str = ""


class QualityOfLifeRecorded(CaseEvent, frozen=True, kw_only=True, tag="quality_of_life_recorded.1"):
    """A total of a named tool. The items of the tool are not reproduced here."""

    order_id: str
    tool: str
    total: float
    note: str = ""


class EndOfLifeStepsPassed(CaseEvent, frozen=True, kw_only=True, tag="end_of_life_steps_passed.1"):
    """A person went on although these steps were missing."""

    order_id: str
    steps: tuple[str, ...]
    reason: str
    words: str = ""


class TrayReady(CaseEvent, frozen=True, kw_only=True, tag="tray_ready.1"):
    """The syringe is drawn up. From here on the bed is watched for a change."""

    order_id: str
    note: str = ""


class LastMinuteChange(CaseEvent, frozen=True, kw_only=True, tag="last_minute_change.1"):
    """Holdfast saw a change on the monitor while the tray was ready, or a heartbeat after the act, and showed it."""

    order_id: str
    change: str
    """A key of ``changes`` in ``knowledge/end_of_life.yaml``: what it is and what it is not."""
    text: str


class EndOfLifePerformed(CaseEvent, frozen=True, kw_only=True, tag="end_of_life_performed.1"):
    """The act. A second one for the same order: given again."""

    order_id: str
    by: str
    what: str = ""
    amount: str = ""
    route: str = ""
    note: str = ""


class EndOfLifeStopped(CaseEvent, frozen=True, kw_only=True, tag="end_of_life_stopped.1"):
    """Somebody stopped it, before or after the act."""

    order_id: str
    reason: str
    words: str = ""


class DeathChecked(CaseEvent, frozen=True, kw_only=True, tag="death_checked.1"):
    """One check of the signs of life. What is in neither list was not looked for."""

    order_id: str
    absent: tuple[str, ...]
    present: tuple[str, ...]
    note: str = ""


class DeathConfirmed(CaseEvent, frozen=True, kw_only=True, tag="death_confirmed.1"):
    """A person confirmed death."""

    order_id: str
    reason: str
    """Why, when the checks on record do not meet the criteria; else empty."""
    words: str = ""


class AftercareRecorded(CaseEvent, frozen=True, kw_only=True, tag="aftercare_recorded.1"):
    """One thing about the body, the necropsy, the papers or what the people keep. The newest of an item stands."""

    order_id: str
    item: str
    choice: str
    note: str = ""


class EndOfLifeFinished(CaseEvent, frozen=True, kw_only=True, tag="end_of_life_finished.1"):
    """Nothing is left to do for this order."""

    order_id: str
    reason: str = ""
    """Why, when aftercare was left open."""


ANY_END_OF_LIFE_EVENT = (
    AnimalIdentified
    | EndOfLifeConsentRecorded
    | QualityOfLifeRecorded
    | EndOfLifeStepsPassed
    | TrayReady
    | LastMinuteChange
    | EndOfLifePerformed
    | EndOfLifeStopped
    | DeathChecked
    | DeathConfirmed
    | AftercareRecorded
    | EndOfLifeFinished
)
