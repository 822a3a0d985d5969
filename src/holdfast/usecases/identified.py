"""Which open case another system means: by numbers that only that dog has, never by a name, a breed or an age.

Three kinds of number count: our own number of the case, the microchip, and a number of another system that a person
wrote on the case. When two of them lead to different cases, or a microchip differs from the one on record, nobody is
chosen: what would be told might be told about another dog.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.imaging.animal import microchip
from holdfast.kernel.errors import OperatorError
from holdfast.record import events as ev
from holdfast.record.case_state import CaseState
from holdfast.record.hook_events import ExternalIdentifierRecorded, ExternalIdentifierWithdrawn
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.ports import Receipt

_SYSTEM_MAX = 200
_VALUE_MAX = 120


@dataclass(frozen=True)
class Identifier:
    """A number and the system that gave it out."""

    system: str
    value: str


@dataclass(frozen=True)
class Identified:
    """The case, or why there is none."""

    case_id: str
    """Empty: nobody was found."""
    by: str
    """case_id, microchip or identifier; the first that fits where several do."""
    why: str
    """One sentence."""


def identify(
    cases: Iterable[CaseState],
    *,
    case_ids: Iterable[str] = (),
    microchips: Iterable[str] = (),
    identifiers: Iterable[Identifier] = (),
    training: bool = False,
) -> Identified:
    """Find the open case. Simulated callers find training cases only, and others never do.

    ``microchips`` may be grouped as they like; what has not fifteen digits is no microchip.
    """
    ids = set(case_ids)
    chips = {chip for text in microchips if (chip := microchip(text))}
    given = set(identifiers)
    found: dict[str, list[str]] = {}
    for case in cases:
        if case.closed or case.training != training:
            continue
        chip = microchip(case.microchip)
        known = {Identifier(one.system, one.value) for one in case.hooks.standing_identifiers}
        by = [
            name
            for name, fits in (
                ("case_id", case.case_id in ids),
                ("microchip", bool(chip) and chip in chips),
                ("identifier", bool(known & given)),
            )
            if fits
        ]
        if by and chip and chips and chips != {chip}:
            return Identified("", "", "A number leads to a case, but the microchip is not the one on record there.")
        if by:
            found[case.case_id] = by
    if len(found) > 1:
        return Identified("", "", "The numbers lead to several open cases: a person has to look.")
    if not found:
        return Identified("", "", _missing(bool(chips or given or ids)))
    (case_id, reasons), *_ = found.items()
    words = " and ".join(reason.replace("_", " ") for reason in reasons)
    return Identified(case_id, reasons[0], f"Found by {words}.")


def _missing(any_given: bool) -> str:
    if any_given:
        return "No open case has the microchip or one of the numbers that were sent."
    return "No microchip and no number of the patient was sent; names are not used to find a patient."


def record_identifier(
    ctx: Context, *, actor: str, case_id: str, system: str, value: str, note: str = "", command_id: str = ""
) -> Receipt:
    """A person says which number this dog has in another system."""
    system, value = clean_text(system, "The system"), clean_text(value, "The number")
    if not value or len(value) > _VALUE_MAX:
        raise OperatorError("The number is missing or too long.", f"Write at most {_VALUE_MAX} characters.")
    if not system or len(system) > _SYSTEM_MAX or any(char.isspace() for char in system):
        raise OperatorError("The system has no address.", "Choose one, or write its address without spaces.")
    event = ExternalIdentifierRecorded(
        at_us=ctx.clock.now_us(),
        identifier_id=ctx.ids.new_id(),
        system=system,
        value=value,
        note=clean_text(note, "The note"),
    )

    def build() -> list[ev.AnyEvent]:
        case = ctx.book.case(case_id)
        if case.closed:
            raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
        for other in ctx.book.open_cases():
            if any((one.system, one.value) == (system, value) for one in other.hooks.standing_identifiers):
                raise OperatorError(
                    f"That number stands on the open case of {other.name} already.",
                    "If it is wrong there, take it back there first: one number must not lead to two dogs.",
                )
        return [event]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def withdraw_identifier(
    ctx: Context, *, actor: str, case_id: str, identifier_id: str, reason: str, command_id: str = ""
) -> Receipt:
    """The number was wrong; both entries stay readable."""
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Taking a number back needs a reason.", "Say in a few words why.")

    def build() -> list[ev.AnyEvent]:
        standing = ctx.book.case(case_id).hooks.standing_identifiers
        if not any(one.identifier_id == identifier_id for one in standing):
            raise OperatorError("That number does not stand on this case.", "Reload the page to see what does.")
        return [ExternalIdentifierWithdrawn(at_us=ctx.clock.now_us(), identifier_id=identifier_id, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)
