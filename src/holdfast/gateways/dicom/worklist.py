"""The modality worklist: what was asked for, in the shape in which a unit reads it (DICOM PS3.4 annex K).

The answer carries our accession number and study identifier, and the animal's number and name, so that nobody types
them on the unit and what comes back finds its case.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pydicom.dataset import Dataset

_SEX = {"male": ("M", "UNALTERED"), "female": ("F", "UNALTERED")}
_NEUTERED = {"male_neutered": ("M", "ALTERED"), "female_neutered": ("F", "ALTERED")}


class Entry(NamedTuple):
    """One picture that is waited for."""

    accession_number: str
    study_uid: str
    modality: str
    what: str
    date: str
    """``YYYYMMDD`` of the order."""
    time: str
    """``HHMMSS``."""
    patient_id: str
    """The microchip where there is one, else the id of the case."""
    name: str
    owner: str
    species: str
    breed: str
    sex: str
    weight_kg: float | None


def answers(query: Dataset, entries: Iterable[Entry]) -> Iterator[Dataset]:
    """The entries that fit the query."""
    return (answer for entry in entries if _fits(query, answer := _data_set(entry)))


def _data_set(entry: Entry) -> Dataset:
    one = Dataset()
    one.SpecificCharacterSet = "ISO_IR 192"
    one.AccessionNumber = entry.accession_number
    one.StudyInstanceUID = entry.study_uid
    # PS3.3 C.7.1.1.1.1: of an animal, the family name of the responsible person and the animal's name.
    one.PatientName = f"{_name(entry.owner)}^{_name(entry.name)}"
    one.PatientID = entry.patient_id
    one.PatientBirthDate = ""
    one.PatientSex, one.PatientSexNeutered = {**_SEX, **_NEUTERED}.get(entry.sex, ("O", ""))
    one.PatientWeight = f"{entry.weight_kg:g}" if entry.weight_kg is not None else ""
    one.PatientSpeciesDescription = entry.species[:64]
    one.PatientBreedDescription = entry.breed[:64]
    one.ResponsiblePerson = _name(entry.owner)
    one.AnatomicalOrientationType = "QUADRUPED"
    one.ReferringPhysicianName = ""
    one.RequestedProcedureID = entry.accession_number
    one.RequestedProcedureDescription = entry.what[:64]
    step = Dataset()
    step.ScheduledStationAETitle = ""
    step.ScheduledProcedureStepStartDate = entry.date
    step.ScheduledProcedureStepStartTime = entry.time
    step.Modality = entry.modality
    step.ScheduledPerformingPhysicianName = ""
    step.ScheduledProcedureStepDescription = entry.what[:64]
    step.ScheduledProcedureStepID = entry.accession_number
    one.ScheduledProcedureStepSequence = [step]
    return one


def _fits(query: Dataset, answer: Dataset) -> bool:
    return all(_key_fits(query, answer, keyword, test) for keyword, test in _KEYS) and _step_fits(query, answer)


def _step_fits(query: Dataset, answer: Dataset) -> bool:
    steps = query.get("ScheduledProcedureStepSequence") or []
    step = answer.ScheduledProcedureStepSequence[0]
    return not steps or all(_key_fits(steps[0], step, keyword, test) for keyword, test in _STEP_KEYS)


def _key_fits(query: Dataset, answer: Dataset, keyword: str, test: Callable[[str, str], bool]) -> bool:
    asked = str(query.get(keyword) or "")
    return not asked or test(asked, str(answer.get(keyword) or ""))


def _alike(asked: str, value: str) -> bool:
    """Wild cards ``*`` and ``?``, without regard to case."""
    pattern = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in asked)
    return re.fullmatch(pattern, value, re.IGNORECASE) is not None


def _same(asked: str, value: str) -> bool:
    return asked == value


def _within(asked: str, value: str) -> bool:
    """A day, or a range of days with a hyphen."""
    first, dash, last = asked.partition("-")
    return (not first or first <= value) and (not last or value <= last) if dash else asked == value


_KEYS = (
    ("AccessionNumber", _same),
    ("StudyInstanceUID", _same),
    ("PatientID", _same),
    ("PatientName", _alike),
    ("RequestedProcedureID", _same),
)
_STEP_KEYS = (("Modality", _same), ("ScheduledProcedureStepStartDate", _within))
# The station is no key of ours: an order names a kind of unit, not one room.


def _name(text: str) -> str:
    """A name without the signs that part names in DICOM."""
    return " ".join(re.sub(r"[\\^=]", " ", text).split())[:64]
