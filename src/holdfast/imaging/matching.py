"""Which case a study belongs to: by numbers that only that animal has, never by a name.

Four numbers count: the accession number, the study identifier and the number of the case that our own worklist gave
out, and the animal's transponder. When two of them name different cases, or one names two, nobody is chosen: the
study waits for a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.imaging.animal import microchip


@dataclass(frozen=True)
class Wanted:
    """An open case and the numbers that lead to it."""

    case_id: str
    training: bool
    microchip: str
    accession_numbers: tuple[str, ...]
    study_uids: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """The case, or why there is none."""

    case_id: str
    """Empty: nobody was found."""
    by: str
    """accession_number, study_uid, case_id or microchip; the first that fits where several do."""
    why: str
    """One sentence."""


def match(
    cases: Iterable[Wanted],
    *,
    accession_numbers: tuple[str, ...],
    study_uid: str,
    patient_id: str,
    microchips: tuple[str, ...],
    simulated: bool,
) -> Match:
    """Find the case; simulated images only find training cases, and others never do."""
    candidates = [case for case in cases if case.training == simulated]
    found: dict[str, list[str]] = {}
    for case in candidates:
        if set(accession_numbers) & set(case.accession_numbers):
            found.setdefault(case.case_id, []).append("accession_number")
        if study_uid in case.study_uids:
            found.setdefault(case.case_id, []).append("study_uid")
        if patient_id == case.case_id:
            found.setdefault(case.case_id, []).append("case_id")
        chip = microchip(case.microchip)
        if chip and chip in microchips:
            found.setdefault(case.case_id, []).append("microchip")
    if len(found) > 1:
        return Match("", "", "Its numbers lead to several open cases: a person has to look.")
    if not found:
        return Match("", "", "No number of ours and no microchip of an open case stands in it.")
    (case_id, reasons), *_ = found.items()
    words = " and ".join(reason.replace("_", " ") for reason in reasons)
    return Match(case_id, reasons[0], f"Found by {words}.")
